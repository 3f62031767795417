"""What a Lua text uses: numbers of a table, functions, texts."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping

from msgspec import Struct
from tree_sitter import Node

from tests.support.lua.tree import child_of, loop_names, loop_values, name_of, parse, parts, walk

_SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class Numbers(Struct, frozen=True):
    """The numbers by which a table is read; `computed`: also by others, known only when the script runs."""

    fixed: frozenset[int]
    computed: bool


def numbers_of(text: str, table: str) -> Numbers:
    """The numbers by which the text reads KEYS or ARGV: written out, or counted by a `for` between two numbers."""
    tree = parse(text)
    found = list(_numbers(tree.root_node, table, {}))
    return Numbers(frozenset(n for n in found if n is not None), None in found)


def _numbers(node: Node, table: str, counted: Mapping[str, range]) -> Iterator[int | None]:
    if node.type == "for_statement":
        counted = {**counted, **_counted(node)}
    if node.type == "bracket_index_expression" and name_of(child_of(node, "table")) == table:
        yield from _values(child_of(node, "field"), counted)
    for child in parts(node):
        yield from _numbers(child, table, counted)


def _counted(loop: Node) -> dict[str, range]:
    bounds = [name_of(value) for value in loop_values(loop)]
    if child_of(loop, "clause").type != "for_numeric_clause" or not all(bound.isdigit() for bound in bounds):
        return {}
    return {name_of(loop_names(loop)[0]): range(int(bounds[0]), int(bounds[1]) + 1)}


def _values(node: Node, counted: Mapping[str, range]) -> list[int | None]:
    if node.type == "number":
        return [int(name_of(node))]
    if node.type == "identifier":
        return list(counted.get(name_of(node), [None]))
    if node.type == "binary_expression":
        left, right = (_values(child_of(node, side), counted) for side in ("left", "right"))
        sign = next((_SIGNS[child.type] for child in node.children if child.type in _SIGNS), None)
        if sign is not None and None not in left and None not in right:
            return [sign(a, b) for a in left for b in right if a is not None and b is not None]
    return [None]


def functions(text: str) -> set[str]:
    """The names of the functions that the text defines and anybody may call."""
    declared = [node for node in parse(text).root_node.named_children if node.type == "function_declaration"]
    return {name_of(child_of(node, "name")) for node in declared}


def literals(text: str) -> set[str]:
    """Every text that is written out."""
    return {name_of(node) for node in walk(parse(text).root_node) if node.type == "string_content"}
