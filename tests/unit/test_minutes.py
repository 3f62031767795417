"""Minutes that are over are remembered; those that may still change are asked again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.snapshots import Minutes
from engine.views import Minute

NOW = 29_930_000
STEPS = st.lists(st.tuples(st.integers(-3, 40), st.integers(1, 35)), min_size=1, max_size=12)


def test_the_first_time_all_are_asked() -> None:
    """From then on the running one, until the next begins; then also the one before it."""
    minutes = Minutes()
    assert minutes.since(3) == 0
    read = {NOW - 2: Minute(1), NOW - 1: None, NOW: Minute(2)}
    assert minutes.learn(read, NOW, 3) == [Minute(1), None, Minute(2)]
    assert minutes.since(3) == NOW
    assert minutes.learn({NOW: Minute(3)}, NOW, 3) == [Minute(1), None, Minute(3)]
    assert minutes.learn({NOW: Minute(4), NOW + 1: Minute(5)}, NOW + 1, 3) == [None, Minute(4), Minute(5)]
    assert minutes.since(3) == NOW + 1


def test_more_minutes_than_before_are_asked_for() -> None:
    """Fewer are known already; of a single one nothing is remembered."""
    minutes = Minutes()
    minutes.learn({NOW - 1: None, NOW: None}, NOW, 2)
    assert minutes.since(3) == 0
    assert minutes.since(2) == NOW
    minutes.learn({NOW: None}, NOW, 1)
    assert minutes.since(1) == 0


@given(STEPS)
def test_what_is_remembered_is_what_is_there(steps: list[tuple[int, int]]) -> None:
    """Whatever gaps, steps of the clock and numbers of minutes come: as if all had been read."""
    minutes, now = Minutes(), NOW
    for gap, count in steps:
        now += gap
        since = minutes.since(count)
        first = now - count + 1 if since > now else max(since, now - count + 1)
        read: dict[int, Minute | None] = {n: Minute(n) if n % 3 else None for n in range(first, now + 1)}
        assert minutes.learn(read, now, count) == [
            Minute(n) if n % 3 else None for n in range(now - count + 1, now + 1)
        ]
