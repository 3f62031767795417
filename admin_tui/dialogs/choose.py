"""Asks which of a few."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from admin_tui.dialogs.dialog import Dialog
from admin_tui.draw.line import Line, Span
from admin_tui.text import safe
from admin_tui.widgets.lines import Lines


class ChooseDialog(Dialog[str]):
    """Answers with the key of the option that was pressed."""

    def __init__(self, title: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._options = title, options

    def compose(self) -> ComposeResult:
        lines: list[Line] = [(Span(safe(self._title, 71), "title"),), ()]
        lines += [(Span(safe(f" {key} "), "key"), Span(safe(text, 66))) for key, text in self._options]
        with Vertical(id="box"):
            yield Lines([*lines, (), (Span(safe("Esc leaves it"), "dim"),)])

    def on_mount(self) -> None:
        """Keys count once it is painted."""
        self.show_anew()

    def answer(self, key: str) -> bool:
        """An option's key chooses it."""
        if key not in dict(self._options):
            return False
        self.close(key)
        return True
