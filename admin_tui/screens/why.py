"""Why a job or a queue does not run, by the engine's own checks; asked anew each second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult

from admin_tui.draw.line import Line, Span
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.scrolling import scroll_commands
from admin_tui.screens.view import View
from admin_tui.text import lasted, safe
from admin_tui.views.commands import engine_command
from admin_tui.views.lines import rule, spread
from admin_tui.views.why import why_lines, why_text
from admin_tui.widgets.lines import Lines
from engine import Explanation


class WhyView(View):
    """The engine's explanation of one job, or of a queue's next one."""

    name_ = "reading"
    BINDINGS = bindings("reading")
    DEFAULT_CSS = "WhyView #lines { height: 1fr; } WhyView #foot { height: auto; }"

    def __init__(self, queue: str, job_id: str | None) -> None:
        super().__init__()
        self._queue, self._job_id = queue, job_id
        self._explanation: Explanation | None = None
        self._asked_s = self._took_s = 0.0

    def compose(self) -> ComposeResult:
        yield Lines(id="lines")
        yield Lines(id="foot")

    def on_mount(self) -> None:
        """It is asked for at once."""
        self._read()

    def heading(self, width: int) -> Line:
        target = self._explanation.target if self._explanation is not None else self._job_id or self._queue
        took = f"answered in {lasted(round(self._took_s * 1000))}" if self._explanation is not None else ""
        return spread([Span(safe("WHY"), "dim"), Span(safe(target), "title"), Span(safe(took), "dim")], width)

    def update_(self, known: Known) -> None:
        self._draw()
        if not known.frozen and known.link.fresh:
            self._read()

    def _read(self) -> None:
        self._asked_s = self.known.now_s
        self.poll(lambda: self.host.eyes.explain(self._queue, self._job_id), self._got)

    def _got(self, explanation: Explanation) -> None:
        self._explanation, self._took_s = explanation, self.known.now_s - self._asked_s
        self._draw()
        self.host.redraw_heading()

    def _draw(self) -> None:
        width = self.size.width
        lines = self.query_one("#lines", Lines)
        if self._explanation is None:
            lines.lines = [[Span(safe("asking the engine ..."), "dim")]]
            return
        lines.lines = why_lines(self._explanation, width - 1)
        command = engine_command(self.known.who.app, "why", self._queue, *([self._job_id] if self._job_id else []))
        self.query_one("#foot", Lines).lines = [rule(width), [Span(safe(f"same as: {command}", width), "dim")]]

    def commands(self) -> Mapping[str, Any]:
        return {**scroll_commands(self.query_one("#lines", Lines)), "copy": self._copy}

    def _copy(self) -> None:
        if self._explanation is not None:
            self.host.copy(why_text(self._explanation), "the explanation")
