"""When something that a worker takes counts as growing, on invented samples."""

from __future__ import annotations

from tests.faults.soak.gauges import Sample, rests, table


def sample(at_s: float, **gauges: int | None) -> Sample:
    plain = {"rss_kib": 100_000, "tasks": 20, "threads": 3, "descriptors": 16, "redis_kib": 3_000, "keys": 700}
    return Sample(at_s=at_s, connections=11, **{**plain, **gauges})  # type: ignore[arg-type]


def test_what_comes_to_rest() -> None:
    """Growth in the first quarter is no harm, nor are samples that Redis did not answer."""
    samples = [sample(n, keys=min(n, 30) * 10 or 1, redis_kib=None if n % 7 == 0 else 3_000) for n in range(120)]
    assert all(rest.kept for rest in rests(samples))


def test_what_grows_is_named() -> None:
    """A gauge whose last quarter is above 1.05 times its second is the one that is not kept."""
    samples = [sample(n, descriptors=16 + n // 60) for n in range(120)]
    assert [rest.name for rest in rests(samples) if not rest.kept] == ["descriptors"]
    assert "descriptors of the worker" in table(rests(samples))
    (keys,) = [rest for rest in rests([sample(n, keys=1_000 + n) for n in range(120)]) if rest.name == "keys"]
    assert (keys.medians[1], keys.medians[3], keys.kept) == (1_044.5, 1_104.5, False)
