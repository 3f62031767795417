"""What reads tell apart."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.streams.commands import NewJob
from engine.streams.reads import counts
from tests.support.queue import KEEP, STREAMS, Rig


@pytest.mark.parametrize("times_ms", list(permutations((3000, 4000, 5000))))
def test_the_oldest_of_all_streams_has_the_age(bare: Rig, times_ms: tuple[int, ...]) -> None:
    """In whichever of the three it waits."""
    for stream, time_ms in zip(STREAMS, times_ms, strict=True):
        bare.command("XADD", getattr(bare.keys, stream), f"{time_ms}-1", "id", stream)
    assert bare.store.run(counts(bare.keys, 10_000_000, KEEP, KEEP)).oldest_waiting_ms == 7000


def test_recent_jobs_pass_over_a_state_that_is_none(bare: Rig) -> None:
    """A record of a state that nobody knows is the doctor's to tell of; the others are listed."""
    bare.configure()
    bare.enqueue_jobs(*(NewJob(job_id, "work", b"{}", tenant="t") for job_id in ("odd", "even")))
    bare.command("HSET", bare.keys.job + "odd", "state", "asleep")
    assert [line.id for line in bare.recent("t")] == ["even"]


@pytest.mark.parametrize(
    "held",
    ["1" * 17 + " ready 1-1", f"5 ready {'1' * 20}-1", f"5 ready 1-{'1' * 20}", "5 nowhere 1-1", "x ready 1-1"],
    ids=["fence", "ms", "seq", "stream", "number"],
)
def test_a_holding_that_says_nothing_holds_nothing(bare: Rig, held: str) -> None:
    """A cancel of a job whose holding no worker could have written asks nobody."""
    bare.configure()
    (ticket,) = bare.enqueue("a")
    bare.take()
    bare.command("HSET", bare.keys.active, "a", f"{held} - w1")
    assert bare.cancel(ticket) == "not_cancellable"
