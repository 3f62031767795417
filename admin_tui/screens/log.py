"""A job's log, live: it follows, finds, wraps, and is saved or paged."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from admin_tui.draw.line import Line, Span
from admin_tui.export import path_for, write_text
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.fields import Field
from admin_tui.screens.scrolling import scroll_commands
from admin_tui.screens.view import View
from admin_tui.text import safe
from admin_tui.views.lines import rule
from admin_tui.views.log import LEVELS, LogText, Shown, log_foot, log_heading
from admin_tui.widgets.lines import Lines
from engine import EngineError, LogPage, escape

EVERY_S, SOON_S = 0.2, 0.05
"""So often lines are asked for: while none come, and while some do."""
PAGE = 250
DRAWN_S = 0.05
"""While whole pages come, they are drawn no more often than this: what is read on is not seen anyhow."""


class LogView(View):
    """The newest lines of a job's log, and those that come while it is shown."""

    name_ = "log"
    BINDINGS = bindings("reading", "log")
    DEFAULT_CSS = "LogView #lines { height: 1fr; } LogView #foot { height: auto; }"

    def __init__(self, queue: str, job_id: str) -> None:
        super().__init__()
        self._queue, self._job_id = queue, job_id
        self._text, self._shown = LogText(), Shown(80)
        self._after, self._following, self._answered = "", True, False
        self._wanted, self._hits, self._hit = "", list[int](), -1
        self._came: list[tuple[float, int]] = []
        self._asked_s, self._drawn_s, self._undrawn = 0.0, 0.0, False

    def compose(self) -> ComposeResult:
        yield Field("/", id="find")
        yield Lines(id="lines")
        yield Lines(id="foot")

    def on_mount(self) -> None:
        """Lines are asked for from now on, while this is shown."""
        self.set_interval(SOON_S, self._tick)
        self._read()

    def heading(self, width: int) -> Line:
        return log_heading(self._job_id, self._text, self._shown, width)

    def update_(self, known: Known) -> None:
        times = "utc" if known.times == "relative" else known.times
        self._show(self._shown._replace(cells=max(20, self.size.width - 1), times=times))

    def _tick(self) -> None:
        if self.going:
            return  # the timer was about to go off
        flows = bool(self._came) and self._came[-1][1] > self._came[0][1]
        if flows or self.known.now_s - self._asked_s >= EVERY_S:
            self._read()

    def _read(self) -> None:
        known = self.known
        self._asked_s = known.now_s
        if self.screen.is_current and not known.frozen and known.link.fresh:
            after = self._after
            self.poll(lambda: self.host.eyes.log(self._queue, self._job_id, after, PAGE), self._got)

    def _got(self, page: LogPage) -> None:
        self._after, self._answered = page.after or self._after, True
        self._text.add(page.entries)
        now_s = self.known.now_s
        self._came = [(at_s, came) for at_s, came in self._came if now_s - at_s < 2.0]
        self._came.append((now_s, self._text.came))
        more = len(page.entries) == PAGE and self._text.came > PAGE
        self._undrawn = self._undrawn or bool(page.entries)
        if self._undrawn and (not more or now_s - self._drawn_s >= DRAWN_S):
            self._drawn_s, self._undrawn = now_s, False
            self._draw()
        elif not page.entries:
            self._draw_foot()
        if more:
            self._read()

    def _show(self, shown: Shown) -> None:
        self._shown = shown
        self._text.show(shown)
        self._draw()
        self.host.redraw_heading()

    def _draw(self) -> None:
        lines = self.query_one("#lines", Lines)
        shown = self._text.lines
        if not shown:
            words = "this job has logged nothing" if self._answered else "loading ..."
            shown = [[Span(safe(words if not len(self._text) else "no line of this run and level"), "dim")]]
        self._hits = self._text.find(self._wanted) if self._wanted else []
        for number in self._hits:
            shown[number] = [span._replace(style="mark") for span in shown[number]]
        lines.lines = shown
        if self._following:
            lines.scroll_end(animate=False, immediate=True)
        self._draw_foot()

    def _draw_foot(self) -> None:
        width = self.size.width
        per_s = 0.0
        if len(self._came) > 1 and self._came[-1][0] > self._came[0][0]:
            per_s = (self._came[-1][1] - self._came[0][1]) / (self._came[-1][0] - self._came[0][0])
        hits = ""
        if self._wanted:
            at = f"{self._hit + 1} of " if 0 <= self._hit < len(self._hits) else ""
            hits = f"{at}{len(self._hits):,} hits"
        foot = log_foot(self._text, per_s, following=self._following, hits=hits, cells=width)
        self.query_one("#foot", Lines).lines = [rule(width), foot] if self.size.height >= 10 else [foot]

    # --------------------------------------------------------------------------------------------- commands

    def commands(self) -> Mapping[str, Any]:
        moves = {name: self._leaving(move) for name, move in scroll_commands(self.query_one("#lines", Lines)).items()}
        return {
            **moves,
            "follow": self._follow,
            "find": lambda: self.query_one("#find", Field).edit(),
            "next_hit": lambda: self._go(1),
            "last_hit": lambda: self._go(-1),
            "attempt": self._next_run,
            "level": lambda: self._show(self._shown._replace(level=(self._shown.level + 1) % len(LEVELS))),
            "wrap": lambda: self._show(self._shown._replace(wrap=not self._shown.wrap)),
            "copy": self._copy,
            "save": self._save,
            "pager": self._page,
        }

    def _leaving(self, move: Any) -> Any:
        def moved() -> None:
            self._following = False
            move()
            self._draw_foot()

        return moved

    def _follow(self) -> None:
        self._following = not self._following
        self._draw()

    def _go(self, by: int) -> None:
        if not self._hits:
            self.host.tell("nothing is found: / finds" if not self._wanted else f"no line has {self._wanted!r}", "warn")
            return
        self._hit = (self._hit + by) % len(self._hits) if self._hit >= 0 else (0 if by > 0 else len(self._hits) - 1)
        self._following = False
        lines = self.query_one("#lines", Lines)
        lines.scroll_to(y=max(0, self._hits[self._hit] - lines.size.height // 2), animate=False)
        self._draw_foot()

    def _next_run(self) -> None:
        runs = [0, *self._text.runs]
        here = runs.index(self._shown.run) if self._shown.run in runs else 0
        self._show(self._shown._replace(run=runs[(here + 1) % len(runs)]))

    def on_field_kept(self, event: Field.Kept) -> None:
        """Lines with the text are marked, and the last one is gone to."""
        event.stop()
        self._wanted, self._hit = event.text, -1
        event.field.show(event.text)
        self.focus()
        self._draw()
        if self._wanted:
            self._go(-1)

    def on_field_left(self, event: Field.Left) -> None:
        """Nothing is marked."""
        event.stop()
        self._clear()

    def back(self) -> bool:
        """What was found is let go first."""
        if not self._wanted:
            return False
        self._clear()
        return True

    def _clear(self) -> None:
        self._wanted, self._hit = "", -1
        self.query_one("#find", Field).show("")
        self.focus()
        self._draw()

    def _copy(self) -> None:
        """The hit that was gone to, else the lowest line that is shown."""
        lines = self.query_one("#lines", Lines)
        lowest = min(len(self._text.lines), round(lines.scroll_y) + lines.size.height) - 1
        number = self._hits[self._hit] if 0 <= self._hit < len(self._hits) else lowest
        entry = self._text.entry_at(number)
        if entry is None:
            self.host.tell("no line to copy", "warn")
        else:
            self.host.copy(escape(entry.text), "the line")

    def _save(self) -> None:
        path = path_for(f"{self._job_id}-log", time.time()).with_suffix(".log")
        try:
            write_text(path, self._text.plain())
        except EngineError as error:
            self.failed(error)
        else:
            self.host.tell(f"{len(self._text):,} lines in {path}", "good")

    def _page(self) -> None:
        words = shlex.split(os.environ.get("PAGER", "")) or ["less"]
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "log"
            path.write_text(self._text.plain(), encoding="utf-8", errors="replace")
            try:
                with self.app.suspend():
                    subprocess.run([*words, str(path)], check=False)
            except OSError as error:
                self.host.tell(f"cannot run {words[0]}: {error.strerror}; set PAGER", "bad")
