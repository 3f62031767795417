"""Which queues need somebody: the rules one by one, the order, and the verdict."""

from __future__ import annotations

from admin_tui.views.health import QueueRow, queue_rows, verdict
from engine import Limit, Minute, QueueView
from tests.support.operator import NOW_MS, limits, queue, snapshot, worker


def only(view: QueueView) -> QueueRow:
    """The row of a queue with a living worker of two places."""
    [row] = queue_rows(snapshot(view, workers=[worker("w1", {view.name: 2})]))
    return row


def ended(view: QueueView, completed: int, failed: int) -> QueueView:
    """The queue with so many ends in its newest minute."""
    minutes = [*view.minutes[:-1], Minute(completed=completed, failed=failed)]
    return type(view)(counts=view.counts, limits=view.limits, trash=view.trash, minutes=minutes)


def test_jobs_that_wait_without_a_worker_are_worst() -> None:
    """A worker that has been silent for twelve seconds is none."""
    view = queue("q", waiting=8_800, oldest_waiting_ms=7_080_000)
    for workers in ([], [worker("w1", {"other": 2})], [worker("w1", {"q": 2}, seen_ms=NOW_MS - 12_001)]):
        [row] = queue_rows(snapshot(view, workers=workers))
        assert (row.mark, row.reason) == ("x", "no workers, 8.8k jobs wait, oldest 1h")
    assert only(view).mark != "x"


def test_a_queue_without_work_needs_no_worker() -> None:
    """Nothing waits, so nothing is wrong."""
    [row] = queue_rows(snapshot(queue("q"), workers=[]))
    assert (row.mark, row.reason, row.places) == (".", "", 0)


def test_a_paused_queue_is_paused_whatever_else_it_is() -> None:
    """Somebody wanted it so; what waits is told."""
    row = only(queue("q", view=limits("q", paused=True), waiting=12, oldest_waiting_ms=21_600_000))
    assert (row.mark, row.reason) == ("P", "paused, 12 jobs wait, oldest 6h")
    assert only(queue("q", view=limits("q", paused=True))).reason == "paused"


def test_a_job_that_waits_for_long_wants_attention_and_says_what_holds_it() -> None:
    """Ten minutes and a millisecond; the limit that holds comes first in the engine's order."""
    held = limits("q", rate=Limit(10.0), tokens=0.5)
    assert only(queue("q", view=held, waiting=3, oldest_waiting_ms=600_000)).mark == "."
    row = only(queue("q", view=held, waiting=3, oldest_waiting_ms=600_001))
    assert (row.mark, row.reason) == ("!", "oldest waits 10m, held by its rate 10/s")
    full = limits("q", active=2)
    row = only(queue("q", view=full, waiting=3, active=2, oldest_waiting_ms=2_460_000))
    assert row.reason == "oldest waits 41m, all 2 places are taken"
    most = limits("q", active=1, max_active=Limit(1.0))
    assert only(queue("q", view=most, waiting=3, oldest_waiting_ms=700_000)).reason.endswith("all 1 that may run do")


def test_jobs_that_fail_are_told_by_their_share() -> None:
    """Half of them is broken, a tenth wants attention; fewer than five ends say nothing."""
    view = queue("q")
    assert only(ended(view, 5, 5)).mark == "x"
    assert only(ended(view, 5, 5)).reason == "50% of its jobs fail"
    assert only(ended(view, 9, 1)).mark == "!"
    assert only(ended(view, 91, 9)).mark == "."
    assert only(ended(view, 2, 2)).mark == "."


def test_jobs_that_crashed_their_worker_want_attention() -> None:
    """They run alone, and may do it again."""
    assert only(queue("q", view=limits("q", suspects=2))).reason == "2 jobs have crashed their worker"


def test_a_full_queue_is_marked_but_needs_nobody() -> None:
    """All places taken is what places are for."""
    row = only(queue("q", view=limits("q", active=2), waiting=1, active=2, oldest_waiting_ms=1_000))
    assert (row.mark, row.reason) == ("~", "all 2 places are taken")
    assert verdict([row]).word == "GOOD"


def test_the_worst_come_first() -> None:
    """By mark, then by the oldest job, then by how many wait, then by name."""
    seen = snapshot(
        queue("fine"),
        queue("also", waiting=0),
        queue("paused", view=limits("paused", paused=True)),
        queue("late", waiting=1, oldest_waiting_ms=700_000),
        queue("later", waiting=1, oldest_waiting_ms=900_000),
        queue("broken", waiting=1, oldest_waiting_ms=5_000),
        workers=[worker("w1", {"fine": 1, "also": 1, "paused": 1, "late": 1, "later": 1})],
    )
    rows = queue_rows(seen)
    assert [row.name for row in rows] == ["broken", "later", "late", "paused", "also", "fine"]
    assert (verdict(rows).word, verdict(rows).words) == ("BAD", "3 of 6 queues need you")


def test_the_verdict_says_how_many_need_somebody() -> None:
    """One queue needs, two need; all well is said too."""
    late = only(queue("q", waiting=1, oldest_waiting_ms=700_000))
    assert (verdict([late]).word, verdict([late]).words) == ("LOOK", "1 of 1 queues needs you")
    assert verdict([]).words == "there are no queues"
    assert verdict([only(queue("q"))]).words == "all 1 queues do well"


def test_done_and_failing_are_of_the_newest_minutes() -> None:
    """Five whole ones and, for failures, the running one; what was not recorded is not zero."""
    minutes = [Minute(completed=600)] * 20 + [None, *[Minute(completed=12, failed=4)] * 4, Minute(failed=4)]
    view = queue("q")
    row = only(type(view)(counts=view.counts, limits=view.limits, trash=0, minutes=list(minutes)))
    assert (row.done_per_minute, row.failing) == (12.0, 20 / 68)
