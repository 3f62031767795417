"""The scoring parameters: a version's JSON as typed, checked values; what a version leaves out has its default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from jobs.scoring.bounds import keep_within
from jobs.scoring.formulas import NEGATIVITY

SourceWeight = Annotated[float, Meta(ge=0.6, le=1.4)]
Share = Annotated[float, Meta(ge=0, le=1)]
WindowDays = Annotated[int, Meta(ge=7, le=90)]
Count = Annotated[int, Meta(ge=1)]

_SOURCE_WEIGHTS: dict[str, float] = {
    "google": 1.20,
    "google_outscraper": 1.20,
    "hellopeter": 1.15,
    "tripadvisor": 1.00,
    "yelp": 1.00,
    "zomato": 1.00,
    "facebook": 0.90,
    "opentable": 0.90,
    "website": 0.80,
    "instagram": 0.80,
    "twitter": 0.70,
}
_ENGAGED: dict[str, bool] = {
    "google": True,
    "google_outscraper": True,
    "facebook": True,
    "tripadvisor": True,
    "yelp": True,
    "instagram": True,
    "twitter": True,
    "hellopeter": False,
    "zomato": False,
    "opentable": False,
    "website": False,
    "till_slip": False,
}


class ParameterError(ValueError):
    """A parameter set cannot be used; the text says which value is wrong."""


class Sentiment(Struct, frozen=True):
    """How text and stars make a review's sentiment; the model is the worker's own, its name is recorded only."""

    model_version: str = "gpt-4-turbo"
    use_star_rating: bool = True
    language_handling_mode: Literal["detect_only", "translate_then_score", "multilingual_model"] = "multilingual_model"
    star_rating_blend_weight: Share = 0.3


class Time(Struct, frozen=True):
    """How fast a review fades."""

    review_half_life_days: Annotated[float, Meta(ge=1, le=365)] = 60.0


class Source(Struct, frozen=True):
    """What a review's source is worth; an unknown one is worth 1."""

    weights: dict[str, SourceWeight] = field(default_factory=lambda: dict(_SOURCE_WEIGHTS))
    min_weight: Annotated[float, Meta(ge=0.1, le=1)] = 0.6
    max_weight: Annotated[float, Meta(ge=1, le=2)] = 1.4

    def __post_init__(self) -> None:
        if self.min_weight >= self.max_weight:
            raise ValueError("min_weight must be below max_weight")


class Engagement(Struct, frozen=True):
    """Where likes, replies and votes count, and how much at most; an unknown source's do not."""

    enabled_by_source: dict[str, bool] = field(default_factory=lambda: dict(_ENGAGED))
    cap: Annotated[float, Meta(ge=1, le=2)] = 1.3


class Confidence(Struct, frozen=True):
    """Recorded with a run; where a rule set says the same, the rule set decides."""

    min_text_length_chars: Annotated[int, Meta(ge=1, le=500)] = 20
    duplicate_similarity_threshold: Annotated[float, Meta(ge=0.5, le=1)] = 0.85
    low_confidence_floor: Share = 0.6
    vague_review_weight: Share = 0.7
    duplicate_review_weight: Share = 0.6
    rules_version: str = "1.0.0"


class Thresholds(Struct, frozen=True):
    """Reviews that a confidence level needs."""

    high: Count = 8
    medium: Count = 4
    low: Count = 2

    def __post_init__(self) -> None:
        if not self.low < self.medium < self.high:
            raise ValueError("confidence_thresholds must rise: low < medium < high")


class FixTracking(Struct, frozen=True):
    """The windows before and after a task that a FixScore compares."""

    pre_window_days: WindowDays = 90
    post_window_days: WindowDays = 60
    min_reviews_for_inference: Annotated[int, Meta(ge=1, le=50)] = 3
    confidence_thresholds: Thresholds = Thresholds()


class Themes(Struct, frozen=True):
    """How a theme's mentions become its score."""

    negativity_factor: Annotated[float, Meta(ge=0, le=5)] = NEGATIVITY


class Parameters(Struct, frozen=True):
    """One parameter set, whole; `snapshot` gives it back as plain JSON."""

    sentiment: Sentiment = Sentiment()
    time: Time = Time()
    source: Source = field(default_factory=Source)
    engagement: Engagement = field(default_factory=Engagement)
    confidence: Confidence = Confidence()
    fix_tracking: FixTracking = FixTracking()
    themes: Themes = Themes()

    def source_weight(self, source_type: str) -> float:
        """The weight stated for a source such as GOOGLE, before its bounds; 1 if none is."""
        return self.source.weights.get(source_type.lower(), 1.0)

    def engages(self, source_type: str) -> bool:
        """Whether reactions to this source's reviews count."""
        return self.engagement.enabled_by_source.get(source_type.lower(), False)


def read_parameters(json: Any) -> Parameters:
    """The parameter set that decoded JSON states; ParameterError names the value that is wrong."""
    try:
        return msgspec.convert(json, Parameters)
    except msgspec.ValidationError as error:
        # The error itself cannot name a key such as a source's.
        raise ParameterError("; ".join((f"{error}", *keep_within(json, Parameters).outside))) from None


def snapshot(parameters: Parameters) -> dict[str, Any]:
    """Every value as JSON types; `read_parameters` of it gives the same set."""
    json: dict[str, Any] = msgspec.to_builtins(parameters)
    return json
