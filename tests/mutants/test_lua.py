"""Conditions are found in a Lua text, and taken out one at a time."""

from __future__ import annotations

import pytest

from tests.mutants.guards import guards_in
from tests.mutants.lua import branches, words

LUA = """\
-- if this were code then it would be found
local text = 'if a then' .. "or -- not a comment"
if not a or b.c(1, x and y) then
  return { d and e or 'f' }
elseif n == 1 then
  for i = 1, 2 do while i < n and not done do step() end end
else
  g = function() if h then return end end
end
local both = a and
  b
local c = d or 0
"""


def lines(name: str) -> str:
    """The line that this guard leaves, without its indent."""
    (guard,) = [guard for guard in guards_in("a.lua", LUA) if guard.name == f"a.lua: {name}"]
    return guard.apply(LUA).splitlines()[guard.line - 1].strip()


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("if not a or b.c(1, x and y) then | never", "if false then"),
        ("if not a or b.c(1, x and y) then | always", "if true then"),
        ("elseif n == 1 then | never", "elseif false then"),
        ("elseif n == 1 then | always", "elseif true then"),
        ("if h then | never", "g = function() if false then return end end"),
        ("not a or b.c(1, x and y) | without not a", "if b.c(1, x and y) then"),
        ("not a or b.c(1, x and y) | without b.c(1, x and y)", "if not a  then"),
        ("x and y | without x", "if not a or b.c(1, y) then"),
        ("x and y | without y", "if not a or b.c(1, x ) then"),
        ("i < n and not done | without i < n", "for i = 1, 2 do while not done do step() end end"),
        ("i < n and not done | without not done", "for i = 1, 2 do while i < n  do step() end end"),
        ("a and b | without a", "local both = b"),
        ("a and b | without b", "local both = a"),
    ],
)
def test_a_guard_leaves_the_rest_of_its_line(name: str, left: str) -> None:
    """Only its own text is gone, whatever stands around it."""
    assert lines(name) == left


def test_these_are_all() -> None:
    """Comments, texts and mere values hold no guard."""
    assert len(guards_in("a.lua", LUA)) == 13


def test_equal_guards_are_numbered() -> None:
    """The second of two equal conditions has a name of its own."""
    found = guards_in("a.lua", "if a then b() end\nif a then c() end\n")
    assert [guard.name for guard in found] == ["a.lua: if a then | never", "a.lua: if a then #2 | never"]


def test_what_is_no_lua_is_refused() -> None:
    """A text that cannot be read, or whose blocks do not close, is an error."""
    with pytest.raises(ValueError, match="not Lua"):
        words("local a = @")
    with pytest.raises(AssertionError, match="not closed"):
        branches(words("if a then"))
