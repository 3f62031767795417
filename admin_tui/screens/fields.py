"""A line to type into: a filter, a name to go to, a text to find."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from admin_tui.draw.line import Span
from admin_tui.text import Safe, safe, safe_lines
from admin_tui.widgets.lines import Lines


class Field(Widget):
    """Hidden until it is opened. Enter keeps what was typed, Esc takes it back; an error is shown beneath."""

    class Kept(Message):
        """Enter was pressed."""

        def __init__(self, field: Field, text: str) -> None:
            super().__init__()
            self.field, self.text = field, text

    class Left(Message):
        """Esc was pressed."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    DEFAULT_CSS = """
    Field { height: auto; display: none; }
    Field Horizontal { height: 1; }
    Field .sign { width: 2; height: 1; }
    Field Input { width: 1fr; background: $background; }
    Field .note { width: auto; max-width: 50%; height: 1; }
    Field .wrong { height: auto; max-height: 3; }
    """

    def __init__(self, sign: str, id: str) -> None:  # noqa: A002 - as each widget calls it
        super().__init__(id=id)
        self._sign = sign

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Lines([[Span(safe(self._sign), "key")]], classes="sign")
            yield Input(max_length=500, select_on_focus=False, compact=True)
            yield Lines(classes="note")
        yield Lines(classes="wrong")

    @property
    def text(self) -> str:
        """What it holds."""
        return self.query_one(Input).value

    @property
    def open(self) -> bool:
        """It is being typed into."""
        return self.query_one(Input).has_focus

    def edit(self, text: str | None = None) -> None:
        """It has the focus; with this text if one is given."""
        self.display = True
        field = self.query_one(Input)
        if text is not None:
            field.value = text
        field.cursor_position = len(field.value)
        self.screen.set_focus(field)  # at once: what is typed next is its

    def show(self, text: str) -> None:
        """It holds the text; without one it is hidden."""
        self.query_one(Input).value = text
        self.wrong("")
        self.display = bool(text)

    def note(self, words: str) -> None:
        """The words are at its right end."""
        cells = min(len(words), max(0, self.size.width // 2))
        note = self.query_one(".note", Lines)
        note.styles.width = cells
        note.lines = [[Span(safe(words, cells), "dim")]]

    def wrong(self, words: str) -> None:
        """The words are beneath, as an error; none: what was typed is right."""
        lines: Sequence[Safe] = safe_lines(words, max(1, self.size.width), wrap=True) if words else ()
        self.query_one(".wrong", Lines).lines = [[Span(line, "bad")] for line in lines]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.post_message(self.Kept(self, event.value))

    def key_escape(self, event: events.Key) -> None:
        """Esc; nothing else gets it."""
        event.stop()
        event.prevent_default()
        self.post_message(self.Left(self))
