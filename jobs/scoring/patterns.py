"""Regular expressions that a rule set may hold: such that no review can make one run for ever.

A `re` match holds the interpreter, so what can backtrack without end is refused when the rules are read.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

LONGEST_PATTERN = 500
LONGEST_SEARCHED = 2_000
"""Characters of a text that a pattern sees."""

_ESCAPE = re.compile(r"\\(?:[1-9]\d?|.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"\(\?(?:P=|\()")
_OPEN = re.compile(r"\((?:\?(?::|P<\w+>|>|[a-zA-Z-]+:))?")
_COMMENT_OR_FLAGS = re.compile(r"\(\?(?:#[^)]*|[a-zA-Z]+)\)")
_VERBOSE = re.compile(r"\(\?[a-zA-Z]*x[a-zA-Z]*[-:)]")
_REPEAT = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[?+]?")


class UnsafePattern(ValueError):
    """A pattern is no regular expression, or may take too long; the text says why."""


@lru_cache(maxsize=1_024)
def compile_safe(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled to ignore case. Raises UnsafePattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise UnsafePattern(f"a pattern may have {LONGEST_PATTERN} characters, not {len(pattern)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what a later Python will read otherwise is no pattern to store
            compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise UnsafePattern(f"{pattern!r} is no regular expression: {error}") from None
    _check(pattern)
    return compiled


def found(pattern: str, text: str) -> bool:
    """Whether the safe pattern occurs in the text's first 2,000 characters."""
    return compile_safe(pattern).search(text[:LONGEST_SEARCHED]) is not None


def _check(pattern: str) -> None:
    """The pattern has no look-around, no back-reference, and repeats no group that itself repeats or chooses."""
    groups = [False]  # of each open group: may it match in more ways than one?
    place = 0
    while place < len(pattern):
        place, varies = _next(pattern, place, groups)
        repeat = _REPEAT.match(pattern, place)
        if repeat is None:
            groups[-1] |= varies
            continue
        if varies and repeat[0] not in ("?", "??", "?+"):
            raise UnsafePattern(f"{pattern!r} repeats a group that itself repeats or chooses: write it without nesting")
        groups[-1] = True
        place = repeat.end()


def _next(pattern: str, place: int, groups: list[bool]) -> tuple[int, bool]:
    """Where the piece at `place` ends, and whether it may match in more ways than one."""
    if _LOOK_AROUND.match(pattern, place):
        raise UnsafePattern(f"{pattern!r} looks around: only what is matched itself may be tested")
    if _BACK_REFERENCE.match(pattern, place):
        raise UnsafePattern(f"{pattern!r} refers back to a group, which is not allowed")
    char = pattern[place]
    if char == "\\":
        escape = _ESCAPE.match(pattern, place)
        assert escape is not None
        if escape[0][1] in "123456789":
            raise UnsafePattern(f"{pattern!r} refers back to a group, which is not allowed")
        return escape.end(), False
    if char == "[":
        whole = _CLASS.match(pattern, place)
        assert whole is not None
        return whole.end(), False
    if char == "(":
        return _group(pattern, place, groups)
    if char == ")":
        return place + 1, groups.pop()
    if char == "|":
        groups[-1] = True
    return place + 1, False


def _group(pattern: str, place: int, groups: list[bool]) -> tuple[int, bool]:
    if _VERBOSE.match(pattern, place):
        raise UnsafePattern(f"{pattern!r} is in verbose form: write it plainly")
    aside = _COMMENT_OR_FLAGS.match(pattern, place)
    if aside is not None:
        return aside.end(), False
    opened = _OPEN.match(pattern, place)
    assert opened is not None
    groups.append(False)
    return opened.end(), False
