"""Edits a queue's limits: what is typed is told in its effect before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input

from admin_tui.actions.asked import Edit
from admin_tui.actions.limits import FIELDS, LABELS, Field, limit_of, settings, what_if
from admin_tui.actions.saying import drain_words
from admin_tui.dialogs.dialog import Dialog
from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import fit, safe
from admin_tui.views.lines import words
from admin_tui.widgets.lines import Lines
from engine import Limit, SettingError


class LimitsDialog(Dialog[Mapping[Field, str]]):
    """Answers with what the fields hold; the engine says whether it is right. Enter goes to the next field."""

    AUTO_FOCUS = "#concurrency"
    early = frozenset({"tab", "shift+tab"})
    DEFAULT_CSS = """
    LimitsDialog .name { width: 14; height: 1; }
    LimitsDialog .field Input { width: 12; }
    LimitsDialog .now { width: 1fr; height: 1; padding: 0 0 0 2; }
    """

    def __init__(self, edit: Edit) -> None:
        super().__init__()
        self._edit = edit

    def compose(self) -> ComposeResult:
        limits = self._edit.limits
        with Vertical(id="box"):
            yield Lines([(Span(safe(f"LIMITS of queue {limits.queue}", self._width), "title"),)])
            yield Lines([(Span(safe("a field that is empty: as configured", self._width), "dim"),)])
            for field in FIELDS:
                with Horizontal(classes="field"):
                    yield Lines([(Span(fit(field, 14), "dim"),)], classes="name")
                    yield Input(self._edit.typed.get(field, ""), id=field, max_length=12, compact=True)
                    yield Lines([_now(field, limit_of(limits, field), self._width - 30)], classes="now")
            yield Lines(id="effect")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button("Set ...", id="yes", compact=True, disabled=True)

    def on_mount(self) -> None:
        """What was wrong before is told."""
        self._tell(self._edit.error)
        self.show_anew()

    def ready(self) -> None:
        """What is shown can be answered."""
        self.query_one("#yes", Button).disabled = False

    @property
    def _typed(self) -> dict[Field, str]:
        return {field: self.query_one(f"#{field}", Input).value for field in FIELDS}

    @on(Input.Changed)
    def _changed(self) -> None:
        typed_before = {field: self._edit.typed.get(field, "") for field in FIELDS}
        self._tell(self._edit.error if self._typed == typed_before else "")

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#no")
    def _cancel(self) -> None:
        self.close(None)

    @on(Button.Pressed, "#yes")
    def _set(self) -> None:
        if self.counting:
            self.close(self._typed)

    def _tell(self, error: str) -> None:
        """What the new limits would do to what waits, or what is wrong with them."""
        style: Style = "plain"
        text = error
        if not error:
            try:
                changed = settings(self._edit.limits, self._typed)
                text = drain_words(what_if(self._edit.limits, self._edit.waiting, changed), self._edit.waiting)
            except SettingError as wrong:
                text, style = str(wrong), "bad"
        else:
            style = "bad"
        lines: list[Line] = [(Span(line, style),) for line in words(text, self._width)]
        self.query_one("#effect", Lines).lines = lines

    @property
    def _width(self) -> int:
        return max(1, min(75, self.app.size.width) - 4)


def _now(field: Field, limit: Limit, cells: int) -> Line:
    now = "none" if limit.now is None else f"{limit.now:g}"
    return (Span(safe(f"now {now:<6} {LABELS[field]}", max(1, cells)), "dim"),)
