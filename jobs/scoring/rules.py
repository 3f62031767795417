"""Rule sets: which confidence a review deserves, and whether a fix has data enough. Read, checked, evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from jobs.scoring.conditions import Condition, holds

Share = Annotated[float, Meta(ge=0, le=1)]
Level = Literal["INSUFFICIENT", "LOW", "MEDIUM", "HIGH"]
A = TypeVar("A")

DEFAULT_ID = "default"
"""The id of the built-in rule set; stored as NULL."""


class RuleError(ValueError):
    """A rule set cannot be used; the text says which rule or value is wrong."""


class ConfidenceAction(Struct, frozen=True, rename="camel"):
    """What a confidence rule gives a review."""

    weight: Share
    reason_code: str = "CUSTOM"


class SufficiencyAction(Struct, frozen=True, rename="camel"):
    """What a sufficiency rule says of a fix's data."""

    level: Level
    confidence: Share
    reason_code: str = "CUSTOM"


class Rule(Struct, Generic[A], frozen=True, rename="camel"):
    """If `conditions` hold, `action`; among rules that hold the highest priority wins, then the first listed."""

    id: str
    name: str
    conditions: Condition
    action: A
    priority: float = 0
    enabled: bool = True
    description: str = ""
    category: str = ""


class Sufficiency(Struct, frozen=True):
    """What is said of a fix's data when no rule holds."""

    level: Level = "MEDIUM"
    confidence: Share = 0.7


class RuleSet(Struct, frozen=True, rename="camel"):
    """One version of the rules, as its JSON states it."""

    version: str
    confidence_rules: tuple[Rule[ConfidenceAction], ...] = ()
    sufficiency_rules: tuple[Rule[SufficiencyAction], ...] = ()
    default_confidence_weight: Share = 1.0
    default_sufficiency: Sufficiency = Sufficiency()

    def __post_init__(self) -> None:
        for rules in (self.confidence_rules, self.sufficiency_rules):
            ids = [rule.id for rule in rules]
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"the rule ids {', '.join(twice)} occur more than once in their list")


class Match(Struct, Generic[A], frozen=True):
    """A rule that holds, as explanations show it."""

    rule_id: str
    action: A


def read_rules(json: Any) -> RuleSet:
    """The rule set that decoded JSON states, its patterns safe. Raises RuleError."""
    try:
        return msgspec.convert(json, RuleSet)
    except msgspec.ValidationError as error:
        raise RuleError(f"{error}") from None


def matches(rules: Sequence[Rule[A]], context: Mapping[str, Any]) -> list[Match[A]]:
    """Every enabled rule that holds, the winner first."""
    enabled = sorted((rule for rule in rules if rule.enabled), key=lambda rule: -rule.priority)
    return [Match(rule.id, rule.action) for rule in enabled if holds(rule.conditions, context)]
