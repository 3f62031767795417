"""Whatever keys, answers and changes come in which order: an action hits what was shown, or nothing."""

from __future__ import annotations

import pytest

from engine import JobLine
from tests.support.interleaved import Case, Row

CASES, EVENTS = 10_000, 100


@pytest.mark.timeout(240)
def test_no_action_ever_hits_another_job_than_the_one_shown() -> None:
    """10,000 interleavings of keys, refreshes, inserts, deletes, orders and filters: no wrong target."""
    actions = hits = 0
    for seed in range(CASES):
        case = Case(seed)
        assert case.play(EVENTS) == "", f"seed {seed}"
        actions, hits = actions + case.actions, hits + len(case.world.hits)
    assert actions > CASES
    assert hits > CASES // 2


def by_position(case: Case) -> JobLine | None:
    """What has the cursor's number by now."""
    number = case.feed.cursor.number
    return case.world.jobs[number] if number < len(case.world.jobs) else None


def looked_up_again(case: Case) -> JobLine | None:
    """The job under the cursor as it is by now, not as it was shown."""
    return next((job for job in case.world.jobs if job.id == case.feed.cursor.key), None)


@pytest.mark.parametrize("row", [by_position, looked_up_again])
def test_a_target_that_is_not_what_was_shown_is_caught(row: Row) -> None:
    """The same cases find the faults that they are there for."""
    assert any(Case(seed, row).play(EVENTS) for seed in range(200))
