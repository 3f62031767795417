"""The app that a worker runs: its queues and the policies of its jobs."""

from __future__ import annotations

from engine import Job, Keep, days
from jobs import app


def job(queue: str) -> Job[object, object]:
    return app.queues[queue].find()


def test_two_queues_in_one_slot() -> None:
    """Both queues share a slot and one limit of ten starts a second."""
    assert set(app.queues) == {"ingest_reviews", "score_run"}
    assert {queue.slot for queue in app.queues.values()} == {"pickd"}
    assert all(queue.options.group_by == "tenantId" for queue in app.queues.values())
    assert all(queue.shared is not None and queue.shared.per_second == 10 for queue in app.queues.values())


def test_ingest_policy() -> None:
    """`ingest_reviews`: 5 attempts, waits of 2, 4, 8, 16 s, 3 at once, kept 24 h and 500, failed ones 14 days."""
    options, policy = app.queues["ingest_reviews"].options, job("ingest_reviews").policy
    assert (policy.attempts, options.concurrency) == (5, 3)
    assert [policy.backoff.delay_s(attempt) for attempt in range(1, 5)] == [2, 4, 8, 16]
    assert (options.keep_completed, options.keep_failed) == (Keep(days(1), count=500), Keep(days(14)))


def test_score_policy() -> None:
    """`score_run`: 3 attempts, waits of 5 and 10 s, 2 at once, kept 7 days and 200, failed ones 30 days."""
    options, policy = app.queues["score_run"].options, job("score_run").policy
    assert (policy.attempts, options.concurrency) == (3, 2)
    assert [policy.backoff.delay_s(attempt) for attempt in range(1, 3)] == [5, 10]
    assert (options.keep_completed, options.keep_failed) == (Keep(days(7), count=200), Keep(days(30)))
