"""Every call is bounded: 250 items and 1 MiB, refused by Python and by the script; what has no items has a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import StoreError
from engine.queries import parse_query
from engine.streams import Call, Keys
from engine.streams import commands as c
from engine.streams.commands import MAX_BATCH, MAX_BYTES
from engine.streams.reads import Place, audit, groups, list_jobs, recent, rights, search, stats, window
from engine.types import Keep, State
from tests.support.calls import CALLS, DRAFT
from tests.support.queue import STREAMS, Rig
from tests.support.whole import everything

Build = Callable[[Keys, int], Call[Any]]
NOTHING = Keep(0, count=0)


def ids(count: int) -> list[str]:
    """So many ids."""
    return [f"j{n}" for n in range(count)]


BATCHES: dict[str, Build] = {
    "enqueue": lambda k, n: c.enqueue(k, 1, "o", 60, [c.NewJob(job_id, "work", b"{}", 1, "t") for job_id in ids(n)]),
    "settle": lambda k, n: c.settle(k, 1, [c.Settle(job_id, 1, "complete", b"1") for job_id in ids(n)]),
    "renew": lambda k, n: c.renew(
        k, 1, "w", [c.Holding(job_id, 1, renew=True) for job_id in ids(n)], strays=True, lease_ms=1
    ),
    "note": lambda k, n: c.note(k, 1, [c.Note(job_id, 1, "log", b"x") for job_id in ids(n)]),
    "requeue": lambda k, n: c.requeue(k, 1, 60, [(job_id, 1) for job_id in ids(n)]),
    "promote": lambda k, n: c.promote(k, 1, [(job_id, 1) for job_id in ids(n)]),
    "trash": lambda k, n: c.trash(k, 1, "delete", [(job_id, 1) for job_id in ids(n)]),
    "revert": lambda k, n: c.revert(k, 1, "cancel", [(job_id, 1) for job_id in ids(n)]),
    "freeze": lambda k, n: c.freeze(k, 1, DRAFT, 0, [(job_id, 1, "failed") for job_id in ids(n)]),
    "repair": lambda k, n: c.repair(k, 1, [c.Mark(job_id.encode()) for job_id in ids(n)]),
    "drop_consumers": lambda k, n: c.drop_consumers(k, [job_id.encode() for job_id in ids(n)]),
    "reclaim": lambda k, n: c.reclaim(k, 1, ids(n)),
    "set_limits": lambda k, n: c.set_limits(k, dict.fromkeys(ids(n), "1")),
    "audit": lambda k, n: audit(k, [c.Mark(job_id.encode()) for job_id in ids(n)]),
    "rights": lambda k, n: rights(k, [("PING",)] * n),
}
WITH_BYTES: dict[str, Callable[[Keys, list[bytes]], Call[Any]]] = {
    "enqueue": lambda k, data: c.enqueue(k, 1, "o", 60, [c.NewJob("a", "work", one) for one in data]),
    "settle": lambda k, data: c.settle(k, 1, [c.Settle("a", 1, "complete", one) for one in data]),
    "note": lambda k, data: c.note(k, 1, [c.Note("a", 1, "log", one) for one in data]),
}
PAGES: dict[str, Build] = {
    "list_jobs": lambda k, n: list_jobs(k, State.COMPLETED, n),
    "recent": lambda k, n: recent(k, "t", n, 0),
    "search": lambda k, n: search(k, 1, "completed", parse_query(""), n, None),
    "groups": lambda k, n: groups(k, 1, 5, n, 0),
    "window": lambda k, n: window(k, "completed", n, Place()),
    "stats": lambda k, n: stats(k, 1, n),
    "prune": lambda k, n: c.prune(k, 1, {}, n),
    "gather": lambda k, n: c.gather(k, 1, DRAFT, 0, c.Scan("failed", looked=n)),
    "next_batch": lambda k, n: c.next_batch(k, 1, "p", "d", n),
    "advance": lambda k, n: c.advance(k, 1, "p", 0, [True] * n),
}
LIMITED = ("list_jobs", "recent", "stats", "window")
"""Pages whose limit the script cuts down."""
OF_ONE_SIZE = {
    "acquire": "at most 250 jobs, and 250 that are due",
    "cancel": "one job",
    "begin": "one operation",
    "stop": "one operation",
    "book": "one entry",
    "show": "one job and its trail of about 1,000 entries",
    "follow": "the same",
    "detail": "the same",
    "configure": "the settings of a queue",
    "pause": "one setting",
    "limits": "the settings of a queue",
    "waiters": "the first 1,000 that wait",
    "counts": "one number for each state",
    "snapshot": "of the app's queues; test_snapshot.py has its bounds",
}
"""Calls whose length nobody chooses."""


def raw(rig: Rig, call: Call[Any], limit: str) -> list[Any]:
    """The reply to the call with another limit, as the script gives it."""
    at = next(n for n, name in enumerate(call.script.args) if name in {"limit", "minutes"})
    args = [*call.args[:at], limit, *call.args[at + 1 :]]
    answer: list[Any] = rig.store.run(Call(call.script, call.keys, args, list))
    return answer


def longer(build: Build, keys: Keys, items: int) -> Call[Any]:
    """The call of so many items that another producer would send: Python's check is passed by."""
    full, less = build(keys, MAX_BATCH), build(keys, MAX_BATCH - 1)
    item = full.args[len(less.args) :]
    return Call(full.script, full.keys, full.args + item * (items - MAX_BATCH), full.decode)


