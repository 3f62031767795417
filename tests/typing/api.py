"""What the type checkers must know of the public API, and what they must refuse. Checked, never run.

Each `type: ignore` marks a mistake that has to be found: both checkers are told to complain of one too many.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any, assert_type

import msgspec

from admin_tui.admin import Eyes, Hands
from engine import (
    App,
    Client,
    Constant,
    Enqueued,
    Exponential,
    Inspector,
    Job,
    JobContext,
    JobStatus,
    Keep,
    Linear,
    Queue,
    QueueCounts,
    Rate,
    Snapshot,
    Snooze,
    Spec,
    State,
    SyncClient,
    Viewer,
    Worker,
    WorkerInfo,
    days,
)
from engine.testing import Bench, Given, Ran, run_job


class Resources(msgspec.Struct):
    """What handlers share."""

    name: str


class Order(msgspec.Struct, frozen=True):
    """A payload."""

    order_id: int


class Receipt(msgspec.Struct, frozen=True):
    """A result."""

    total: float


@asynccontextmanager
async def open_resources() -> AsyncGenerator[Resources]:
    """The lifespan."""
    yield Resources("x")


app = App(slot="shop", lifespan=open_resources)
orders = app.queue(
    "orders",
    concurrency=3,
    group_by="orderId",
    keep_completed=Keep(days(1), count=500),
    rate=Rate(10, per_s=1, burst=2),
)
assert_type(orders, Queue)


@orders.job(attempts=5, backoff=Exponential(base_s=2), timeout_s=900, volatile=("createdAt",))
async def ship(job: JobContext[Resources], payload: Order) -> Receipt:
    """A handler that uses all of its context."""
    assert_type(job.resources, Resources)
    assert_type((job.id, job.queue, job.name), tuple[str, str, str])
    assert_type((job.fence, job.run, job.attempt, job.max_attempts), tuple[int, int, int, int])
    assert_type((job.cancelled, job.time_left_s, job.snoozed_s), tuple[bool, float, float])
    job.log("text")
    job.progress("step", 50, processed=1, total=2)
    await job.checkpoint()
    if payload.order_id < 0:
        raise Snooze(60, "later")
    return Receipt(1.5)


@orders.job(name="other", backoff=Linear(1))
async def bill(job: JobContext[Resources], payload: Order) -> None:
    """A handler without a result."""


async def the_decorator_keeps_the_signature(context: JobContext[Resources]) -> None:
    """The job is typed by its payload and result, and is called like the handler."""
    assert_type(ship, Job[Order, Receipt])
    assert_type(bill, Job[Order, None])
    assert_type(ship(context, Order(1)), Awaitable[Receipt])
    assert_type(await ship(context, Order(1)), Receipt)
    await ship(context, Receipt(1))  # type: ignore[arg-type]
    await ship(context)  # type: ignore[call-arg]
    await ship(None, Order(1))  # type: ignore[arg-type]


async def a_producer_is_checked(client: Client) -> None:
    """The payload must be the job's own; tickets and statuses have types."""
    ticket = await client.enqueue(ship, Order(1), job_id="a", delay_s=1)
    assert_type(ticket, Enqueued)
    assert_type(ticket.state, State)
    assert_type(await client.status("orders", "a"), JobStatus | None)
    assert_type(await client.enqueue_many(ship, [Spec(Order(1))]), list[Enqueued])
    await client.enqueue(ship, {"order_id": 1})  # type: ignore[misc]
    await client.enqueue(ship, Receipt(1))  # type: ignore[misc]
    await client.enqueue("ship", Order(1))  # type: ignore[arg-type]
    await client.enqueue(ship, Order(1), "a")  # type: ignore[call-arg]
    await client.enqueue(ship, Order(1), id="a")  # type: ignore[call-arg]


def a_synchronous_producer_is_checked() -> None:
    """The same calls as with the other client, without `await`."""
    with app.sync_client(connections=2) as client:
        assert_type(client, SyncClient)
        ticket = client.enqueue(ship, Order(1), job_id="a", delay_s=1)
        assert_type(ticket, Enqueued)
        assert_type(client.enqueue_many(ship, [Spec(Order(1))]), list[Enqueued])
        assert_type(client.status("orders", "a"), JobStatus | None)
        client.enqueue(ship, Receipt(1))  # type: ignore[misc]
        client.result(ticket, 5)  # type: ignore[call-arg]
        if client.retry("orders", "a") == "retried":  # type: ignore[comparison-overlap]
            return


async def an_operator_is_checked(inspector: Inspector) -> None:
    """Looks and acts by typed answers."""
    assert_type(await inspector.snapshot(), Snapshot)
    assert_type(await inspector.counts("orders"), QueueCounts)
    assert_type(await inspector.workers(), Sequence[WorkerInfo])
    assert_type(await inspector.pause("orders"), bool)
    if await inspector.cancel("orders", "a") == "canceled":  # type: ignore[comparison-overlap]
        return
    await inspector.list("orders", "waiting")  # type: ignore[arg-type]


async def a_test_is_checked() -> None:
    """`run_job` takes the job's payload."""
    assert_type(await run_job(ship, Order(1), resources=Resources("x"), given=Given(attempt=2)), Ran)
    await run_job(ship, Receipt(1))  # type: ignore[misc]
    Given(attempt="2")  # type: ignore[arg-type]


def an_engine_has_what_the_admin_asks_for(viewer: Viewer, inspector: Inspector) -> Eyes:
    """A viewer has eyes, an inspector hands too."""
    hands: Hands = inspector
    hands = viewer  # type: ignore[assignment]
    assert_type(hands, Hands)
    return viewer


def a_bench_is_checked(bench: Bench) -> None:
    """It has a synchronous client, and drains queues by name."""
    assert_type(bench.client, SyncClient)
    bench.drain(["orders"])
    bench.drain("orders", "bills")  # type: ignore[call-arg]


def a_declaration_is_checked() -> None:
    """Settings have names and types, and a handler has two parameters."""
    assert_type(app.worker(["orders"]), Worker)
    app.queue("x", workers=3)  # type: ignore[call-arg]
    app.queue("x", concurrency="3")  # type: ignore[arg-type]
    orders.job(attempt=3)  # type: ignore[call-arg]
    orders.job(backoff=2)  # type: ignore[arg-type]
    orders.job(backoff=Constant(1))
    Keep()  # type: ignore[call-arg]
    Rate(10).count = 3  # type: ignore[misc]

    @orders.job()  # type: ignore[arg-type]
    async def too_few(job: JobContext[Any]) -> None:
        """A handler without a payload."""

    @orders.job()  # type: ignore[arg-type]
    def not_async(job: JobContext[Any], payload: Order) -> None:
        """A handler that is no async function."""
