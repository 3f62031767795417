"""Spreads waits so that jobs that failed together do not come back together."""

from __future__ import annotations

from random import Random


def lengthen(delay_s: float, share: float, random: Random) -> float:
    """`delay_s`, longer by a uniform part of at most `share` of it; never shorter."""
    return delay_s * (1 + share * random.random())


def full(cap_s: float, random: Random) -> float:
    """Anything between 0 and `cap_s`: for reconnecting, where early is as good as late."""
    return cap_s * random.random()
