"""Waiting policies and jitter: bounds that hold for any attempt and any setting."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.backoff import Backoff, Constant, Exponential, Linear, full, lengthen

ATTEMPTS = st.one_of(st.integers(1, 50), st.integers(1, 10**9))
BASES = st.floats(0, 10_000)
CAPS = st.floats(0, 10**9)
POLICIES: st.SearchStrategy[Backoff] = st.one_of(
    st.builds(Constant, wait_s=BASES),
    st.builds(Linear, base_s=BASES, cap_s=CAPS),
    st.builds(Exponential, base_s=BASES, factor=st.floats(1, 10**9), cap_s=CAPS),
)


@given(POLICIES, ATTEMPTS)
def test_a_wait_is_finite_and_never_above_the_cap(policy: Backoff, attempt: int) -> None:
    """Whatever the base, the factor and the attempt: 0 or more, at most the cap, and no overflow."""
    wait_s = policy.delay_s(attempt)
    assert 0 <= wait_s <= getattr(policy, "cap_s", 10_000)


@given(POLICIES, ATTEMPTS)
def test_waits_never_shrink(policy: Backoff, attempt: int) -> None:
    """A later attempt waits as long as the one before, or longer."""
    assert policy.delay_s(attempt) <= policy.delay_s(attempt + 1)


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (Exponential(2), [2, 4, 8, 16]),
        (Exponential(5), [5, 10]),
        (Exponential(1, factor=3, cap_s=20), [1, 3, 9, 20, 20]),
        (Linear(2, cap_s=5), [2, 4, 5, 5]),
        (Constant(7), [7, 7]),
    ],
    ids=str,
)
def test_the_stated_waits(policy: Backoff, waits: list[float]) -> None:
    """The waits after the first, second, … failed attempt are those that the policy's sentence says."""
    assert [policy.delay_s(n) for n in range(1, len(waits) + 1)] == waits


def test_a_small_factor_grows_up_to_the_cap() -> None:
    """Slow growth goes on for as many attempts as it takes."""
    policy = Exponential(1, factor=1.01, cap_s=1000)
    assert policy.delay_s(401) == pytest.approx(1.01**400)
    assert policy.delay_s(10_000) == 1000


@given(st.floats(0, 10**6), st.floats(0, 1), st.randoms(use_true_random=False))
def test_jitter_only_lengthens_and_by_its_share_at_most(delay_s: float, share: float, random: Random) -> None:
    """Never shorter than the wait, never longer than the wait and its share."""
    assert delay_s <= lengthen(delay_s, share, random) <= delay_s * (1 + share) * (1 + 1e-12)


@given(st.floats(0, 10**6), st.randoms(use_true_random=False))
def test_full_jitter_is_anything_up_to_the_cap(cap_s: float, random: Random) -> None:
    """Between 0 and the cap."""
    assert 0 <= full(cap_s, random) <= cap_s


def test_jitter_is_the_same_for_the_same_seed() -> None:
    """Randomness is an argument: a test can repeat it."""
    assert lengthen(10, 0.2, Random(1)) == lengthen(10, 0.2, Random(1))
    assert lengthen(10, 0.2, Random(1)) != lengthen(10, 0.2, Random(2))
