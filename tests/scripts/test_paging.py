"""Lists in pages: whoever stays where it is comes exactly once, whatever comes and goes between two pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.streams.commands import NewJob
from engine.types import State
from tests.support.queue import FAILURE, Rig

PAGED = (State.WAITING, State.DELAYED, State.ACTIVE, State.COMPLETED, State.FAILED)


def put(rig: Rig, state: State, *ids: str) -> None:
    """Jobs in this state."""
    rig.enqueue(*ids, delay_s=60 if state is State.DELAYED else 0)
    if state in (State.ACTIVE, State.COMPLETED, State.FAILED):
        for delivery in rig.take(250):
            if state is State.COMPLETED:
                rig.settle(delivery, "complete", b"1")
            if state is State.FAILED:
                rig.settle(delivery, "fail", FAILURE)


def pages(rig: Rig, state: State, limit: int, between: Callable[[], object] = lambda: None) -> list[str]:
    """The ids of all pages in order."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = rig.page(state, limit, after)
        found += [job.id for job in page.jobs]
        after = page.after
        between()
    return found


@pytest.mark.parametrize("state", PAGED)
def test_pages_together_hold_each_job_once(rig: Rig, state: State) -> None:
    """Also where many ended or are due in the same millisecond."""
    ids = [f"j{n:02}" for n in range(20)]
    put(rig, state, *ids)
    found = pages(rig, state, 3)
    assert sorted(found) == ids
    if state in (State.WAITING, State.DELAYED):
        assert found == ids


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=st.sampled_from([State.DELAYED, State.COMPLETED]), limit=st.integers(1, 5), data=st.data())
def test_those_that_stay_are_never_missed(rig: Rig, state: State, limit: int, data: st.DataObject) -> None:
    """Jobs leave and arrive between pages; the others are all seen."""
    rig.command("FLUSHDB")
    rig.configure()
    stay = {f"s{n}" for n in range(8)}
    leave = [f"l{n}" for n in range(6)]
    order = data.draw(st.permutations([*stay, *leave]))
    for job_id in order:
        put(rig, state, job_id)
        if data.draw(st.booleans()):
            rig.clock.advance(1)
    index = rig.keys.delayed if state is State.DELAYED else rig.keys.completed
    arrived = iter(range(100))

    def between() -> None:
        if bool(leave) and data.draw(st.booleans()):
            gone = leave.pop()
            rig.command("ZREM", index, gone)
            rig.command("DEL", rig.keys.job + gone)
        if data.draw(st.booleans()) and (n := next(arrived)) < 5:
            put(rig, state, f"n{n}")

    found = pages(rig, state, limit, between)
    assert stay <= set(found)


def test_waiting_pages_pass_over_what_runs(rig: Rig) -> None:
    """Active jobs are behind the cursor of the stream, and in no page of the waiting."""
    rig.enqueue(*(f"j{n:02}" for n in range(10)))
    taken = {delivery.id for delivery in rig.take(4)}
    assert set(pages(rig, State.WAITING, 3)) == {f"j{n:02}" for n in range(10)} - taken
    assert set(pages(rig, State.ACTIVE, 3)) == taken


def test_waiting_pages_begin_with_what_runs_first(rig: Rig) -> None:
    """Released jobs are before the others."""
    rig.enqueue("first", "second")
    rig.settle(rig.take(1)[0], "release")
    rig.enqueue("third")
    assert pages(rig, State.WAITING, 1) == ["first", "second", "third"]


def test_recent_jobs_are_newest_first_and_pruned_ones_are_passed_over(rig: Rig) -> None:
    """A tenant sees its jobs in any state, none of another tenant's, and none without a record."""
    rig.enqueue_jobs(*(NewJob(f"a{n}", "work", b"{}", tenant="t") for n in range(4)))
    rig.enqueue_jobs(NewJob("other", "work", b"{}", tenant="u"))
    first = rig.take(1)[0]
    rig.settle(first, "complete", b"1")
    rig.command("ZREM", rig.keys.completed, first.id)
    rig.command("DEL", rig.keys.job + first.id)
    assert [line.id for line in rig.recent("t")] == ["a3", "a2", "a1"]
    assert rig.recent("nobody") == []


@pytest.mark.parametrize("state", PAGED)
def test_a_page_holds_no_more_than_was_asked_for(rig: Rig, state: State) -> None:
    """Active jobs too, which are a hash: the next page goes on behind it."""
    put(rig, state, *(f"j{n:02}" for n in range(20)))
    first = rig.page(state, 3, "")
    assert len(first.jobs) == 3
    assert first.after


@pytest.mark.parametrize("leaves", ["j05", "Zoë", "j0"])
@pytest.mark.parametrize("state", [State.DELAYED, State.FAILED])
def test_none_comes_twice_when_the_last_one_seen_leaves(rig: Rig, state: State, leaves: str) -> None:
    """Also among jobs of one millisecond: paging goes on behind where it was."""
    ids = sorted({*(f"j{n:02}" for n in range(10)), leaves})
    put(rig, state, *ids)
    everyone = pages(rig, state, 250)
    index = getattr(rig.keys, state.value)
    score = rig.command("ZSCORE", index, leaves)
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = rig.page(state, 1, after)
        found += [job.id for job in page.jobs]
        after = page.after
        if found[-1:] == [leaves]:
            rig.command("ZREM", index, leaves)
    rig.command("ZADD", index, score, leaves)
    assert found == everyone


def test_active_jobs_before_a_waiting_one_are_passed_over_in_one_call(rig: Rig) -> None:
    """A short page of waiting jobs does not cost a call for each job that runs."""
    put(rig, State.ACTIVE, *(f"a{n:03}" for n in range(200)))
    rig.enqueue("w1", "w2")
    assert [job.id for job in rig.page(State.WAITING, 1, "").jobs] == ["w1"]


def test_a_page_as_large_as_a_call_may_be_has_a_next_one(rig: Rig) -> None:
    """As many ids as a call looks at are in the first page, and the one behind them in the second."""
    ids = [f"j{n:03}" for n in range(251)]
    rig.enqueue(*ids[:125])
    rig.enqueue(*ids[125:])
    first = rig.page(State.WAITING, 250)
    assert [job.id for job in first.jobs] == ids[:250]
    assert first.after is not None
    assert [job.id for job in rig.page(State.WAITING, 250, first.after).jobs] == ids[250:]
