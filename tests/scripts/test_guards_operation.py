"""Why a job is left out of a plan: each part of the judgement by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from engine.streams import commands as c
from tests.support.operations import ID
from tests.support.queue import Rig

OTHER = 7
"""A run that no job has."""


def judged(rig: Rig, deed: c.Deed, run: int, state: str) -> str:
    """Why the deed is not done to the job `a`, seen in this run and state; empty: it is."""
    draft = c.Draft("q", "undo" if deed.startswith("un") else "retry", deed, ID)
    found = rig.store.run(c.freeze(rig.keys, rig.clock.now_us(), draft, 0, [(ID, run, state)]))
    return next(iter(found.skipped), "")


def put(rig: Rig, **fields: str | bytes) -> None:
    """The job's record holds these fields too."""
    for name, value in fields.items():
        rig.command("HSET", rig.keys.job + ID, name, value)


def failed(rig: Rig) -> int:
    (ticket,) = rig.enqueue(ID)
    rig.fail(rig.take(1)[0])
    return ticket.run


def requeued(rig: Rig) -> int:
    """The run that failed, before the one that waits."""
    run = failed(rig)
    rig.store.run(c.requeue(rig.keys, rig.clock.now_us(), 60, [(ID, run)]))
    return run


def cancelled(rig: Rig, delay_s: float = 0) -> int:
    (ticket,) = rig.enqueue(ID, delay_s=delay_s)
    assert rig.cancel(ticket) == "cancelled"
    return ticket.run


def promoted(rig: Rig) -> int:
    (ticket,) = rig.enqueue(ID, delay_s=60)
    rig.promote(ticket)
    return ticket.run


def test_a_retry_is_taken_back_of_the_run_that_was_retried(rig: Rig) -> None:
    """Not of the run that it made, and not once that has started."""
    run = requeued(rig)
    assert judged(rig, "unretry", run, "failed") == ""
    assert judged(rig, "unretry", int(rig.record(ID)["run"]), "failed") == "changed"
    rig.take(1)
    assert judged(rig, "unretry", run, "failed") == "started"


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param(b"\xc1", id="not packed"),
        pytest.param(msgspec.msgpack.encode(1), id="no list"),
        pytest.param(msgspec.msgpack.encode(["ready 1-1", "state", "failed"]), id="another entry"),
    ],
)
def test_a_retry_of_which_nothing_sound_was_kept_is_not_taken_back(rig: Rig, earlier: bytes) -> None:
    """Another producer may have written anything there; it costs the job its undo and the plan nothing."""
    run = requeued(rig)
    put(rig, earlier=earlier)
    assert judged(rig, "unretry", run, "failed") == "changed"


@pytest.mark.parametrize("delay_s", [0, 60])
def test_a_cancel_is_taken_back_of_its_run(rig: Rig, delay_s: float) -> None:
    """Whether it waited or was delayed; not while it is in the trash."""
    run = cancelled(rig, delay_s)
    assert judged(rig, "uncancel", run, "waiting") == ""
    assert judged(rig, "uncancel", OTHER, "waiting") == "changed"
    rig.store.run(c.trash(rig.keys, rig.clock.now_us(), "trash", [(ID, run)]))
    assert judged(rig, "uncancel", run, "waiting") == "changed"


def test_only_what_was_cancelled_before_it_ran_is_taken_back(rig: Rig) -> None:
    """A job that was told to stop as it ran has nothing to go back to, and one that waits needs no undo."""
    (ticket,) = rig.enqueue(ID)
    put(rig, earlier="waiting")
    assert judged(rig, "uncancel", ticket.run, "waiting") == "changed"
    put(rig, earlier="")
    (delivery,) = rig.take(1)
    rig.cancel(ticket)
    rig.settle(delivery, "cancel")
    assert rig.record(ID)["state"] == "cancelled"
    assert judged(rig, "uncancel", ticket.run, "waiting") == "changed"


