"""The scripts against the model: whatever the order of calls, no job is lost, doubled or stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from engine.embedded import EmbeddedValkey
from tests.model.run import machine_on


@pytest.mark.timeout(600)  # half a minute of one core, which a busy machine gives in ten
def test_any_order_of_calls_keeps_every_job(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Every answer is the one foretold, and after every call Redis holds what the model says."""
    tally: Counter[str] = Counter()
    run_state_machine_as_test(
        machine_on(own_valkey(settings={"appendfsync": "no"}), "model", tally),
        settings=settings(
            max_examples=100,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType] - its own metaclass
        ),
    )
    assert tally["lost: server"], "the append-only file was never read"
