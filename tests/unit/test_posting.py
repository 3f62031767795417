"""What both clients share: calls of bounded size, and answers as values or errors."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EnqueueUnknown, JobFailed, QueueFull, StoreMisused, Unreachable
from engine.posting import RESEND_S, batches, check_run, find_line, first_stored, not_yet, to_error, unanswered
from engine.streams.commands import MAX_BATCH, MAX_BYTES, NewJob, Refused
from engine.streams.commands.producer import OP_TTL_MS
from engine.streams.reads import Ending
from engine.types import Enqueued, State
from tests.support.runs import make_app

TICKET = Enqueued("a", 5, created=True, state=State.WAITING, same_payload=True, queue="q")
LINE = find_line(make_app("q").queues, "p", "q")
SIZES = st.lists(st.integers(0, 300_000), max_size=30) | st.integers(0, 1000).map(lambda count: [10] * count)


@given(SIZES)
def test_calls_are_as_full_as_they_may_be(sizes: list[int]) -> None:
    """Every job is in one call, in order; none is over the limits, and the next one's first would not have fitted."""
    jobs = [NewJob(str(n), "work", b"x" * size) for n, size in enumerate(sizes)]
    calls = list(batches(jobs))
    assert [job for call in calls for job in call] == jobs
    for call in calls:
        assert len(call) <= MAX_BATCH
        assert sum(len(job.payload) for job in call) <= MAX_BYTES
    for call, after in pairwise(calls):
        size = sum(len(job.payload) for job in call) + len(after[0].payload)
        assert len(call) == MAX_BATCH or size > MAX_BYTES


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "run 5 of 'a' is no longer stored"),
        (Ending(6, State.COMPLETED), "run 5 of 'a' is no longer stored"),
        (Ending(5, State.FAILED, failed_reason="ValueError: no"), "ValueError: no"),
        (Ending(5, State.CANCELLED), "cancelled"),
    ],
)
def test_an_end_without_a_result(found: Ending | None, says: str) -> None:
    """A run that is gone, failed or cancelled has no result; the error's text is the reason."""
    with pytest.raises(JobFailed, match=says):
        check_run(TICKET, found)


@pytest.mark.parametrize("state", [State.WAITING, State.DELAYED, State.ACTIVE, State.COMPLETED])
def test_a_run_that_may_yet_have_a_result(state: State) -> None:
    """It is answered as it is."""
    found = Ending(5, state)
    assert check_run(TICKET, found) is found


def test_errors_say_what_to_do() -> None:
    """Each tells what happened to the job, and what the caller can do about it."""
    bad = to_error(LINE, "a", Refused("bad"))
    assert isinstance(bad, StoreMisused)
    assert str(bad) == "the key of job 'a' holds something else than a record: delete p:{s}:q:job:a"
    full = to_error(LINE, "a", Refused("full", 7))
    assert isinstance(full, QueueFull)
    assert str(full).startswith("queue q is full: 7 jobs wait, ")
    many = first_stored(full, 250, 900)
    assert isinstance(many, QueueFull)
    assert str(many) == f"{full}; stored so far: 250 of 900"
    assert first_stored(full, 0, 1) is full
    gone = unanswered(Unreachable("gone"))
    assert isinstance(gone, EnqueueUnknown)
    assert str(gone) == "no answer for 60 s (gone): the jobs may be stored; enqueue the same ids again"
    assert str(unanswered(Unreachable("gone"), closed=True)).startswith("no answer before the client was closed (gone)")
    assert str(not_yet(TICKET, Ending(5, State.ACTIVE), 2.5)) == "'a' is still active after 2.5 s"


def test_an_answer_is_kept_for_longer_than_its_call_is_sent_again() -> None:
    """Also for a call that was on its way when its time was up: found again, it is no second run (trial 10)."""
    assert OP_TTL_MS / 1000 >= 2 * RESEND_S
