"""The simulator's control endpoints and tokens: what is done there is what a connector then meets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from jobs.connectors.errors import AuthFailure
from jobs.simulator import TrueReview, connector_credentials
from tests.support.loops import one_loop
from tests.support.simulated import HERE, NOW, open_bench, truth

pytestmark = pytest.mark.anyio
anyio_backend = one_loop


async def test_changes_by_control() -> None:
    """A review added, edited, answered and deleted over the control endpoints is what a reader then sees."""
    async with open_bench() as it:
        world = it.simulator.world
        old = world.truth(HERE)[100]
        added = await it.control("add", location=HERE, text="Brand new and very good", rating=5)
        assert (await it.rows())[0].external_id == added["review_id"]

        await it.control("edit", location=HERE, reviewId=old.review_id, text="Not so good now", rating=2)
        await it.control("reply", location=HERE, reviewId=old.review_id, text="We are sorry")
        edited = {row.external_id: row for row in await it.rows()}[old.review_id]
        assert (edited.content, edited.rating, edited.changed_at) == ("Not so good now", 2.0, NOW)
        assert (edited.response_text, edited.response_at) == ("We are sorry", NOW)
        assert edited.reviewed_at == old.created

        await it.control("delete", location=HERE, reviewId=old.review_id)
        assert old.review_id not in {row.external_id for row in await it.rows()}
        assert await it.rows() == truth(world)


async def test_control_speaks_of_the_truth_and_of_mistakes() -> None:
    """The truth can be fetched; an unknown control, review or field is answered with what is wrong."""
    async with open_bench() as it:
        url = f"{it.simulator.url}/control"
        told = await it.client.get(f"{url}/truth", params={"location": HERE})
        assert msgspec.json.decode(told.content, type=list[TrueReview]) == list(it.simulator.world.truth(HERE))
        assert len((await it.client.get(f"{url}/locations")).json()) == 3
        wrong: list[tuple[int, str, dict[str, Any]]] = [
            (404, "dance", {}),
            (404, "delete", {"location": HERE, "reviewId": "none"}),
            (400, "delete", {"location": HERE}),
            (400, "fault", {"kind": "slow", "delay": 3}),
        ]
        for status, what, body in wrong:
            response = await it.client.post(f"{url}/{what}", json=body)
            assert response.status_code == status
            assert response.json()["error"]


async def test_tokens_by_control() -> None:
    """Expired tokens are replaced on the way; a withdrawn access ends the reading until it is given back."""
    async with open_bench() as it:
        await it.rows()
        await it.control("tokens", action="expire")
        assert await it.rows() == truth(it.simulator.world)
        await it.control("tokens", action="revoke")
        with pytest.raises(AuthFailure):
            await it.pages()
        await it.control("tokens", action="restore")
        await it.control("tokens", action="expire")
        assert await it.rows() == truth(it.simulator.world)


async def test_refreshed_credentials_are_handed_back() -> None:
    """The new access token comes with its end, beside what was stored."""
    async with open_bench() as it:
        it.simulator.office.lifetime_s = 600
        started = datetime.now(UTC)
        await it.rows()
        (saved,) = it.saved
        assert saved["accessToken"] == "simulator-access-1"
        assert saved["refreshToken"] == connector_credentials()["refreshToken"]
        assert datetime.fromisoformat(saved["expiresAt"]) >= started + timedelta(seconds=600)


async def test_requests_that_are_no_http() -> None:
    """A client that does not speak HTTP/1.1 is told so, and others are served on."""
    async with open_bench(reviews=1) as it:
        response = await it.client.get(it.simulator.url, headers={"Transfer-Encoding": "chunked"})
        assert response.status_code == 400
        assert (await it.client.get(f"{it.simulator.url}/nothing")).status_code == 404
        assert len(await it.rows()) == 1
