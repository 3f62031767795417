"""The simulator over real HTTP against the connector: the truth arrives, whatever goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import httpx
import msgspec
import pytest

from jobs.connectors import (
    ConnectorConfig,
    FetchedReview,
    Http,
    Page,
    RateLimited,
    SourceUnavailable,
    StaleCursor,
    open_source,
)
from jobs.connectors.errors import AccessDenied, AuthFailure, BadAnswer, NotFound
from jobs.simulator import (
    Fault,
    Simulator,
    TrueReview,
    World,
    connector_credentials,
    connector_settings,
    make_world,
)

pytestmark = pytest.mark.anyio

AS_OF = date(2026, 1, 31)
NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
HERE, THERE = "accounts/1/locations/1", "accounts/1/locations/2"


class Bench:
    """A simulator, and a connector's view of it."""

    def __init__(self, simulator: Simulator, client: httpx.AsyncClient) -> None:
        self.simulator = simulator
        self.client = client
        self.saved: list[dict[str, Any]] = []

    async def pages(
        self, location: str = HERE, *, cursor: str | None = None, since: datetime | None = None
    ) -> list[Page]:
        """Everything the connector reads."""
        config = ConnectorConfig(
            source_type="GOOGLE",
            external_id=location,
            settings=connector_settings(self.simulator.url),
            credentials=connector_credentials(),
        )
        http = Http(self.client, random=Random(1), sleep=_no_wait)
        source = open_source(config, http, self._save)
        return [page async for page in source.pages(cursor=cursor, since=since)]

    async def rows(self, location: str = HERE, *, since: datetime | None = None) -> list[FetchedReview]:
        """The reviews of all pages."""
        return [review for page in await self.pages(location, since=since) for review in page.reviews]

    async def control(self, what: str, **body: Any) -> Any:
        """What a control endpoint answers."""
        response = await self.client.post(f"{self.simulator.url}/control/{what}", json=body)
        response.raise_for_status()
        return response.json()

    def trouble(self, fault: Fault) -> None:
        """This is to go wrong."""
        self.simulator.faults.add(fault)

    async def _save(self, credentials: dict[str, Any]) -> None:
        self.saved.append(credentials)


async def _no_wait(_seconds: float) -> None:
    pass


@asynccontextmanager
async def bench(reviews: int = 230) -> AsyncGenerator[Bench]:
    """A small world, served."""
    world = make_world(seed=7, as_of=AS_OF, locations=2, reviews=reviews)
    async with (
        Simulator(world, now=lambda: NOW) as simulator,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        yield Bench(simulator, client)


def expected(review: TrueReview) -> FetchedReview:
    """What a reader must make of a review."""
    return FetchedReview(
        external_id=review.review_id,
        rating=review.rating,
        content=review.text,
        author_name=review.author,
        reviewed_at=review.created,
        changed_at=review.updated,
        response_text=review.reply_text,
        response_at=review.reply_at,
        replies=0 if review.reply_text is None else 1,
    )


def truth(world: World, location: str = HERE) -> list[FetchedReview]:
    """The whole listing as a reader must see it."""
    return [expected(review) for review in world.truth(location)]


async def test_everything_arrives() -> None:
    """All pages of each location equal the truth, in order, with one token for the lot."""
    async with bench() as it:
        for location in (HERE, THERE):
            pages = await it.pages(location)
            assert [review for page in pages for review in page.reviews] == truth(it.simulator.world, location)
            assert {page.total for page in pages} == {230}
            assert not pages[-1].shifted
        assert it.simulator.requests == Counter(reviews=10, token=2)


async def test_empty_location() -> None:
    """A location without reviews is one empty page."""
    async with bench(reviews=0) as it:
        assert await it.pages() == [Page(reviews=())]


async def test_since() -> None:
    """Only what changed since comes, and no more pages are asked for than needed to know it."""
    async with bench() as it:
        since = it.simulator.world.truth(HERE)[60].updated
        rows = await it.rows(since=since)
        assert rows == [review for review in truth(it.simulator.world) if review.changed_at >= since]
        assert len(rows) >= 61
        assert it.simulator.requests["reviews"] == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="unavailable", status=500, after=2, times=3),
        Fault(kind="unavailable", status=503, after=2),
        Fault(kind="reset", after=1, times=2),
        Fault(kind="cut", after=1, times=2),
        Fault(kind="slow", after=1, delay_s=0.01),
        Fault(kind="unavailable", on="token", times=3),
        Fault(kind="expire", after=2),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.on}",
)
async def test_passing_trouble_changes_nothing(fault: Fault) -> None:
    """Faults that pass are ridden out: the truth arrives all the same."""
    async with bench() as it:
        it.trouble(fault)
        assert await it.rows() == truth(it.simulator.world)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="unavailable", status=502, after=2, times=4), SourceUnavailable),
        (Fault(kind="reset", after=2, times=4), SourceUnavailable),
        (Fault(kind="garbage", after=2), BadAnswer),
        (Fault(kind="revoke", after=2), AuthFailure),
        (Fault(kind="stale", after=2), StaleCursor),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_lasting_trouble_is_told(fault: Fault, error: type[Exception]) -> None:
    """Faults that last end the reading with their own error."""
    async with bench() as it:
        it.trouble(fault)
        with pytest.raises(error):
            await it.pages()


