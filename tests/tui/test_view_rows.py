"""What workers, limits, failures and the book show, in which order, and how each row is marked."""

from __future__ import annotations

import pytest

from admin_tui.views.audit import audit_rows, result
from admin_tui.views.failures import failure_rows
from admin_tui.views.limits import limit_rows
from admin_tui.views.workers import Held, worker_rows
from engine import Limit, Operation, State
from tests.support.operator import NOW_MS, entry, group, limits, line, operation, queue, snapshot, worker


def test_workers_in_trouble_come_first() -> None:
    """Lost ones first, then full ones, then those whose queues are all paused, then the others."""
    seen = snapshot(
        queue("ingest_reviews"),
        queue("score_run", view=limits("score_run", paused=True)),
        workers=[
            worker("w1/1", {"ingest_reviews": 3}),
            worker("w2/1", {"score_run": 2}),
            worker("w3/1", {"ingest_reviews": 1}),
            worker("w4/1", {"ingest_reviews": 3}, seen_ms=NOW_MS - 12_001),
            worker("w5/1", {"ingest_reviews": 3}, seen_ms=NOW_MS - 12_000),
        ],
    )
    job = line("a", State.ACTIVE, worker="w3/1-7f", started_on=NOW_MS - 5_000)
    rows = worker_rows(seen, {"ingest_reviews": [job]})
    assert [(row.mark, row.worker.label) for row in rows] == [
        ("x", "w4/1"), ("!", "w3/1"), ("P", "w2/1"), (".", "w1/1"), (".", "w5/1"),
    ]  # fmt: skip
    assert rows[1].jobs == (Held("ingest_reviews", job),)
    assert rows[1].longest == NOW_MS - 5_000
    assert rows[0].beat_ms == 12_001


def test_a_job_names_its_worker_by_consumer_or_label() -> None:
    """Jobs of a worker are found by either name; a consumer's name goes first."""
    seen = snapshot(workers=[worker("w1", {"q": 4}), worker("w2", {"q": 4}, consumer="w1-7e")])
    jobs = [line("a", worker="w1"), line("b", worker="w1-7f"), line("c", worker="w1-7e"), line("d", worker="gone")]
    rows = worker_rows(seen, {"q": jobs})
    assert [[held.job.id for held in row.jobs] for row in rows] == [["a", "b"], ["c"]]


def test_a_worker_of_another_version_is_old() -> None:
    """What most workers run is usual; the one that runs something else is told apart."""
    seen = snapshot(workers=[worker("a", {}), worker("b", {}), worker("c", {}, version="2.30")])
    assert [row.old for row in worker_rows(seen, {})] == [False, False, True]


def test_limits_that_hold_back_come_first() -> None:
    """Held by the bucket, then at max_active, then paused, then free ones by how many wait."""
    seen = snapshot(
        queue("free", waiting=1),
        queue("busy", waiting=9),
        queue("paused", view=limits("paused", paused=True)),
        queue("full", view=limits("full", active=2, max_active=Limit(2.0))),
        queue("held", view=limits("held", rate=Limit(5.0, 10.0), tokens=0.2), waiting=7_200),
        queue("unused", view=limits("unused", rate=Limit(10.0), tokens=0.2)),
        workers=[worker("w", {"busy": 3}), worker("v", {"busy": 2})],
    )
    rows = limit_rows(seen)
    assert [(row.mark, row.queue) for row in rows] == [
        ("!", "held"), ("~", "full"), ("P", "paused"), (".", "busy"), (".", "free"), (".", "unused"),
    ]  # fmt: skip
    assert rows[3].places == 5
    assert rows[0].next_ms == 80
    assert (rows[0].drain_s(), rows[0].drain_s(2)) == (720.0, 360.0)
    assert rows[3].drain_s() is None


def test_a_shared_bucket_is_one_row() -> None:
    """Queues with the same shared limit and level are one row, which adds up who waits."""
    shared = {"shared_rate": Limit(10.0), "shared_burst": Limit(1.0), "shared_tokens": 0.5}
    seen = snapshot(
        queue("a", view=limits("a", **shared), waiting=2, oldest_waiting_ms=50),
        queue("b", view=limits("b", **shared), waiting=3, oldest_waiting_ms=70),
        queue("c"),
    )
    [row] = [row for row in limit_rows(seen) if row.kind == "shared"]
    assert (row.queues, row.waiting, row.oldest_ms, row.mark, row.next_ms) == (("a", "b"), 5, 70, "!", 50)
    assert [row.mark for row in limit_rows(seen) if row.kind == "queue"] == ["!", "!", "."]


def test_failures_with_most_jobs_come_first() -> None:
    """Groups of all queues by jobs that are failed now; whether they still come is told by the last five minutes."""
    rows = failure_rows(
        [
            group("aa", 4),
            group("bb", 95, minutes=[0] * 29 + [3]),
            group("cc", 0),
            group("aa", 4, queue="ingest_reviews", last=NOW_MS),
            group("dd", 1, minutes=[9] * 25 + [0] * 5),
        ]
    )
    assert [(row.mark, row.key, row.group.jobs) for row in rows] == [
        ("!", "score_run bb", 95), ("x", "ingest_reviews aa", 4), ("x", "score_run aa", 4), ("x", "score_run dd", 1),
        (".", "score_run cc", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (None, "ok"),
        (operation(), "ok"),
        (operation(skipped=1_200), "ok, 1,200 skipped"),
        (operation(state="running", total=874, done=340, skipped=10), "run 40%"),
        (operation(state="running", total=0), "run 100%"),
        (operation(state="stopped", total=100, done=50, skipped=0), "stopped 50%"),
        (operation(state="undone"), "undone"),
    ],
)
def test_result(done: Operation | None, expected: str) -> None:
    """What came of a change, and how far it is."""
    assert result(done) == expected


def test_the_book_shows_the_newest_of_each_operation() -> None:
    """Entries stay in their order; what is known anew of an operation goes before what its entry holds."""
    old, new = operation("op-7", state="running", total=10, done=1), operation("op-7", total=10, done=10)
    entries = [entry("3-0", operation=old), entry("2-0"), entry("1-0", operation=operation("op-5", state="undone"))]
    rows = audit_rows(entries, {"op-7": new})
    assert [(row.entry.id, row.mark, row.result) for row in rows] == [
        ("3-0", ".", "ok"), ("2-0", ".", "ok"), ("1-0", "u", "undone"),
    ]  # fmt: skip
    assert [row.mark for row in audit_rows(entries, {})] == [">", ".", "u"]
