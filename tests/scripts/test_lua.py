"""The assembled Lua of every script is free of what a checker of Lua finds; and the checker finds it."""

from __future__ import annotations

import pytest

from engine.streams.scripts import load, names
from tests.support.headers import header_of
from tests.support.lua import Finding, check, reply_words

BAD = {
    "an undefined global": ("return a", Finding(1, "there is no a")),
    "a misspelt function of its own": (
        "local function f()\n  return 1\nend\nreturn f() + g()",
        Finding(4, "there is no g"),
    ),
    "a library that scripts do not have": ("return io.read()", Finding(1, "there is no io")),
    "a global that is set": ("a = 1\nreturn 1", Finding(1, "the global a is set")),
    "a global that is changed": ("ARGV[1] = 1\nreturn 1", Finding(1, "the global ARGV is changed")),
    "a function that is global": ("function f()\n  return 1\nend\nreturn 1", Finding(1, "the global f is set")),
    "an unused local": ("local a = 1\nreturn 1", Finding(1, "local a is never read")),
    "a table that is only written": ("local a = {}\na.b = 1\nreturn 1", Finding(1, "local a is never read")),
    "an unused function": ("local function f()\n  return 1\nend\nreturn 1", Finding(1, "function f is never read")),
    "an unused parameter": (
        "local function f(a)\n  return 1\nend\nreturn f(1)",
        Finding(1, "parameter a is never read"),
    ),
    "an unused loop variable": (
        "local n = 0\nfor i = 1, 2 do\n  n = n + 1\nend\nreturn n",
        Finding(2, "loop variable i is never read"),
    ),
    "a local that hides another": (
        "local a = 1\nif a then\n  local a = 2\n  return a\nend\nreturn a",
        Finding(3, "local a hides the local of line 1"),
    ),
    "a parameter that hides a local": (
        "local a = 1\nlocal function f(a)\n  return a\nend\nreturn f(a)",
        Finding(2, "parameter a hides the local of line 1"),
    ),
    "a local made twice": ("local a = 1\nlocal a = a\nreturn a", Finding(2, "local a hides the local of line 1")),
    "code behind branches that all return": (
        "if KEYS[1] then\n  return 1\nelse\n  return 2\nend\nlocal a = 1\nreturn a",
        Finding(6, "this is never reached"),
    ),
    "code behind an error": ("error('x')\nreturn 1", Finding(2, "this is never reached")),
    "a value that is never read": ("local a = 1\na = 2\nreturn a", Finding(1, "the value given to a is never read")),
    "a value of the last round": (
        "local a = 0\nfor i = 1, 2 do\n  local b = i\n  a = a + b\n  b = a\nend\nreturn a",
        Finding(5, "the value given to b is never read"),
    ),
    "an empty branch": ("if KEYS[1] then\nend\nreturn 1", Finding(1, "this does nothing")),
    "an empty loop": ("while KEYS[1] do\nend\nreturn 1", Finding(1, "this does nothing")),
}
GOOD = {
    "a value that one branch replaces": "local a = 1\nif KEYS[1] then\n  a = 2\nend\nreturn a",
    "a value for the next round": "local a = 0\nfor i = 1, 2 do\n  a = a + i\nend\nreturn a",
    "a variable that a function keeps": "local a = 0\nlocal function f()\n  a = a + 1\nend\nf()\nreturn a",
    "a place nobody wants": "for _, key in ipairs(KEYS) do\n  redis.call('DEL', key)\nend\nreturn 1",
    "a name used again elsewhere": "do\n  local a = 1\n  redis.call(a)\nend\nlocal a = 2\nreturn a",
    "a branch that returns": "if KEYS[1] then\n  return 1\nend\nreturn 2",
}
NEVER_ANSWERED = {
    "repair": {"unreadable"},
    "gather": {"gone", "changed", "started", "other_run", "runs_already", "other_state"},
}
"""Faults that a script finds and mends none of, and reasons that a job which is seen at this moment cannot have."""
FROM_RECORDS = {"enqueue": {"active"}}
"""Words that a script answers as it finds them."""


@pytest.mark.parametrize("script", names())
def test_nothing_is_wrong_with_a_script(script: str) -> None:
    """No undefined name, no global of its own, nothing unused, hidden, unreached, unread or empty."""
    assert check(load(script).text) == []


@pytest.mark.parametrize("script", [script for script in names() if header_of(script).codes])
def test_every_word_that_a_script_can_answer_is_documented(script: str) -> None:
    """The words on their way to its `return` are the codes of its header, but for numbers and signs."""
    header = header_of(script)
    answered = {
        word for word in reply_words(load(script).text) if word in header.codes or not word.lstrip("-").isdigit()
    }
    assert answered - NEVER_ANSWERED.get(script, set()) == header.codes - FROM_RECORDS.get(script, set())


@pytest.mark.parametrize("name", BAD)
def test_the_check_finds(name: str) -> None:
    """What is wrong, and in which line; and nothing else."""
    text, finding = BAD[name]
    assert check(text) == [finding]


@pytest.mark.parametrize("name", GOOD)
def test_the_check_passes(name: str) -> None:
    """What only looks like it."""
    assert check(GOOD[name]) == []


def test_what_is_no_lua_is_refused() -> None:
    """With its line."""
    with pytest.raises(ValueError, match="line 2 is no Lua"):
        check("local a = 1\nif a the\nreturn a")
