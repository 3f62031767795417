"""Which variable each name of a Lua text is, and what is wrong with the names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from tree_sitter import Node, Tree

from tests.support.lua.tree import assigned, child_of, is_local, line_of, loop_names, loop_values, name_of, parts

GLOBALS = frozenset(
    [
        "ARGV",
        "KEYS",
        "bit",
        "cjson",
        "cmsgpack",
        "error",
        "ipairs",
        "math",
        "next",
        "os",  # only its clock
        "pairs",
        "pcall",
        "redis",
        "select",
        "string",
        "struct",
        "table",
        "tonumber",
        "tostring",
        "type",
        "unpack",
    ]
)
"""What a script may name without having made it: Redis's own, and the part of Lua's library that it offers."""


class Finding(Struct, frozen=True, order=True):
    """Something that should not be there, and its line."""

    line: int
    what: str


class Variable(Struct, eq=False):
    """A local name of one place."""

    name: str
    line: int
    kind: str
    depth: int
    is_own_table: bool = False
    """Whether it was made as a table here: then writing into it is no use, unless somebody reads it."""
    read: bool = False
    captured: bool = False
    """Whether a function inside uses it: then it may be read whenever that function is called."""


class Scopes:
    """Walks a text once; afterwards `variables` says which variable a node is, and `findings` what is wrong."""

    def __init__(self, tree: Tree) -> None:
        self.variables: dict[int, Variable] = {}
        self.findings: list[Finding] = []
        self._scopes: list[dict[str, Variable]] = []
        self._depth = 0
        self._visits: dict[str, Callable[[Node], None]] = {
            "identifier": self._read,
            "dot_index_expression": lambda node: self._visit(child_of(node, "table")),
            "method_index_expression": lambda node: self._visit(child_of(node, "table")),
            "field": self._field,
            "assignment_statement": self._assignment,
            "variable_declaration": self._declaration,
            "function_declaration": self._function,
            "function_definition": self._body,
            "for_statement": self._for,
            "repeat_statement": lambda node: self._within(lambda: self._each(parts(node))),
            "block": lambda node: self._each(parts(node)),
        }
        for block in ("do_statement", "while_statement", "else_statement"):
            self._visits[block] = lambda node: self._within(lambda: self._each(parts(node)))
        for branch in ("if_statement", "elseif_statement"):
            self._visits[branch] = self._branch
        self._within(lambda: self._each(parts(tree.root_node)))

    # ------------------------------------------------------------------------------------------------- walking

    def _visit(self, node: Node) -> None:
        visit = self._visits.get(node.type)
        if visit is not None:
            visit(node)
        else:
            self._each(parts(node))

    def _each(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._visit(node)

    def _within(self, visit: Callable[[], None]) -> None:
        """A scope of its own; what it declared must have been read."""
        self._scopes.append({})
        visit()
        for variable in self._scopes.pop().values():
            self._judge(variable)

    def _judge(self, variable: Variable) -> None:
        if not variable.read and not variable.name.startswith("_"):
            self._tell(variable.line, f"{variable.kind} {variable.name} is never read")

    def _branch(self, node: Node) -> None:
        self._visit(child_of(node, "condition"))
        consequence = node.child_by_field_name("consequence")
        self._within(lambda: self._each(parts(consequence)))
        self._each(node.children_by_field_name("alternative"))

    def _for(self, node: Node) -> None:
        self._each(loop_values(node))

        def body() -> None:
            for name in loop_names(node):
                self._declare(name, "loop variable")
            self._each(parts(node.child_by_field_name("body")))

        self._within(body)

    def _function(self, node: Node) -> None:
        name = child_of(node, "name")
        if is_local(node):
            self._declare(name, "function")
        else:
            self._write(name)
        self._body(node)

    def _body(self, node: Node) -> None:
        def body() -> None:
            for parameter in parts(child_of(node, "parameters")):
                if parameter.type == "identifier":
                    self._declare(parameter, "parameter")
            self._each(parts(node.child_by_field_name("body")))

        self._depth += 1
        self._within(body)
        self._depth -= 1

    # --------------------------------------------------------------------------------------------------- names

    def _field(self, node: Node) -> None:
        self._each([child_of(node, "value")])
        if node.children[0].type == "[":
            self._visit(child_of(node, "name"))

    def _assignment(self, node: Node) -> None:
        targets, values = assigned(node)
        self._each(values)
        for target in targets:
            self._write(target)

    def _declaration(self, node: Node) -> None:
        targets, values = assigned(node)
        self._each(values)
        for n, target in enumerate(targets):
            variable = self._declare(target, "local")
            variable.is_own_table = n < len(values) and values[n].type == "table_constructor"

    def _declare(self, node: Node, kind: str) -> Variable:
        variable = Variable(name_of(node), line_of(node), kind, self._depth)
        before = self._find(variable.name)
        if before is not None and variable.name != "_":
            self._tell(variable.line, f"{kind} {variable.name} hides the {before.kind} of line {before.line}")
        if variable.name in self._scopes[-1]:
            self._judge(self._scopes[-1][variable.name])
        self._scopes[-1][variable.name] = self.variables[node.id] = variable
        return variable

    def _write(self, target: Node) -> None:
        if target.type == "identifier":
            if self._use(target) is None:
                self._tell(line_of(target), f"the global {name_of(target)} is set")
            return
        base = target
        while base.type in {"dot_index_expression", "bracket_index_expression"}:
            if base.type == "bracket_index_expression":
                self._visit(child_of(base, "field"))
            base = child_of(base, "table")
        variable = self._use(base) if base.type == "identifier" else None
        if variable is None and base.type == "identifier":
            self._tell(line_of(target), f"the global {name_of(base)} is changed")
        elif variable is None or not variable.is_own_table:
            self._visit(base)

    def _read(self, node: Node) -> None:
        variable = self._use(node)
        if variable is not None:
            variable.read = True
        elif name_of(node) not in GLOBALS:
            self._tell(line_of(node), f"there is no {name_of(node)}")

    def _use(self, node: Node) -> Variable | None:
        variable = self._find(name_of(node))
        if variable is not None:
            self.variables[node.id] = variable
            variable.captured = variable.captured or variable.depth != self._depth
        return variable

    def _find(self, name: str) -> Variable | None:
        return next((scope[name] for scope in reversed(self._scopes) if name in scope), None)

    def _tell(self, line: int, what: str) -> None:
        self.findings.append(Finding(line, what))
