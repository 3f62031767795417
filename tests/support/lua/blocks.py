"""Which statements of a Lua text are never reached, and which blocks hold none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tree_sitter import Node, Tree

from tests.support.lua.tree import child_of, name_of, parts, walk

_BLOCKS = {
    "if_statement": "consequence",
    "elseif_statement": "consequence",
    "else_statement": "body",
    "do_statement": "body",
    "for_statement": "body",
    "while_statement": "body",
    "repeat_statement": "body",
}


def unreachable(tree: Tree) -> Iterator[Node]:
    """Each statement behind one that nothing gets past."""
    for node in walk(tree.root_node):
        if node.type in {"block", "chunk"}:
            statements = parts(node)
            for statement, following in itertools.pairwise(statements):
                if _ends(statement):
                    yield following


def empty(tree: Tree) -> Iterator[Node]:
    """Each branch or loop that does nothing."""
    for node in walk(tree.root_node):
        if node.type in _BLOCKS and not parts(node.child_by_field_name(_BLOCKS[node.type])):
            yield node


def _ends(node: Node) -> bool:
    match node.type:
        case "return_statement" | "break_statement":
            return True
        case "function_call":
            return name_of(child_of(node, "name")) == "error"
        case "do_statement":
            return _block_ends(node.child_by_field_name("body"))
        case "if_statement":
            branches = [node, *node.children_by_field_name("alternative")]
            if branches[-1].type != "else_statement":
                return False
            blocks = [branch.child_by_field_name("consequence") for branch in branches[:-1]]
            return all(_block_ends(block) for block in [*blocks, branches[-1].child_by_field_name("body")])
        case _:
            return False


def _block_ends(block: Node | None) -> bool:
    return any(_ends(statement) for statement in parts(block))
