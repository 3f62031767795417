"""Limits over several queues and limits set at run time: what decides how many may start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.queue import Rig
from tests.support.whole import check_whole


@pytest.fixture
def pair(redis_url: str, prefix: str) -> Iterator[tuple[Rig, Rig]]:
    """Two queues of one slot under one clock, with a hundred jobs each."""
    rigs = Rig(redis_url, prefix, "a"), Rig(redis_url, prefix, "b")
    rigs[1].clock = rigs[0].clock
    for rig in rigs:
        rig.configure(shared_rate=10.0, shared_burst=1)
        rig.enqueue(*(f"{rig.keys.queue}{n}" for n in range(100)))
    yield rigs
    for rig in rigs:
        check_whole(rig)
        rig.close()


def test_two_queues_share_one_bucket(pair: tuple[Rig, Rig]) -> None:
    """A start of one takes the token of the other, and the answer says when the next one is there."""
    a, b = pair
    assert len(a.take(5)) == 1
    answer = b.acquire(5)
    assert (answer.deliveries, answer.wait_ms) == ([], 100)
    a.clock.advance(0.1)
    assert len(b.take(5)) == 1
    assert a.take(5) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.floats(0.5, 500),
    burst=st.integers(1, 9),
    steps=st.lists(
        st.tuples(st.integers(0, 500_000), st.booleans(), st.integers(0, 9), st.booleans()), min_size=1, max_size=25
    ),
)
def test_no_window_starts_more_over_both_queues(
    pair: tuple[Rig, Rig], rate: float, burst: int, steps: list[tuple[int, bool, int, bool]]
) -> None:
    """In no window w do the starts of both pass burst + rate·w, also when jobs are retried and acquired again."""
    clock = pair[0].clock
    clock.advance(60)
    for rig in pair:
        rig.configure(shared_rate=rate, shared_burst=burst)
    pair[0].command("DEL", pair[0].keys.bucket)
    starts: list[tuple[int, int]] = []
    begun_us = clock.now_us()
    for step_us, second, places, retried in steps:
        clock.advance(step_us / 1_000_000)
        rig = pair[second]
        taken = rig.take(places)
        starts.append((clock.now_us() - begun_us, len(taken)))
        for delivery in taken:
            rig.settle(delivery, "retry" if retried else "release", b"{}")
    for i, (first_us, _) in enumerate(starts):
        total = 0
        for when_us, count in starts[i:]:
            total += count
            assert total <= burst + rate * (when_us - first_us) / 1_000_000 + 1e-6


def test_a_lost_bucket_costs_one_burst(pair: tuple[Rig, Rig]) -> None:
    """The limit itself is in each queue's settings: without the bucket's key one full bucket may start at once."""
    a, b = pair
    for rig in pair:
        rig.configure(shared_burst=3)
    a.clock.advance(10)
    assert len(a.take(9)) == 3
    a.command("DEL", a.keys.bucket)
    assert len(b.take(9)) == 3
    assert a.take(9) == []


def test_its_own_limit_counts_beside_the_shared_one(pair: tuple[Rig, Rig]) -> None:
    """The smaller of both decides, and the longer wait is answered."""
    a, b = pair
    a.configure(rate=2.0, burst=1, shared_rate=1000.0, shared_burst=10)
    b.configure(shared_rate=1000.0, shared_burst=10)
    a.clock.advance(10)
    answer = a.acquire(5)
    assert (len(answer.deliveries), answer.wait_ms) == (1, 500)
    assert len(b.take(20)) == 9, "only one token of the shared bucket is gone"


def test_a_limit_set_at_run_time_wins_until_it_is_taken_back(rig: Rig) -> None:
    """It outlives a configure, wakes a worker, and its end brings the configured one back."""
    rig.configure(max_active=2)
    rig.enqueue(*"abcdef")
    rig.take_wake_up()
    assert rig.set_limits(max_active="4")
    assert rig.take_wake_up()
    assert not rig.set_limits(max_active="4"), "nothing changed"
    rig.configure(max_active=2)
    assert len(rig.take()) == 4
    assert rig.limits_now().max_active.now == 4
    assert rig.set_limits(max_active="")
    assert rig.take() == []
    assert rig.limits_now().max_active.now == 2


def test_the_places_of_a_process_come_with_each_acquire(rig: Rig) -> None:
    """0 says: as configured."""
    assert rig.acquire().concurrency == 0
    rig.set_limits(concurrency="7")
    assert rig.acquire().concurrency == 7


def test_the_levels_shown_are_those_that_acquire_counts(pair: tuple[Rig, Rig]) -> None:
    """What an operator reads of a bucket is what the next acquire finds there."""
    a, b = pair
    for rig in pair:
        rig.configure(rate=4.0, burst=4, shared_rate=10.0, shared_burst=5)
    a.clock.advance(10)
    a.take(3)
    a.clock.advance(0.25)
    view = b.limits_now()
    assert (view.tokens, view.shared_tokens) == (4.0, 4.5)
    assert a.limits_now().tokens == 2.0
    assert len(a.take(9)) == 2
