"""Rule sets: conditions, priorities, the built-in rules, and patterns that cannot run for ever."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.conditions import Condition, holds
from jobs.scoring.default_rules import default_rules
from jobs.scoring.patterns import LONGEST_SEARCHED, UnsafePattern, compile_safe, found
from jobs.scoring.rules import RuleError, matches, read_rules


def condition(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def rule(rule_id: str, priority: int, when: dict[str, Any], weight: float = 0.5) -> dict[str, Any]:
    action = {"weight": weight, "reasonCode": rule_id.upper()}
    return {"id": rule_id, "name": rule_id, "priority": priority, "conditions": when, "action": action}


def is_true(when: dict[str, Any], context: dict[str, Any]) -> bool:
    return holds(msgspec.convert(when, Condition), context)


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("n", "eq", 3.0, True),
        ("n", "eq", True, False),
        ("n", "neq", 4, True),
        ("n", "gt", 2, True),
        ("n", "gte", 3, True),
        ("n", "lt", 3, False),
        ("n", "lte", 3, True),
        ("n", "in", [1, 3], True),
        ("n", "nin", [1, 3], False),
        ("none", "eq", None, True),
        ("none", "lt", 3, False),
        ("missing", "eq", None, True),
        ("text", "gt", 3, False),
        ("text", "eq", "HELLO there", True),
        ("text", "contains", "LO T", True),
        ("text", "startsWith", "hello", True),
        ("text", "endsWith", "THERE", True),
        ("text", "matches", r"^h\w+\s", True),
        ("n", "contains", "3", False),
        ("deep.down", "eq", "x", True),
        ("text.down", "eq", None, True),
    ],
)
def test_operators(field: str, operator: str, value: Any, expected: bool) -> None:  # noqa: FBT001 - a table
    """Each operator does what its name says; numbers never match nulls or texts, texts ignore case."""
    context = {"n": 3, "none": None, "text": "Hello there", "deep": {"down": "x"}}
    assert is_true(condition(field, operator, value), context) is expected


def test_groups() -> None:
    """An and needs all, an or any, a not none of its one condition."""
    yes, no = condition("n", "eq", 1), condition("n", "eq", 2)
    context = {"n": 1}
    assert not is_true({"logic": "and", "conditions": [yes, no]}, context)
    assert is_true({"logic": "or", "conditions": [no, yes]}, context)
    assert is_true({"logic": "not", "conditions": [no]}, context)


def test_all_matches_are_listed_and_the_first_wins() -> None:
    """The highest priority comes first, equal ones in the order of the list, disabled ones not at all."""
    when = condition("n", "eq", 1)
    rules = read_rules(
        {
            "version": "1",
            "confidenceRules": [
                rule("low", 1, when),
                rule("first", 5, when),
                rule("second", 5, when),
                rule("other", 9, condition("n", "eq", 2)),
                {**rule("off", 10, when), "enabled": False},
            ],
        }
    )
    assert [match.rule_id for match in matches(rules.confidence_rules, {"n": 1})] == ["first", "second", "low"]


@pytest.mark.parametrize(
    ("context", "reason", "weight"),
    [
        ({"content": "Good", "contentLength": 4, "rating": 5.0}, "SPAM_INDICATORS", 0.30),
        ({"content": "x" * 40, "contentLength": 40, "duplicateSimilarity": 0.95}, "DUPLICATE_CONFIRMED", 0.40),
        ({"content": "x" * 40, "contentLength": 40, "duplicateSimilarity": 0.85}, "DUPLICATE_SUSPECTED", 0.60),
        ({"content": "Fair enough", "contentLength": 11, "rating": 3.0}, "VAGUE_REVIEW", 0.70),
        ({"content": "*** excellent !!! *****", "contentLength": 23}, "TEMPLATED_CONTENT", 0.65),
        ({"content": "We thought the sauce was terrible", "contentLength": 33, "rating": 4.0}, "MIXED_SIGNALS", 0.75),
        ({"content": "Die kos was heerlik, regtig waar", "contentLength": 32, "rating": 2.0}, "MIXED_SIGNALS", 0.75),
        ({"content": "x" * 40, "contentLength": 40, "sourceType": "website"}, "UNVERIFIED_SOURCE", 0.85),
        ({"content": "x" * 40, "contentLength": 40, "detectedLanguage": None}, "LANGUAGE_UNCERTAIN", 0.90),
    ],
)
def test_default_confidence_rules(context: dict[str, Any], reason: str, weight: float) -> None:
    """Each built-in rule wins where it should, with its weight."""
    won = matches(default_rules().confidence_rules, context)[0]
    assert (won.action.reason_code, won.action.weight) == (reason, weight)


def test_an_ordinary_review_has_full_confidence() -> None:
    """No built-in rule holds for a plain, longer review; the default weight is 1."""
    context = {"content": "We liked the soup and the bread.", "contentLength": 32, "rating": 4.0}
    context |= {"sourceType": "google", "detectedLanguage": "en", "duplicateSimilarity": None}
    assert matches(default_rules().confidence_rules, context) == []
    assert default_rules().default_confidence_weight == 1


@pytest.mark.parametrize(
    ("pre", "post", "level", "confidence"),
    [
        (0, 9, "INSUFFICIENT", 0),
        (9, 0, "INSUFFICIENT", 0),
        (2, 1, "LOW", 0.4),
        (3, 3, "MEDIUM", 0.7),
        (12, 1, "LOW", 0.3),
        (6, 6, "HIGH", 1.0),
    ],
)
def test_default_sufficiency_rules(pre: int, post: int, level: str, confidence: float) -> None:
    """How much data a fix needs, by the built-in rules."""
    context = {"reviewCountPre": pre, "reviewCountPost": post, "reviewCountTotal": pre + post}
    won = matches(default_rules().sufficiency_rules, context)[0].action
    assert (won.level, won.confidence) == (level, confidence)


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ({"confidenceRules": []}, "version"),
        ({"version": "1", "defaultConfidenceWeight": 2}, "$.defaultConfidenceWeight"),
        ({"version": "1", "confidenceRules": [rule("a", 1, condition("n", "eq", 1), 1.5)]}, "weight"),
        ({"version": "1", "confidenceRules": [rule("a", 1, condition("n", "eq", 1))] * 2}, "a occur more than once"),
        ({"version": "1", "confidenceRules": [rule("a", 1, condition("n", "like", 1))]}, "operator"),
        ({"version": "1", "confidenceRules": [rule("a", 1, condition("n", "gt", "3"))]}, "n gt needs a number"),
        ({"version": "1", "confidenceRules": [rule("a", 1, condition("n", "in", 3))]}, "n in needs a list"),
        ({"version": "1", "confidenceRules": [rule("a", 1, {"field": "n"})]}, "a condition is"),
        ({"version": "1", "confidenceRules": [rule("a", 1, {"logic": "not", "conditions": []})]}, "exactly one"),
        ({"version": "1", "confidenceRules": [rule("a", 1, condition("t", "matches", "(a+)+b"))]}, "repeats a group"),
        ({"version": "1", "confidenceRules": [rule("a", 1, condition("t", "matches", "("))]}, "no regular expression"),
    ],
)
def test_bad_rule_sets_are_refused(broken: dict[str, Any], named: str) -> None:
    """A rule set that cannot be used says where it is wrong."""
    with pytest.raises(RuleError) as caught:
        read_rules(broken)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(?:a*)*b",
        "((a{2,})b)*",
        "(a|aa)+",
        "(?:x?){30}",
        r"(a)\1",
        "(?P<n>a)(?P=n)",
        "(a)?(?(1)b|c)",
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        "(?<!a)b",
        "(?x) a b",
        "a" * 501,
        "[",
        "[[a]",
    ],
)
def test_unsafe_patterns_are_refused(pattern: str) -> None:
    """Look-around, back-references, nested repetition and what is no pattern at all are refused."""
    with pytest.raises(UnsafePattern):
        compile_safe(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bbad\b",
        "^(?:good|great)$",
        "[(+*]+",
        r"(ab)+c",
        r"(?i:x)y*",
        r"\(a+\)+",
        "[^]]*z",
        "(?P<x>a|b)c",
        "a{2,3}?",
        r"\\1",
    ],
)
def test_plain_patterns_are_taken(pattern: str) -> None:
    """Words, choices, classes and simple repetition are allowed."""
    assert compile_safe(pattern).pattern == pattern


def test_patterns_see_the_beginning_of_a_text() -> None:
    """No pattern searches more than a bounded text."""
    assert found("bad", "BAD")
    assert not found("bad", "x" * LONGEST_SEARCHED + "bad")


@given(st.text(alphabet="ab(|)*+?{}[]\\1^$.:=!<P", max_size=20))
def test_any_pattern_is_compiled_or_refused(pattern: str) -> None:
    """Whatever the pattern, it is compiled or refused with a reason."""
    try:
        outcome = compile_safe(pattern).pattern
    except UnsafePattern as error:
        outcome = str(error)
    assert pattern in outcome or repr(pattern) in outcome
