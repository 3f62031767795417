"""`y`: a line asks what to copy; the next key says it."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from admin_tui.cheatsheet import footer
from admin_tui.keys import KEYS
from admin_tui.widgets.lines import Lines

COPIES = {key.name: key for key in KEYS if key.scope == "copy"}


class CopyMenu(ModalScreen[str | None]):
    """Answers with the name of what is to be copied; any other key closes it."""

    DEFAULT_CSS = """
    CopyMenu { align: left bottom; background: transparent; }
    CopyMenu Lines { height: 1; background: $panel; width: 100%; }
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def compose(self) -> ComposeResult:
        yield Lines([footer("copy", self.app.size.width, writes=True)])

    def on_key(self, event: events.Key) -> None:
        """The key chooses, or closes."""
        event.stop()
        event.prevent_default()
        chosen = next((name for name, key in COPIES.items() if event.key in key.keys and name in self._texts), None)
        self.dismiss(chosen)
