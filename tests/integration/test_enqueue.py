"""The calls by which the web application's side enqueues the two jobs and asks for their status."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from engine import Client, PayloadError, Settings, State, UnknownQueue
from jobs import app, enqueue_ingest_reviews, enqueue_score_run, get_job_status

pytestmark = pytest.mark.anyio
LATE_EVENING = datetime(2024, 2, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))  # still January in UTC


@pytest.fixture
async def client(redis_url: str, prefix: str) -> AsyncGenerator[Client]:
    async with app.connect(Settings(redis_url=redis_url, prefix=prefix)) as client:
        yield client


async def data(client: Client, queue: str, job_id: str) -> dict[str, Any]:
    status = await get_job_status(client, queue, job_id)
    assert status is not None
    return {name: value for name, value in status.data.items() if name not in {"correlationId", "createdAt"}}


async def test_ingest_ids_are_of_the_utc_day(client: Client) -> None:
    """An ingest's id names tenant, connector and the day in UTC; its payload has what was given only."""
    ticket = await enqueue_ingest_reviews(client, "t", "c", now=lambda: LATE_EVENING)
    assert ticket.id == "ingest:t:c:2024-01-31"
    assert await data(client, "ingest_reviews", ticket.id) == {"tenantId": "t", "connectorId": "c"}


async def test_ingest_options(client: Client) -> None:
    """Every option is in the payload by the document's name; `date_key` is in the id only."""
    ticket = await enqueue_ingest_reviews(
        client,
        "t",
        "c",
        since_date=date(2024, 1, 1),
        force_full_sync=True,
        max_reviews=7,
        triggered_by_id="user-789",
        date_key="by-hand-1",
        correlation_id="r",
    )
    assert ticket.id == "ingest:t:c:by-hand-1"
    assert await data(client, "ingest_reviews", ticket.id) == {
        "tenantId": "t",
        "connectorId": "c",
        "sinceDate": "2024-01-01T00:00:00.000Z",
        "forceFullSync": True,
        "maxReviews": 7,
        "triggeredById": "user-789",
    }


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2024, 1, 1), date(2024, 1, 31)),
        ("2024-01-01", "2024-01-31"),
        ("2024-01-01T00:00:00.000Z", "2024-01-31T00:00:00.000Z"),
        (datetime(2024, 1, 1, 2, tzinfo=UTC), LATE_EVENING),
    ],
)
async def test_score_ids_are_of_the_utc_days(client: Client, start: Any, end: Any) -> None:
    """However a period is given, its id and payload have the UTC days."""
    ticket = await enqueue_score_run(client, "t", start, end)
    assert ticket.id == "score:t:2024-01-01:2024-01-31:active"
    payload = await data(client, "score_run", ticket.id)
    assert payload == {"tenantId": "t", "periodStart": "2024-01-01", "periodEnd": "2024-01-31"}


async def test_score_ids_name_the_parameters(client: Client) -> None:
    """A run with a version of the parameters has that in its id."""
    ticket = await enqueue_score_run(client, "t", "2024-01-01", "2024-01-31", parameter_version_id="v7")
    assert ticket.id == "score:t:2024-01-01:2024-01-31:v7"


async def test_a_live_job_swallows_its_like(client: Client) -> None:
    """While a job of the id is live no second one is made, whatever the clock and correlation say."""
    first = await enqueue_ingest_reviews(client, "t", "c", date_key="d")
    second = await enqueue_ingest_reviews(client, "t", "c", date_key="d")
    other = await enqueue_ingest_reviews(client, "t", "c", date_key="d", force_full_sync=True)
    assert (first.created, second.created, other.created) == (True, False, False)
    assert (second.id, second.run, second.same_payload, other.same_payload) == (first.id, first.run, True, False)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"max_reviews": 0}, "maxReviews"),
        ({"since_date": datetime(2024, 1, 1)}, "sinceDate"),  # noqa: DTZ001 - the point of the test
        ({"since_date": "1/2/2024"}, "sinceDate"),
    ],
)
async def test_a_wrong_ingest_is_refused(client: Client, options: dict[str, Any], field: str) -> None:
    """What does not fit is refused before it is stored, with the field's name."""
    with pytest.raises(PayloadError, match=field):
        await enqueue_ingest_reviews(client, "t", "c", date_key="d", **options)
    assert await get_job_status(client, "ingest_reviews", "ingest:t:c:d") is None


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2024-02-01", "2024-01-31", "periodEnd"),
        ("x", "2024-01-31", "periodStart"),
        ("2023-01-01", "2024-01-31", "periodEnd"),
    ],
)
async def test_a_wrong_period_is_refused(client: Client, start: str, end: str, field: str) -> None:
    """A period that ends before it begins, is too long or is no period is refused with the field's name."""
    with pytest.raises(PayloadError, match=field):
        await enqueue_score_run(client, "t", start, end)


async def test_status(client: Client) -> None:
    """A waiting job shows as such; an unknown id is None, a misspelt queue an error."""
    ticket = await enqueue_ingest_reviews(client, "t", "c")
    status = await get_job_status(client, "ingest_reviews", ticket.id)
    assert status is not None
    assert (status.state, status.name, status.tenant) == (State.WAITING, "ingest_reviews", "t")
    assert await get_job_status(client, "ingest_reviews", "nobody") is None
    with pytest.raises(UnknownQueue, match="ingest_reviews"):
        await get_job_status(client, "ingest_review", ticket.id)
