"""The scoring parameters: their defaults, and what a version may say."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.scoring.parameters import ParameterError, Parameters, read_parameters, snapshot


def test_empty_version_is_the_defaults() -> None:
    """What a version leaves out has its default."""
    parameters = read_parameters({})
    assert parameters == Parameters()
    assert parameters.sentiment.star_rating_blend_weight == 0.3
    assert parameters.time.review_half_life_days == 60
    assert (parameters.source.min_weight, parameters.source.max_weight) == (0.6, 1.4)
    assert parameters.engagement.cap == 1.3
    assert parameters.themes.negativity_factor == 1.2
    assert parameters.fix_tracking.pre_window_days == 90


def test_sources_are_looked_up_by_their_type() -> None:
    """GOOGLE finds google; a source that nobody stated weighs 1 and does not engage."""
    parameters = Parameters()
    assert (parameters.source_weight("GOOGLE"), parameters.source_weight("BOOKING")) == (1.2, 1.0)
    assert [parameters.engages(source) for source in ("GOOGLE", "HELLOPETER", "BOOKING")] == [True, False, False]


def test_snapshot_reads_back() -> None:
    """A snapshot is plain JSON and gives the same set when it is read."""
    parameters = read_parameters({"time": {"review_half_life_days": 30}})
    assert snapshot(parameters)["time"] == {"review_half_life_days": 30}
    assert read_parameters(snapshot(parameters)) == parameters


def test_what_the_worker_does_not_know_is_left_alone() -> None:
    """A version may hold more than scoring reads."""
    assert read_parameters({"economic": {"conversion": 0.15}}) == Parameters()


@pytest.mark.parametrize(
    ("version", "named"),
    [
        ({"time": {"review_half_life_days": 0}}, "$.time.review_half_life_days"),
        ({"time": {"review_half_life_days": 366}}, "$.time.review_half_life_days"),
        ({"sentiment": {"star_rating_blend_weight": 1.1}}, "$.sentiment.star_rating_blend_weight"),
        ({"sentiment": {"language_handling_mode": "guess"}}, "$.sentiment.language_handling_mode"),
        ({"source": {"weights": {"google": 1.5}}}, "$.source.weights[...]"),
        ({"source": {"min_weight": 1.0, "max_weight": 1.0}}, "min_weight must be below max_weight"),
        ({"engagement": {"cap": 2.5}}, "$.engagement.cap"),
        ({"fix_tracking": {"confidence_thresholds": {"high": 2}}}, "must rise"),
        ({"themes": {"negativity_factor": "much"}}, "$.themes.negativity_factor"),
        ([], "object"),
    ],
)
def test_bad_values_are_named(version: Any, named: str) -> None:
    """A value outside its range is refused by its path."""
    with pytest.raises(ParameterError) as caught:
        read_parameters(version)
    assert named in str(caught.value)