@pytest.mark.parametrize("name", BATCHES)
def test_python_refuses_251_items(rig: Rig, name: str) -> None:
    """Where the call is built; 250 are one call."""
    BATCHES[name](rig.keys, MAX_BATCH)
    with pytest.raises(ValueError, match="at most 250 items, not 251"):
        BATCHES[name](rig.keys, MAX_BATCH + 1)


@pytest.mark.parametrize("name", BATCHES)
def test_the_script_refuses_251_items(rig: Rig, name: str) -> None:
    """Whoever sends them: before it has written anything."""
    rig.enqueue("a")
    before = everything(rig)
    with pytest.raises(StoreError, match="at most 250"):
        rig.store.run(longer(BATCHES[name], rig.keys, MAX_BATCH + 1))
    with pytest.raises(StoreError, match="at most 250"):
        rig.store.run(longer(BATCHES[name], rig.keys, 5_000))
    assert everything(rig) == before


@pytest.mark.parametrize("name", [name for name in BATCHES if name not in {"reclaim", "drop_consumers", "rights"}])
def test_the_script_refuses_half_an_item(rig: Rig, name: str) -> None:
    """An argument too few is told before anything was written, not by half of a batch."""
    (ticket,) = rig.enqueue("j0")
    rig.take()
    call = BATCHES[name](rig.keys, 2)
    before = everything(rig)
    with pytest.raises(StoreError, match="whole items"):
        rig.store.run(Call(call.script, call.keys, call.args[:-1], call.decode))
    assert everything(rig) == before
    assert rig.status("j0").run == ticket.run


