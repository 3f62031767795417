"""Which values of a Lua text nobody reads."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node, Tree

from tests.support.lua.blocks import empty, unreachable
from tests.support.lua.scopes import Finding, Scopes, Variable
from tests.support.lua.tree import (
    FUNCTIONS,
    assigned,
    child_of,
    is_local,
    line_of,
    loop_names,
    loop_values,
    name_of,
    parts,
    walk,
)

Live = frozenset[Variable]
"""The variables whose value somebody may still read."""
_NONE: Live = frozenset()


def find_unused(tree: Tree, scopes: Scopes) -> list[Finding]:
    """Values that nobody reads, statements that are never reached, and blocks without any."""
    return [
        *(
            Finding(line_of(node), f"the value given to {name_of(node)} is never read")
            for node in _Flow(tree, scopes)()
        ),
        *(Finding(line_of(node), "this is never reached") for node in unreachable(tree)),
        *(Finding(line_of(node), "this does nothing") for node in empty(tree)),
    ]


class _Flow:
    """Walks each function from its end to its beginning.

    A variable that a function inside uses is passed over: it may be read whenever that is called.
    """

    def __init__(self, tree: Tree, scopes: Scopes) -> None:
        self._tree, self._variables = tree, scopes.variables
        self._given: dict[int, tuple[Node, bool]] = {}
        """Each target of a value, and whether nobody reads it: the last round of a loop has the word."""
        self._behind_loops: list[Live] = []

    def __call__(self) -> list[Node]:
        self._block(parts(self._tree.root_node), _NONE)
        for function in (node for node in walk(self._tree.root_node) if node.type in FUNCTIONS):
            live = self._block(parts(function.child_by_field_name("body")), _NONE)
            self._give(parts(child_of(function, "parameters")), live)
        return [node for node, is_unread in self._given.values() if is_unread]

    def _block(self, statements: Sequence[Node], live: Live) -> Live:
        """What is live before the statements, if this is live behind them."""
        for statement in reversed(statements):
            live = self._statement(statement, live)
        return live

    def _statement(self, node: Node, live: Live) -> Live:
        match node.type:
            case "return_statement":
                return self._reads([node])
            case "break_statement":
                return self._behind_loops[-1]
            case "do_statement":
                return self._block(parts(node.child_by_field_name("body")), live)
            case "if_statement":
                return self._branches(node, live)
            case "while_statement" | "for_statement" | "repeat_statement":
                return self._loop(node, live)
            case "variable_declaration" | "assignment_statement":
                return self._assign(node, live)
            case "function_declaration" if is_local(node):
                return live
            case _:
                return live | self._reads([node])

    def _assign(self, node: Node, live: Live) -> Live:
        targets, values = assigned(node)
        names = [target for target in targets if target.type == "identifier"]
        if values:
            self._give(names, live)
        others = [target for target in targets if target.type != "identifier"]
        return live - self._of(names) | self._reads([*values, *others])

    def _branches(self, node: Node, live: Live) -> Live:
        others = node.children_by_field_name("alternative")
        otherwise = live
        if others and others[-1].type == "else_statement":
            otherwise = self._block(parts(others.pop().child_by_field_name("body")), live)
        for branch in reversed([node, *others]):
            taken = self._block(parts(branch.child_by_field_name("consequence")), live)
            otherwise |= taken | self._reads([child_of(branch, "condition")])
        return otherwise

    def _loop(self, node: Node, live: Live) -> Live:
        body, names = parts(node.child_by_field_name("body")), loop_names(node)
        around, before = live | self._reads(loop_values(node)), None
        self._behind_loops.append(live)
        while around != before:
            before = around
            inside = self._block(body, around)
            self._give(names, inside)
            around |= inside - self._of(names)
        self._behind_loops.pop()
        return around

    def _give(self, targets: Sequence[Node], live: Live) -> None:
        for target in targets:
            variable = self._variables.get(target.id)
            if variable is not None and variable.read and not variable.captured:
                self._given[target.id] = (target, variable not in live)

    def _of(self, names: Sequence[Node]) -> Live:
        return frozenset(self._variables[name.id] for name in names if name.id in self._variables)

    def _reads(self, nodes: Sequence[Node]) -> Live:
        return self._of([part for node in nodes for part in walk(node, into_functions=False)])
