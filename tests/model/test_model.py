"""The scripts against the model: whatever the order of calls, no job is lost, doubled or stuck."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.run import machine_on


def test_any_order_of_calls_keeps_every_job(redis_url: str, prefix: str) -> None:
    """Every answer is the one foretold, and after every call Redis holds what the model says."""
    run_state_machine_as_test(
        machine_on(redis_url, prefix, Counter()),
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
