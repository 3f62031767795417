"""What reads tell apart."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.streams.reads import counts
from tests.support.queue import KEEP, STREAMS, Rig


@pytest.mark.parametrize("times_ms", list(permutations((3000, 4000, 5000))))
def test_the_oldest_of_all_streams_has_the_age(bare: Rig, times_ms: tuple[int, ...]) -> None:
    """In whichever of the three it waits."""
    for stream, time_ms in zip(STREAMS, times_ms, strict=True):
        bare.command("XADD", getattr(bare.keys, stream), f"{time_ms}-1", "id", stream)
    assert bare.store.run(counts(bare.keys, 10_000_000, KEEP, KEEP)).oldest_waiting_ms == 7000
