"""All that is wrong with a Lua text."""

from __future__ import annotations

from tests.support.lua.flow import find_unused
from tests.support.lua.scopes import Finding, Scopes
from tests.support.lua.tree import parse


def check(text: str) -> list[Finding]:
    """What is wrong with the text, in the order of its lines."""
    tree = parse(text)
    scopes = Scopes(tree)
    return sorted([*scopes.findings, *find_unused(tree, scopes)])