@pytest.mark.parametrize("name", WITH_BYTES)
def test_python_refuses_more_than_a_mebibyte(rig: Rig, name: str) -> None:
    """Of payloads, results or lines in one call; one item goes alone, however large."""
    half = b"x" * (MAX_BYTES // 2)
    WITH_BYTES[name](rig.keys, [half, half])
    WITH_BYTES[name](rig.keys, [half * 4])
    with pytest.raises(ValueError, match="at most 1,048,576 bytes, not 1,048,577"):
        WITH_BYTES[name](rig.keys, [half, half, b"x"])


@pytest.mark.parametrize("name", PAGES)
def test_python_refuses_a_page_of_251(rig: Rig, name: str) -> None:
    """Where the call is built."""
    PAGES[name](rig.keys, MAX_BATCH)
    with pytest.raises(ValueError, match="at most 250 items, not 251"):
        PAGES[name](rig.keys, MAX_BATCH + 1)


@pytest.mark.parametrize(("limit", "found"), [(100_000, 250), (250, 250), (1, 1)])
def test_a_page_is_never_longer_than_250(rig: Rig, limit: int, found: int) -> None:
    """Whatever limit the script is sent."""
    for start in (0, 150):
        jobs = [c.NewJob(f"j{n}", "work", b"{}", tenant="t") for n in range(start, start + 150)]
        rig.enqueue_jobs(*jobs)
    for _ in range(2):
        for delivery in rig.take(250):
            rig.settle(delivery, "complete", b"1")
    pages = {name: raw(rig, PAGES[name](rig.keys, 1), str(limit)) for name in LIMITED}
    assert (len(pages["list_jobs"]) - 1) // 11 == found
    assert (len(pages["recent"]) - 1) // 11 == found
    assert (len(pages["window"]) - 5) // 11 == found
    assert len(pages["stats"]) // 2 == found


@pytest.mark.parametrize(("limit", "deleted"), [("100000", 250), ("3", 3), ("0", 1), ("-1", 1)])
@pytest.mark.parametrize("keep", [Keep(10**6, count=10), Keep(0)], ids=["by count", "by age"])
def test_a_prune_is_never_longer_than_250(rig: Rig, keep: Keep, limit: str, deleted: int) -> None:
    """Whatever limit the script is sent; a senseless one deletes one job, and none that is kept."""
    for start in (0, 150):
        rig.enqueue(*(f"j{n}" for n in range(start, start + 150)))
    for _ in range(2):
        rig.settle_many(*(c.Settle(d.id, d.fence, "complete", b"1") for d in rig.take(250)))
    rig.clock.advance(1)
    call = c.prune(rig.keys, rig.clock.now_us(), {State.COMPLETED: keep})
    assert raw(rig, call, limit) == [str(deleted).encode(), b"0", b"0", b"0"]
    assert rig.counts().completed == 300 - deleted


@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_senseless_page_is_one_job(rig: Rig, limit: str) -> None:
    """A limit of nothing does not mean everything."""
    rig.enqueue_jobs(*(c.NewJob(job_id, "work", b"{}", tenant="t") for job_id in "abc"))
    assert raw(rig, recent(rig.keys, "t", 7, 0), limit)[0] == 1


def test_an_acquire_makes_at_most_250_due_jobs_wait(rig: Rig) -> None:
    """And says that there is no wait until there are more."""
    for start in (0, 150):
        rig.enqueue(*(f"j{n}" for n in range(start, start + 150)), delay_s=1)
    rig.clock.advance(2)
    assert (rig.acquire(0).wait_ms, rig.counts().waiting) == (0, 250)
    assert (rig.acquire(0).wait_ms, rig.counts().waiting) == (None, 300)


def test_a_sweep_takes_at_most_250_of_all_streams(bare: Rig) -> None:
    """A page of each stream; the rest is left for the next call."""
    bare.configure()
    for stream in STREAMS:
        key = getattr(bare.keys, stream)
        for _ in range(90):
            bare.command("XADD", key, "*", "id", "nobody")
        bare.command("XREADGROUP", "GROUP", "workers", "w1", "COUNT", 90, "STREAMS", key, ">")
        bare.stamp_pending(stream)
    while not bare.reclaim().more:
        bare.clock.advance(bare.limits.sweep_ms / 1000)
    assert sum(bare.command("XLEN", getattr(bare.keys, stream)) for stream in STREAMS) == 270 - 240


def test_every_function_is_in_a_table() -> None:
    """A new one says what bounds it."""
    assert {*BATCHES, *PAGES, *OF_ONE_SIZE} == set(CALLS)


def test_a_full_batch_of_everything_goes_through(rig: Rig) -> None:
    """250 jobs at once, through every script that takes many."""
    every = ids(MAX_BATCH)
    tickets = rig.enqueue_jobs(*(c.NewJob(job_id, "work", b"{}", 1_000, job_id, "d") for job_id in every))
    stored = [ticket for ticket in tickets if ticket is not None]
    assert {answer.answer for answer in rig.promote(*stored)} == {"ok"}
    for verb in ("release", "fail"):
        taken = rig.take(MAX_BATCH)
        assert len(taken) == MAX_BATCH
        assert rig.renew(*taken, strays=True).states == ["ok"] * MAX_BATCH
        notes = [c.Note(d.id, d.fence, "log", b"x" * 4_000) for d in taken]
        assert rig.store.run(c.note(rig.keys, rig.clock.now_us(), notes)) == [True] * MAX_BATCH
        assert rig.answers(*(c.Settle(d.id, d.fence, verb, b"{}") for d in taken)) == ["ok"] * MAX_BATCH
    assert {answer.answer for answer in rig.requeue(*stored)} == {"ok"}
    assert rig.audit(*(c.Mark(job_id.encode()) for job_id in every)) == []
    assert rig.repair(*(c.Mark(job_id.encode()) for job_id in every)) == []
    rig.settle_many(*(c.Settle(d.id, d.fence, "complete", b"1") for d in rig.take(MAX_BATCH)))
    rig.clock.advance(1)
    assert rig.prune(NOTHING, NOTHING) == MAX_BATCH
