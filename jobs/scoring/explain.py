"""Why a review scored as it did: every factor with what it came from, stored beside the score as JSON."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jobs.scoring.parameters import Parameters
from jobs.scoring.review_scores import ReviewScore


class Versions(Struct, frozen=True):
    """What a score was made with."""

    parameters: str
    rules: str
    text_model: str
    extractor: str


def components(score: ReviewScore, parameters: Parameters, versions: Versions) -> dict[str, Any]:
    """The explanation of a score, in JSON types."""
    review, weights = score.review, score.weights
    return {
        "base": {
            "score": score.sentiment,
            "modelVersion": versions.text_model,
            "rawScore": score.text_score,
            "ratingBlended": review.rating is not None and parameters.sentiment.use_star_rating,
        },
        "time": {
            "value": weights.time,
            "daysDelta": weights.age_days,
            "halfLifeDays": parameters.time.review_half_life_days,
        },
        "source": _source(score, parameters),
        "engagement": {
            "value": weights.engagement,
            "enabled": parameters.engages(review.source_type),
            "counts": {"likes": review.likes, "replies": review.replies, "helpful": review.helpful},
        },
        "confidence": {
            "value": weights.confidence,
            "ruleId": weights.rule.rule_id if weights.rule else None,
            "reasonCode": weights.rule.action.reason_code if weights.rule else "FULL_CONFIDENCE",
            "matchedRules": list(weights.matched),
        },
        "themes": [
            {
                "themeId": theme.theme_id,
                "rawScore": theme.text_score,
                "score": theme.sentiment,
                "weightedImpact": theme.impact,
            }
            for theme in score.themes
        ],
        "weightedImpact": score.impact,
        "reviewVersion": review.version,
        "parameterVersionId": versions.parameters,
        "ruleSetVersionId": versions.rules,
        "extractor": versions.extractor,
    }


def _source(score: ReviewScore, parameters: Parameters) -> dict[str, Any]:
    stated = parameters.source_weight(score.review.source_type)
    return {
        "value": score.weights.source,
        "sourceType": score.review.source_type,
        "rawWeight": stated,
        "clamped": stated != score.weights.source,
    }
