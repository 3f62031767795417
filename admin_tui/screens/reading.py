"""Views of lines alone: the keys of a screen, why something does not run, what is shown and how old it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual.app import ComposeResult

from admin_tui.draw.line import Line, Span
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.scrolling import scroll_commands
from admin_tui.screens.view import View
from admin_tui.text import safe
from admin_tui.widgets.lines import Lines


class Reading(View):
    """Lines that may be more than fit: the arrows, `j` and `k` scroll them."""

    name_ = "reading"
    BINDINGS = bindings("reading")
    DEFAULT_CSS = "Reading #lines { height: 1fr; }"

    def __init__(self, title: str, lines: Callable[[Known, int], Sequence[Line]]) -> None:
        super().__init__()
        self._title, self._lines = title, lines

    def compose(self) -> ComposeResult:
        yield Lines(id="lines")

    def heading(self, width: int) -> Line:
        return [Span(safe(self._title, width), "title")]

    def update_(self, known: Known) -> None:
        self.query_one("#lines", Lines).lines = list(self._lines(known, self.size.width))

    def commands(self) -> Mapping[str, Any]:
        return scroll_commands(self.query_one("#lines", Lines))
