"""What the counters of a queue say: how often, how long, and how old the oldest waiting job is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.embedded import EmbeddedValkey
from engine.errors import StoreMisused
from engine.views import Histogram
from tests.support.queue import FAILURE, Rig


def test_each_minute_counts_verbs_and_durations(rig: Rig) -> None:
    """Waits are counted at acquire and runs at settle, in the minute in which they ended."""
    rig.enqueue("a", "b")
    rig.clock.advance(0.1)
    first, second = rig.take()
    rig.clock.advance(0.02)
    rig.settle(first, "complete", b"1")
    rig.clock.advance(60)
    rig.settle(second, "fail", FAILURE)
    now, before = rig.minutes(2)
    assert (now.counts, before.counts["acquire"]) == ({"fail": 1}, 2)
    assert (before.run.count, now.run.count) == (1, 1)
    assert now.run.percentile_ms(1.0) == 65_536
    assert now.minute_ms == before.minute_ms + 60_000 == rig.clock.now_us() // 60_000_000 * 60_000
    assert rig.minutes(1, back=1) == [before]


@given(st.dictionaries(st.integers(0, 30), st.integers(1, 1000), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_the_bound_of_its_bucket(buckets: dict[int, int], share: float) -> None:
    """At least that share of all was counted below it, and less than that below half of it."""
    histogram = Histogram(buckets)
    found = histogram.percentile_ms(share)
    assert found is not None
    below = sum(n for bucket, n in buckets.items() if 2**bucket <= found)
    assert below >= share * histogram.count - 1e-6
    assert sum(n for bucket, n in buckets.items() if 2**bucket < found) < share * histogram.count + 1e-6


def test_merging_adds_and_nothing_has_no_percentile() -> None:
    """Minutes are added up before a percentile is read from them."""
    assert Histogram({1: 2, 3: 1}).merged(Histogram({3: 4})).buckets == {1: 2, 3: 5}
    assert Histogram().percentile_ms(0.5) is None


def test_the_oldest_waiting_job_has_an_age(rig: Rig) -> None:
    """Active and delayed jobs do not count; a released one waits anew."""
    assert rig.counts().oldest_waiting_ms is None
    rig.enqueue("later", delay_s=3600)
    rig.enqueue("a")
    rig.command("XADD", rig.keys.ready, "*", "id", "nobody")
    [delivery] = rig.take()
    assert rig.counts().oldest_waiting_ms is None, "what cannot be delivered is deleted by the acquire"
    rig.settle(delivery, "release")
    assert rig.counts().oldest_waiting_ms is not None


def test_an_error_that_no_spoilt_counter_explains_is_raised(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A user who may not count is told so: only what another producer spoilt is passed over."""
    url = own_valkey(appendonly=False).url
    rig = Rig(url, "count")
    rig.configure()
    rig.enqueue("a")
    rig.command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-hincrby")
    limited = Rig(url.replace("://", "://app:pw@", 1), "count")
    with pytest.raises(StoreMisused):
        limited.take()
    limited.close()
    rig.close()
