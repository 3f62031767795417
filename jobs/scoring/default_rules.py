"""The built-in rule set, in the same form as a stored one."""

from __future__ import annotations

from typing import Any

from jobs.scoring.rules import RuleSet, read_rules

_GENERIC = (
    r"^\W*(?:good|great|nice|ok|okay|fine|bad|average|excellent|amazing|awesome|lovely|perfect|terrible|awful|poor|"
    r"goed|lekker|sleg|mooi|uitstekend|heerlik|gemiddeld|swak)\W*$"
)
_STARS = r"^\W*(?:[1-5]|one|two|three|four|five|een|twee|drie|vier|vyf) (?:stars?|sterre?)\W*$"
_STRONGLY_BAD = (
    r"\b(?:terrible|horrible|horrendous|awful|disgusting|appalling|atrocious|pathetic|worst|inedible|filthy|vile|"
    r"rotten|disgraceful|scam|aaklig|walglik|vreeslik|afgryslik|skandalig|slegste|vrot)\b"
)
_STRONGLY_GOOD = (
    r"\b(?:amazing|excellent|outstanding|perfect|fantastic|wonderful|superb|brilliant|exceptional|incredible|"
    r"phenomenal|awesome|uitstekend|fantasties|wonderlik|perfek|uitmuntend|heerlik|puik)\b"
)


def default_rules() -> RuleSet:
    """The rules that hold where no stored rule set is active."""
    return _DEFAULT


def _when(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def _all(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"logic": "and", "conditions": list(conditions)}


def _any(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"logic": "or", "conditions": list(conditions)}


def _confidence(name: str, priority: int, weight: float, reason: str, conditions: dict[str, Any]) -> dict[str, Any]:
    action = {"weight": weight, "reasonCode": reason}
    return _rule(name, priority, action, conditions)


def _sufficiency(
    name: str, priority: int, verdict: tuple[str, float], reason: str, conditions: dict[str, Any]
) -> dict[str, Any]:
    action = {"level": verdict[0], "confidence": verdict[1], "reasonCode": reason}
    return _rule(name, priority, action, conditions)


def _rule(name: str, priority: int, action: dict[str, Any], conditions: dict[str, Any]) -> dict[str, Any]:
    rule_id = name.lower().replace(" ", "-")
    return {"id": rule_id, "name": name, "priority": priority, "conditions": conditions, "action": action}


_DEFAULT = read_rules(
    {
        "version": "1.0.0",
        "defaultConfidenceWeight": 1.0,
        "defaultSufficiency": {"level": "MEDIUM", "confidence": 0.7},
        "confidenceRules": [
            _confidence(
                "Extreme stars without words",
                100,
                0.30,
                "SPAM_INDICATORS",
                _all(_when("contentLength", "lt", 10), _when("rating", "in", [1, 5])),
            ),
            _confidence("Copied text", 90, 0.40, "DUPLICATE_CONFIRMED", _when("duplicateSimilarity", "gte", 0.95)),
            _confidence(
                "Much alike another",
                80,
                0.60,
                "DUPLICATE_SUSPECTED",
                _all(_when("duplicateSimilarity", "gte", 0.85), _when("duplicateSimilarity", "lt", 0.95)),
            ),
            _confidence("Hardly any text", 70, 0.70, "VAGUE_REVIEW", _when("contentLength", "lt", 20)),
            _confidence(
                "One general word",
                60,
                0.65,
                "TEMPLATED_CONTENT",
                _any(_when("content", "matches", _GENERIC), _when("content", "matches", _STARS)),
            ),
            _confidence(
                "High stars with harsh words",
                50,
                0.75,
                "MIXED_SIGNALS",
                _all(_when("rating", "gte", 4), _when("content", "matches", _STRONGLY_BAD)),
            ),
            _confidence(
                "Low stars with high praise",
                50,
                0.75,
                "MIXED_SIGNALS",
                _all(_when("rating", "lte", 2), _when("content", "matches", _STRONGLY_GOOD)),
            ),
            _confidence("Own website", 40, 0.85, "UNVERIFIED_SOURCE", _when("sourceType", "eq", "website")),
            _confidence(
                "Unknown language",
                30,
                0.90,
                "LANGUAGE_UNCERTAIN",
                _all(_when("detectedLanguage", "eq", None), _when("contentLength", "gte", 20)),
            ),
        ],
        "sufficiencyRules": [
            _sufficiency("No baseline", 100, ("INSUFFICIENT", 0), "NO_BASELINE", _when("reviewCountPre", "eq", 0)),
            _sufficiency("Nothing after", 95, ("INSUFFICIENT", 0), "NO_POST_DATA", _when("reviewCountPost", "eq", 0)),
            _sufficiency(
                "Fewer than two", 90, ("INSUFFICIENT", 0), "INSUFFICIENT_REVIEWS", _when("reviewCountTotal", "lt", 2)
            ),
            _sufficiency(
                "Two to four",
                70,
                ("LOW", 0.4),
                "INSUFFICIENT_REVIEWS",
                _all(_when("reviewCountTotal", "gte", 2), _when("reviewCountTotal", "lt", 5)),
            ),
            _sufficiency(
                "Five to nine",
                60,
                ("MEDIUM", 0.7),
                "SUFFICIENT_DATA",
                _all(_when("reviewCountTotal", "gte", 5), _when("reviewCountTotal", "lt", 10)),
            ),
            _sufficiency(
                "Reviews dried up",
                55,
                ("LOW", 0.3),
                "REVIEW_COUNT_DROP",
                _all(_when("reviewCountPre", "gte", 5), _when("reviewCountPost", "lt", 2)),
            ),
            _sufficiency("Ten or more", 50, ("HIGH", 1.0), "SUFFICIENT_DATA", _when("reviewCountTotal", "gte", 10)),
            _sufficiency(
                "Opinions far apart",
                45,
                ("MEDIUM", 0.6),
                "HIGH_VARIANCE",
                _any(_when("variancePre", "gt", 0.5), _when("variancePost", "gt", 0.5)),
            ),
        ],
    }
)