def test_a_promotion_is_taken_back_of_its_run(rig: Rig) -> None:
    """Until a worker has begun it."""
    run = promoted(rig)
    assert judged(rig, "unpromote", run, "delayed") == ""
    assert judged(rig, "unpromote", OTHER, "delayed") == "changed"
    rig.take(1)
    assert judged(rig, "unpromote", run, "delayed") == "started"


def test_a_job_that_nobody_promoted_stays(rig: Rig) -> None:
    """It waits, but was not delayed."""
    (ticket,) = rig.enqueue(ID)
    assert judged(rig, "unpromote", ticket.run, "delayed") == "changed"


def _string(rig: Rig) -> None:
    rig.command("SET", rig.keys.job + ID, "no record")


def _stateless(rig: Rig) -> None:
    put(rig, run=str(OTHER))


def _without_run(rig: Rig) -> None:
    put(rig, state="failed", run="soon")


@pytest.mark.parametrize("make", [_string, _stateless, _without_run])
@pytest.mark.parametrize("deed", ["retry", "unretry", "delete"])
def test_what_is_no_record_is_gone(bare: Rig, deed: Any, make: Callable[[Rig], None]) -> None:
    """A key of another type, and a hash without a state or a run."""
    make(bare)
    assert judged(bare, deed, OTHER, "failed") == "gone"


@pytest.mark.parametrize(
    ("deed", "live", "ended", "trashed"),
    [
        ("retry", "not failed", "", "trashed"),
        ("cancel", "", "ended", "trashed"),
        ("promote", "not delayed", "not delayed", "trashed"),
        ("trash", "not ended", "", "trashed"),
        ("restore", "not trashed", "not trashed", ""),
        ("delete", "not ended", "", ""),
    ],
)
def test_a_deed_fits_some_states(rig: Rig, deed: Any, live: str, ended: str, trashed: str) -> None:
    """What waits, what has failed, and what was thrown away."""
    (ticket,) = rig.enqueue(ID)
    assert judged(rig, deed, ticket.run, "waiting") == live
    rig.fail(rig.take(1)[0])
    assert judged(rig, deed, ticket.run, "failed") == ended
    rig.trash(ticket)
    assert judged(rig, deed, ticket.run, "failed") == trashed


def test_a_list_that_names_a_job_of_another_state_means_it_not(bare: Rig) -> None:
    """It is where its record says; it is not even counted among the skipped."""
    bare.enqueue(ID)
    bare.command("ZADD", bare.keys.failed, 1, ID)
    draft = c.Draft("g", "cancel", "cancel", "all failed")
    found = bare.store.run(c.gather(bare.keys, bare.clock.now_us(), draft, 0, c.Scan("failed")))
    assert (found.will, found.looked, found.skipped) == (0, 1, {})


def test_a_plan_spans_the_ends_of_jobs_that_have_ended(rig: Rig) -> None:
    """And of the others the times at which they were enqueued."""
    (ticket,) = rig.enqueue(ID)
    (delivery,) = rig.take(1)
    rig.clock.advance(3)
    rig.fail(delivery)
    (later,) = rig.enqueue("b")
    draft = c.Draft("q", "retry", "retry", "a")
    found = rig.store.run(c.freeze(rig.keys, rig.clock.now_us(), draft, 0, [(ID, ticket.run, "failed")]))
    assert (found.oldest_ms, found.newest_ms) == (ticket.run // 1000 + 3000, ticket.run // 1000 + 3000)
    draft = c.Draft("r", "cancel", "cancel", "b")
    found = rig.store.run(c.freeze(rig.keys, rig.clock.now_us(), draft, 0, [("b", later.run, "waiting")]))
    assert (found.oldest_ms, found.newest_ms) == (later.run // 1000, later.run // 1000)


def test_the_run_and_the_state_are_those_that_were_seen(rig: Rig) -> None:
    """Else the job is left alone; of a retry it is told that the job runs already."""
    run = failed(rig)
    assert judged(rig, "retry", OTHER, "failed") == "other run"
    assert judged(rig, "retry", run, "cancelled") == "other state"
    rig.enqueue(ID)
    assert judged(rig, "retry", run, "failed") == "runs already"
    assert judged(rig, "trash", run, "failed") == "other run"
