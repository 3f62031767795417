"""Which words a Lua text can put into its reply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from tests.support.lua.scopes import Scopes, Variable
from tests.support.lua.tree import FUNCTIONS, assigned, child_of, loop_names, loop_values, name_of, parse, parts, walk

_GIVES_ON = {"unpack", "ipairs", "pairs"}


def reply_words(text: str) -> set[str]:
    """Every text of the script's own that may reach its reply, by way of variables, tables and functions.

    What Redis answered and what the caller gave is not the script's own, nor is what `..` or a library makes.
    """
    return _Trace(text).words


class _Trace:
    """Goes from the script's `return` back to everything that may have given a value to it."""

    def __init__(self, text: str) -> None:
        self._tree = parse(text)
        self._variables = Scopes(self._tree).variables
        self._bodies: dict[Variable, Node] = {}
        self._givers: dict[Variable, list[Node]] = defaultdict(list)
        self._seen: set[Variable | int] = set()
        self.words: set[str] = set()
        self._index()
        for statement in _returns(self._tree.root_node):
            self._follow_all(parts(statement))

    # ----------------------------------------------------------------------- who gives a value to each variable

    def _index(self) -> None:
        nodes = list(walk(self._tree.root_node))
        for node in nodes:
            if node.type == "function_declaration" and (variable := self._base(child_of(node, "name"))) is not None:
                self._bodies[variable] = node
        for node in nodes:
            match node.type:
                case "assignment_statement" | "variable_declaration":
                    self._index_assignment(node)
                case "for_statement":
                    self._give(loop_names(node), loop_values(node))
                case "function_call":
                    self._index_call(node)
                case _:
                    pass

    def _index_assignment(self, node: Node) -> None:
        targets, values = assigned(node)
        if len(targets) == len(values):
            for target, value in zip(targets, values, strict=True):
                self._give([target], [value])
            return
        body = self._body_of(child_of(values[0], "name")) if values and values[0].type == "function_call" else None
        if body is None:
            self._give(targets, values)
            return
        for statement in _returns(child_of(body, "body")):
            for target, value in zip(targets, parts(parts(statement)[0]), strict=False):
                self._give([target], [value])

    def _index_call(self, call: Node) -> None:
        given = parts(child_of(call, "arguments"))
        called = child_of(call, "name")
        if name_of(called) == "table.insert":
            self._give(given[:1], given[1:])
        body = self._body_of(called)
        if body is not None:
            # Both ways: a function may also write into the table that it is given.
            for parameter, value in zip(parts(child_of(body, "parameters")), given, strict=False):
                self._give([parameter], [value])
                self._give([value], [parameter])

    def _give(self, targets: Sequence[Node], values: Sequence[Node]) -> None:
        for target in targets:
            variable = self._base(target)
            if variable is not None:
                self._givers[variable] += values

    def _base(self, node: Node) -> Variable | None:
        while node.type in {"dot_index_expression", "bracket_index_expression"}:
            node = child_of(node, "table")
        return self._variables.get(node.id)

    def _body_of(self, called: Node) -> Node | None:
        variable = self._base(called)
        return self._bodies.get(variable) if variable is not None else None

    # ------------------------------------------------------------------------------------- from the reply back

    def _follow_all(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._follow(node)

    def _follow(self, node: Node) -> None:
        match node.type:
            case "string":
                self.words |= {name_of(part) for part in parts(node)}
            case "binary_expression":
                sign = next(child.type for child in node.children if not child.is_named)
                if sign in {"and", "or"}:
                    self._follow(child_of(node, "right"))
                if sign == "or":
                    self._follow(child_of(node, "left"))
            case "function_call":
                self._follow_call(node)
            case "expression_list" | "parenthesized_expression" | "table_constructor":
                self._follow_all(parts(node))
            case "field":
                self._follow(child_of(node, "value"))
            case "identifier" | "dot_index_expression" | "bracket_index_expression":
                variable = self._base(node)
                if variable is not None and variable not in self._seen:
                    self._seen.add(variable)
                    self._follow_all(self._givers[variable])
            case _:
                pass

    def _follow_call(self, call: Node) -> None:
        called = child_of(call, "name")
        if name_of(called) in _GIVES_ON:
            self._follow_all(parts(child_of(call, "arguments")))
        body = self._body_of(called)
        if body is not None and body.id not in self._seen:
            self._seen.add(body.id)
            for statement in _returns(child_of(body, "body")):
                self._follow_all(parts(statement))


def _returns(node: Node) -> Iterator[Node]:
    """The `return` statements of one function, not of those inside it."""
    if node.type == "return_statement":
        yield node
    for child in node.children:
        if child.type not in FUNCTIONS:
            yield from _returns(child)