async def test_rate_limit() -> None:
    """A 429 names its delay in the header or in the body, and reading goes on afterwards."""
    async with bench() as it:
        it.trouble(Fault(kind="rate_limit", retry_after="7"))
        it.trouble(Fault(kind="rate_limit", retry_delay="9s"))
        for delay_s in (7, 9):
            with pytest.raises(RateLimited) as caught:
                await it.pages()
            assert caught.value.delay_s == delay_s
        assert await it.rows() == truth(it.simulator.world)


async def test_goes_on_after_a_failure() -> None:
    """The cursor of the last good page gives the rest to a later reader, with no row lost or twice."""
    async with bench() as it:
        whole = await it.pages()
        rest = await it.pages(cursor=whole[1].next_cursor)
        assert rest == whole[2:]


async def test_bad_rows() -> None:
    """Unreadable rows among good ones are errors; the good ones all arrive."""
    async with bench() as it:
        it.trouble(Fault(kind="bad_rows", after=1))
        pages = await it.pages()
        assert [review for page in pages for review in page.reviews] == truth(it.simulator.world)
        errors = [(error.external_id, error.type) for error in pages[1].errors]
        assert errors == [
            ("bad-stars", "VALIDATION_ERROR"),
            ("bad-time", "VALIDATION_ERROR"),
            ("bad-empty", "VALIDATION_ERROR"),
            (None, "PARSE_ERROR"),
            (None, "PARSE_ERROR"),
        ]


@pytest.mark.parametrize("kind", ["added", "edited", "deleted"])
async def test_listing_that_moves(kind: Any) -> None:
    """A review written, edited or deleted while the listing is read shows; the next reading has the truth."""
    async with bench() as it:
        it.trouble(Fault(kind=kind, after=2))
        pages = await it.pages()
        read = [review.external_id for page in pages for review in page.reviews]
        assert pages[-1].shifted
        assert len(set(read)) == len(read)
        assert await it.rows() == truth(it.simulator.world)


async def test_foreign_and_unknown_locations() -> None:
    """Another account's location is denied, an unknown one is not found."""
    async with bench() as it:
        with pytest.raises(AccessDenied):
            await it.pages("accounts/2/locations/1")
        with pytest.raises(NotFound):
            await it.pages("accounts/1/locations/99")


async def test_changes_by_control() -> None:
    """A review added, edited, answered and deleted over the control endpoints is what a reader then sees."""
    async with bench() as it:
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
    async with bench() as it:
        url = f"{it.simulator.url}/control"
        told = await it.client.get(f"{url}/truth", params={"location": HERE})
        assert msgspec.json.decode(told.content, type=list[TrueReview]) == list(it.simulator.world.truth(HERE))
        assert len((await it.client.get(f"{url}/locations")).json()) == 2
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
    async with bench() as it:
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
    async with bench() as it:
        it.simulator.office.lifetime_s = 600
        started = datetime.now(UTC)
        await it.rows()
        (saved,) = it.saved
        assert saved["accessToken"] == "simulator-access-1"
        assert saved["refreshToken"] == connector_credentials()["refreshToken"]
        assert datetime.fromisoformat(saved["expiresAt"]) >= started + timedelta(seconds=600)


async def test_requests_that_are_no_http() -> None:
    """A client that does not speak HTTP/1.1 is told so, and others are served on."""
    async with bench(reviews=1) as it:
        response = await it.client.get(it.simulator.url, headers={"Transfer-Encoding": "chunked"})
        assert response.status_code == 400
        assert (await it.client.get(f"{it.simulator.url}/nothing")).status_code == 404
        assert len(await it.rows()) == 1
