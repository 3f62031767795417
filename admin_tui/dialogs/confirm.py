"""Asks before something is done: says what, takes `y`, or what must be typed, and a reason."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input

from admin_tui.actions.asked import Asked
from admin_tui.actions.confirm import Confirm
from admin_tui.actions.tiers import Tier
from admin_tui.dialogs.dialog import Dialog
from admin_tui.draw.line import Line, Span
from admin_tui.text import safe
from admin_tui.views.lines import words
from admin_tui.widgets.lines import Lines

_WAITING = "asking the engine what would happen ..."


class ConfirmDialog(Dialog[str]):
    """Answers with the reason, which may be empty, if it was confirmed; the focus is on Cancel, or on what to type.

    `asked` may come later: until then, and for a moment after, nothing confirms it.
    """

    AUTO_FOCUS = "#no"

    def __init__(self, title: str, asked: Asked | None = None) -> None:
        super().__init__()
        self._title, self._asked = title, asked
        self._ids_shown, self._drawn = False, False

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Lines(id="title")
            yield Lines(id="facts")
            with Horizontal(classes="field why"):
                yield Lines([(Span(safe("reason"), "dim"),)], classes="label")
                yield Input(id="reason", max_length=500, compact=True)
            with Horizontal(classes="field typed"):
                yield Lines(id="needed", classes="label")
                yield Input(id="typed", max_length=100, compact=True)
            yield Lines(id="missing")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button("", id="yes", compact=True, disabled=True)
            yield Lines(id="same")

    def on_mount(self) -> None:
        """What is known by now is shown."""
        self._drawn = True
        self._show_asked()

    def on_resize(self, event: events.Resize) -> None:
        """Lines are made for the new width."""
        if self._drawn:
            self._draw()

    def ask(self, asked: Asked) -> None:
        """This is what is asked from now on; what was pressed before does not count."""
        self._asked = asked
        if self._drawn and self.open:
            self._show_asked()

    def _show_asked(self) -> None:
        self._draw()
        if self._asked is not None and self._asked.tier is Tier.TYPED and self._asked.button:
            self.query_one("#reason", Input).focus()
        self.show_anew()

    def fail(self, words: str) -> None:
        """It cannot be done; there is nothing to confirm."""
        self.ask(Asked(lambda width: _words(words, width), "", Tier.PLAN))

    def ready(self) -> None:
        """What is shown can be answered."""
        self._check()

    def answer(self, key: str) -> bool:
        """`y` does it, `v` shows the ids, `c` copies the command."""
        if key == "y":
            self._confirm()
        elif key == "v" and self._asked is not None and self._asked.ids:
            self._ids_shown = not self._ids_shown
            self._draw()
        elif key == "c" and self._asked is not None and self._same():
            self.app.copy_to_clipboard(self._same())
            self.notify("the command is copied", markup=False)
        else:
            return False
        return True

    @on(Button.Pressed, "#no")
    def _cancel(self) -> None:
        self.close(None)

    @on(Button.Pressed, "#yes")
    def _press(self) -> None:
        self._confirm()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._check()
        self._draw_same()

    @on(Input.Submitted, "#reason")
    def _next_field(self) -> None:
        typed = self.query_one("#typed", Input)
        if self._confirmed.tier is Tier.TYPED:
            typed.focus()
        else:
            self.query_one("#yes", Button).focus()

    @on(Input.Submitted, "#typed")
    def _submit(self) -> None:
        self._confirm()

    def _confirm(self) -> None:
        if self._asked is not None and self._asked.button and self._confirmed.missing is None and self.counting:
            self.close(self._confirmed.reason.strip())

    @property
    def _confirmed(self) -> Confirm:
        asked = self._asked
        reason, typed = self.query_one("#reason", Input).value, self.query_one("#typed", Input).value
        return Confirm(asked.tier if asked else Tier.TYPED, asked.needed if asked else "", typed, reason)

    def _check(self) -> None:
        asked = self._asked
        missing = self._confirmed.missing if asked is not None and asked.button else None
        yes = self.query_one("#yes", Button)
        yes.disabled = asked is None or not asked.button or missing is not None or not self.counting
        off = " (off)" if missing is not None else ""
        yes.label = Content(f"{asked.button}{off}" if asked is not None else "")
        hint = "" if asked is None or not asked.button else missing or "y does it"
        if asked is not None and asked.button and asked.tier is Tier.TYPED and missing is None:
            hint = "Enter does it"
        self.query_one("#missing", Lines).lines = [(Span(safe(hint), "warn" if missing else "dim"),)]

    def _draw(self) -> None:
        asked, width = self._asked, self._width
        self.query_one("#title", Lines).lines = [(Span(safe(self._title, width), "title"),)]
        facts = self.query_one("#facts", Lines)
        if asked is None:
            facts.lines = _words(_WAITING, width)
        elif self._ids_shown:
            facts.lines = [(Span(safe(job_id, width)),) for job_id in asked.ids]
        else:
            facts.lines = asked.facts(width)
        possible = asked is not None and bool(asked.button)
        self.query_one(".why").display = possible
        self.query_one(".typed").display = possible and asked is not None and asked.tier is Tier.TYPED
        needed = asked.needed if asked is not None else ""
        label = f"type {needed}" if len(needed) <= 7 else "type it"
        self.query_one("#needed", Lines).lines = [(Span(safe(label), "dim"),)]
        yes = self.query_one("#yes", Button)
        yes.display = bool(asked and asked.button)
        self._draw_same()
        self._check()

    def _draw_same(self) -> None:
        same = self._same()
        told = _words(f"same as: {same}", self._width) if same else []
        self.query_one("#same", Lines).lines = [[span._replace(style="dim") for span in line] for line in told]

    def _same(self) -> str:
        return self._asked.same(self.query_one("#reason", Input).value) if self._asked is not None else ""

    @property
    def _width(self) -> int:
        return max(1, min(75, self.app.size.width) - 4)


def _words(text: str, width: int) -> list[Line]:
    return [(Span(line),) for line in words(text, width)]
