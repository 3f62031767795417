"""The token bucket inside acquire: never more starts than it allows, and none fewer than it owes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.types import Delivery
from tests.support.queue import Rig

RATES = st.one_of(st.sampled_from([0.1, 0.3, 1.0, 10 / 3, 10.0, 999.9]), st.floats(0.05, 2000))
STEPS = st.lists(
    st.tuples(st.integers(-5_000_000, 5_000_000), st.integers(0, 20), st.booleans()), min_size=1, max_size=20
)


def refill(rig: Rig, running: list[Delivery], tag: str) -> None:
    """Nothing is active, and enough jobs wait."""
    for delivery in running:
        rig.settle(delivery, "complete", b"1")
    missing = 20 - rig.counts().waiting
    rig.enqueue(*(f"{tag}-{n}" for n in range(missing)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rate=RATES, burst=st.integers(1, 12), steps=STEPS)
def test_no_window_starts_more_than_burst_and_rate(
    rig: Rig, rate: float, burst: int, steps: list[tuple[int, int, bool]]
) -> None:
    """In no window w do starts pass burst + rate·w, whatever the clock does and however many ask."""
    rig.command("DEL", rig.keys.control)
    rig.clock.advance(60)
    rig.configure(rate=rate, burst=burst)
    starts: list[tuple[float, int]] = []
    elapsed_us = 0
    for n, (step_us, places, backward) in enumerate(steps):
        rig.clock.advance((-abs(step_us) if backward else abs(step_us)) / 1_000_000)
        # True time never runs backward: a step back of the clock takes none.
        elapsed_us += 0 if backward else abs(step_us)
        refill(rig, [], f"{rig.clock.now_us()}-{elapsed_us}-{n}")
        taken = rig.take(places)
        starts.append((elapsed_us / 1_000_000, len(taken)))
        for delivery in taken:
            rig.settle(delivery, "complete", b"1")
    for first in range(len(starts)):
        total = 0
        for when_s, count in starts[first:]:
            total += count
            assert total <= burst + rate * (when_s - starts[first][0]) + 1e-6


@pytest.mark.parametrize("rate", [0.3, 1.0, 7.0, 10 / 3])
def test_a_token_is_there_when_acquire_said_so(rig: Rig, rate: float) -> None:
    """After `wait_ms` exactly one more may start; a millisecond before, none."""
    rig.configure(rate=rate, burst=1)
    rig.enqueue(*"abcdef")
    assert len(rig.take()) == 1
    for _ in range(4):
        empty = rig.acquire()
        assert empty.deliveries == []
        assert empty.wait_ms is not None
        assert 0 < empty.wait_ms <= 1000 / rate + 1
        rig.clock.advance((empty.wait_ms - 1) / 1000)
        assert rig.take() == []
        rig.clock.advance(0.001)
        assert len(rig.take()) == 1


def test_over_a_long_time_no_token_is_lost(rig: Rig) -> None:
    """Asked every millisecond or never, ten a second are ten a second: fractions are not rounded away."""
    rig.configure(rate=10.0, burst=1)
    started = 0
    for n in range(2_000):
        if n % 200 == 0:
            rig.enqueue(*(f"{n}-{i}" for i in range(5)))
        started += len(rig.take(1))
        rig.clock.advance(0.001)
    assert started in (20, 21)


def test_burst_many_start_at_once(rig: Rig) -> None:
    """A full bucket holds `burst` tokens and no more, however long nobody asked."""
    rig.configure(rate=10.0, burst=3)
    rig.enqueue(*"abcdefgh")
    rig.clock.advance(600)
    assert len(rig.take()) == 3
    rig.clock.advance(0.2)
    assert len(rig.take()) == 2


def test_an_idle_queue_with_tokens_has_no_timer(rig: Rig) -> None:
    """Nobody waits for a token: there is no reason to ask again before something is enqueued."""
    rig.configure(rate=10.0, burst=3)
    assert rig.acquire().wait_ms is None
    rig.enqueue("later", delay_s=7)
    assert rig.acquire().wait_ms in (7000, 7001)


def test_the_earlier_of_token_and_due_time_is_the_timer(rig: Rig) -> None:
    """Out of tokens and with a delayed job, the queue is asked for the first of the two."""
    rig.configure(rate=1.0, burst=1)
    rig.enqueue("a")
    rig.enqueue("later", delay_s=0.4)
    assert rig.acquire().wait_ms in (400, 401)
    rig.command("ZADD", rig.keys.delayed, "XX", rig.clock.now_us() // 1000 + 5000, "later")
    rig.command("HSET", rig.keys.job + "later", "due", rig.clock.now_us() // 1000 + 5000)
    assert rig.acquire().wait_ms == 1000


def test_an_empty_bucket_fills_after_a_backward_step(rig: Rig) -> None:
    """A bucket stamped in the future is stamped now: starts go on at the rate, not when the clock is back."""
    rig.configure(rate=2.0, burst=1)
    rig.enqueue("a", "b", "c")
    assert len(rig.take()) == 1
    rig.clock.advance(-1800)
    assert rig.take() == []
    rig.clock.advance(0.5)
    assert len(rig.take()) == 1


def test_a_new_rate_counts_from_the_next_acquire(rig: Rig) -> None:
    """A lowered burst cuts the tokens that were saved; a rate taken away lets everything start."""
    rig.configure(rate=10.0, burst=8)
    rig.enqueue(*(f"j{n}" for n in range(30)))
    assert len(rig.take(1)) == 1
    rig.configure(burst=2)
    assert len(rig.take(30)) == 2
    rig.configure(rate=0.0)
    assert len(rig.take(30)) == 27


def test_a_full_server_keeps_the_rate(full: Rig, set_full: Callable[[], None]) -> None:
    """Under full memory tokens are still taken and a bucket from the future still restamped."""
    full.configure(rate=2.0, burst=1)
    full.enqueue("a", "b", "c")
    set_full()
    assert len(full.take()) == 1
    full.clock.advance(-60)
    assert full.take() == []
    full.clock.advance(0.5)
    assert len(full.take()) == 1
