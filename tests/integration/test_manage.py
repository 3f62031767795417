"""The calls by which the web application's operators look at a tenant's jobs, retry, cancel and clean them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta

import pytest

from engine import Client, Inspector, Settings, State, UnknownQueue
from engine.streams import Keys, SyncStore
from engine.streams.commands import Note as StoredNote
from engine.streams.commands import Settle, acquire, configure, note, settle
from engine.types import Delivery
from jobs import (
    app,
    cancel_job,
    clean_old_jobs,
    enqueue_ingest_reviews,
    get_job_status,
    get_recent_jobs,
    retry_job,
)

pytestmark = pytest.mark.anyio
FAILURE = b'{"type":"ValueError","message":"no such place"}'


@pytest.fixture
def settings(redis_url: str, prefix: str) -> Settings:
    return Settings(redis_url=redis_url, prefix=prefix)


@pytest.fixture
async def client(settings: Settings) -> AsyncGenerator[Client]:
    async with app.connect(settings) as client:
        yield client


@pytest.fixture
async def inspector(settings: Settings) -> AsyncGenerator[Inspector]:
    async with app.inspect(settings) as inspector:
        yield inspector


class Hand:
    """Plays a worker of `ingest_reviews`, one job at a time."""

    def __init__(self, settings: Settings) -> None:
        self.keys, self.store = Keys(settings.prefix, "pickd", "ingest_reviews"), SyncStore(settings.redis_url)
        self.store.run(configure(self.keys, app.queues["ingest_reviews"].limits()))
        self.store.command("DEL", self.keys.bucket)

    def take(self) -> Delivery:
        """The next delivery, whatever the limit says."""
        self.store.command("DEL", self.keys.bucket)
        [delivery] = self.store.run(acquire(self.keys, 0, "hand", 1, alone=True)).deliveries
        return delivery

    def fail(self) -> None:
        """The next job has failed, with a line in its log."""
        delivery = self.take()
        self.store.run(note(self.keys, 0, [StoredNote(delivery.id, delivery.fence, "log", b"[then] tried")]))
        self.store.run(settle(self.keys, 0, [Settle(delivery.id, delivery.fence, "fail", FAILURE)]))


@pytest.fixture
def hand(settings: Settings) -> Iterator[Hand]:
    hand = Hand(settings)
    yield hand
    hand.store.close()


async def test_recent_jobs_of_a_tenant(client: Client, inspector: Inspector, hand: Hand) -> None:
    """Newest first, in any state, at most `limit`, none of another tenant's and none that was pruned."""
    for connector in ("a", "b", "c"):
        await enqueue_ingest_reviews(client, "t", connector, date_key="d")
    await enqueue_ingest_reviews(client, "u", "z", date_key="d")
    hand.fail()
    recent = await get_recent_jobs(inspector, "ingest_reviews", "t")
    assert [(job.id, job.state) for job in recent] == [
        ("ingest:t:c:d", State.WAITING),
        ("ingest:t:b:d", State.WAITING),
        ("ingest:t:a:d", State.FAILED),
    ]
    assert len(await get_recent_jobs(inspector, "ingest_reviews", "t", 2)) == 2
    await clean_old_jobs(inspector, "ingest_reviews", timedelta(0))
    assert [job.id for job in await get_recent_jobs(inspector, "ingest_reviews", "t")] == [
        "ingest:t:c:d",
        "ingest:t:b:d",
    ]
    with pytest.raises(UnknownQueue, match="the queues: ingest_reviews, score_run"):
        await get_recent_jobs(inspector, "ingest", "t")


async def test_retry_of_a_failed_job(client: Client, inspector: Inspector, hand: Hand) -> None:
    """It waits again with all its attempts and the same payload; the trail of the earlier run stays in Redis."""
    ticket = await enqueue_ingest_reviews(client, "t", "c", date_key="d")
    assert not await retry_job(inspector, "ingest_reviews", ticket.id), "it has not failed"
    hand.fail()
    before = await get_job_status(client, "ingest_reviews", ticket.id)
    assert await retry_job(inspector, "ingest_reviews", ticket.id)
    after = await get_job_status(client, "ingest_reviews", ticket.id)
    assert before is not None
    assert after is not None
    assert (after.state, after.attempts_made, after.data) == (State.WAITING, 0, before.data)
    assert (before.logs, after.logs) == (["[then] tried"], [])
    assert len(hand.store.command("XRANGE", hand.keys.trail + ticket.id, "-", "+")) == 2
    assert not await retry_job(inspector, "ingest_reviews", "nobody")


async def test_cancel_by_state(client: Client, inspector: Inspector, hand: Hand) -> None:
    """A waiting job is cancelled, a running one is asked, an ended or unknown one is not cancellable."""
    first = await enqueue_ingest_reviews(client, "t", "c", date_key="1")
    hand.take()
    second = await enqueue_ingest_reviews(client, "t", "c", date_key="2")
    assert await cancel_job(inspector, "ingest_reviews", first.id) == "requested"
    assert await cancel_job(inspector, "ingest_reviews", second.id) == "cancelled"
    hand_status = await get_job_status(client, "ingest_reviews", first.id)
    assert hand_status is not None
    assert hand_status.cancel_requested
    assert await cancel_job(inspector, "ingest_reviews", "nobody") == "not_cancellable"
    assert not await retry_job(inspector, "ingest_reviews", second.id), "it was cancelled, it did not fail"


async def test_clean_counts_by_state(client: Client, inspector: Inspector, hand: Hand) -> None:
    """Completed, failed and cancelled jobs past the age are gone, and nothing else."""
    for n in range(4):
        await enqueue_ingest_reviews(client, "t", "c", date_key=f"{n}")
    hand.fail()
    await cancel_job(inspector, "ingest_reviews", "ingest:t:c:1")
    assert await clean_old_jobs(inspector, "ingest_reviews") == {"completed": 0, "failed": 0, "cancelled": 0}
    gone = await clean_old_jobs(inspector, "ingest_reviews", timedelta(0))
    assert gone == {"completed": 0, "failed": 1, "cancelled": 1}
    assert (await inspector.counts("ingest_reviews")).waiting == 2
