"""A Lua text as a tree of nodes."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_lua
from tree_sitter import Language, Node, Parser, Tree

_PARSER = Parser(Language(tree_sitter_lua.language()))
FUNCTIONS = frozenset({"function_definition", "function_declaration"})


def parse(text: str) -> Tree:
    """The text's tree, to be kept as long as its nodes are; ValueError if it is no Lua."""
    tree = _PARSER.parse(text.encode())
    for node in walk(tree.root_node):
        if node.is_error or node.is_missing:
            raise ValueError(f"line {line_of(node)} is no Lua")
    return tree


def parts(node: Node | None) -> list[Node]:
    """The node's own parts, without signs and comments; none of what is not there."""
    return [] if node is None else [child for child in node.named_children if child.type != "comment"]


def walk(node: Node, *, into_functions: bool = True) -> Iterator[Node]:
    """The node and everything in it, in the order of the text."""
    yield node
    if into_functions or node.type not in FUNCTIONS:
        for child in node.children:
            yield from walk(child, into_functions=into_functions)


def child_of(node: Node, field: str) -> Node:
    """The part that the grammar always has."""
    child = node.child_by_field_name(field)
    assert child is not None, f"{node.type} has no {field}"
    return child


def name_of(node: Node) -> str:
    """The node's text."""
    assert node.text is not None
    return node.text.decode()


def line_of(node: Node) -> int:
    """The line on which the node begins, from 1."""
    return node.start_point.row + 1


def is_local(node: Node) -> bool:
    """Whether a declaration says so."""
    return node.children[0].type == "local"


def assigned(statement: Node) -> tuple[list[Node], list[Node]]:
    """The targets and the values of an assignment or of a declaration; it may have no values."""
    inner = next((part for part in parts(statement) if part.type == "assignment_statement"), statement)
    values = next((part for part in parts(inner) if part.type == "expression_list"), None)
    return parts(next(part for part in parts(inner) if part.type == "variable_list")), parts(values)


def loop_names(loop: Node) -> list[Node]:
    """The variables that a loop counts by; none of `while` and `repeat`."""
    clause = loop.child_by_field_name("clause")
    if clause is None:
        return []
    return [child_of(clause, "name")] if clause.type == "for_numeric_clause" else parts(parts(clause)[0])


def loop_values(loop: Node) -> list[Node]:
    """What decides how often a loop runs: its bounds, its iterator or its condition."""
    clause = loop.child_by_field_name("clause")
    if clause is None:
        return [child_of(loop, "condition")]
    named = [child_of(clause, "name")] if clause.type == "for_numeric_clause" else parts(clause)[:1]
    return [part for part in parts(clause) if part not in named]
