"""One job: what it is, its attempts, and a tab of data, attempts, options or history. Told anew each second."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from textual.app import ComposeResult

from admin_tui.actions.targets import Jobs, Target
from admin_tui.draw.fold import DEEP
from admin_tui.draw.line import Line, Span
from admin_tui.export import as_json
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.host import JobPlace
from admin_tui.screens.scrolling import scroll_commands
from admin_tui.screens.view import View
from admin_tui.text import age, safe
from admin_tui.views.commands import job_copies
from admin_tui.views.job import (
    TABS,
    Tab,
    job_facts,
    job_heading,
    job_parts,
    line_of,
    listed_of,
    tab_line,
    tab_lines,
    timeline,
    why_line,
)
from admin_tui.views.lines import rule
from admin_tui.widgets.lines import Lines
from engine import JobDetail

ALL = 1_000
"""Deeper than any JSON is read."""


class JobView(View):
    """A job. When its record is gone, the last answer stays, and says so."""

    name_ = "job"
    BINDINGS = bindings("reading", "job")
    DEFAULT_CSS = """
    JobView #head, JobView #tabs, JobView #foot { height: auto; }
    JobView #lines { height: 1fr; }
    """

    def __init__(self, place: JobPlace) -> None:
        super().__init__()
        self._place = place
        self._tab: Tab = "data"
        self._deep = DEEP
        self._detail: JobDetail | None = None
        self._revealed: JobDetail | None = None
        self._gone_ms: int | None = None
        self._answered = False

    def compose(self) -> ComposeResult:
        yield Lines(id="head")
        yield Lines(id="tabs")
        yield Lines(id="lines")
        yield Lines(id="foot")

    def on_mount(self) -> None:
        """The job is asked for at once."""
        self._read()

    def heading(self, width: int) -> Line:
        return job_heading(self._place.queue, self._place.job_id, self._detail, self.known.now_ms, width)

    def update_(self, known: Known) -> None:
        self._draw()
        if not known.frozen and known.link.fresh:
            self._read()

    def _read(self) -> None:
        place = self._place
        self.poll(lambda: self.host.eyes.job(place.queue, place.job_id), self.got)

    def got(self, detail: JobDetail | None) -> None:
        """This is the job now; None: its record is gone."""
        self._answered = True
        if detail is not None:
            if self._revealed is not None and self._revealed.status.run != detail.status.run:
                self._revealed = None
            self._detail, self._gone_ms = detail, None
        elif self._gone_ms is None:
            self._gone_ms = self.known.now_ms
        self._draw()
        self.host.redraw_heading()

    def revealed(self, detail: JobDetail) -> None:
        """The payload is shown with its secrets, until the job is left."""
        if detail.status.id == self._place.job_id:
            self._revealed, self._tab = detail, "data"
            self._draw()

    def _draw(self) -> None:
        width, known, detail = self.size.width, self.known, self._revealed or self._detail
        if detail is None:
            words = "loading ..." if not self._answered else f"{self._place.queue} has no job {self._place.job_id}"
            self.query_one("#lines", Lines).lines = [[Span(safe(words, width), "dim")]]
            return
        now_ms = known.now_ms
        parts = job_parts(self.size.height, len(detail.status.attempts) + 2)
        head = [job_facts(detail, now_ms, known.times, width)][: parts.facts]
        drawn = timeline(detail, now_ms, width, parts.timeline)
        self.query_one("#head", Lines).lines = [*head, rule(width), *drawn, rule(width)] if drawn else head
        self.query_one("#tabs", Lines).lines = [tab_line(detail, self._tab, width)]
        lines = tab_lines(detail, self._tab, now_ms, known.times, width - 1, self._deep)
        self.query_one("#lines", Lines).lines = list(lines)
        self.query_one("#foot", Lines).lines = self._foot(detail, width, parts.why)

    def _foot(self, detail: JobDetail, width: int, height: int) -> list[Line]:
        if not height:
            return []
        if self._gone_ms is None:
            return [rule(width), why_line(detail, width)] if self.size.height >= 12 else [why_line(detail, width)]
        ago = age(self.known.now_ms - self._gone_ms)
        return [[Span(safe(f"GONE: this job was removed {ago} ago; what is shown is the last answer", width), "warn")]]

    # --------------------------------------------------------------------------------------------- commands

    def commands(self) -> Mapping[str, Any]:
        tabs = {str(name): partial(self._turn, name) for _, name in TABS}
        place = self._place
        return {
            **scroll_commands(self.query_one("#lines", Lines)),
            **tabs,
            "log": lambda: self.host.open_log(place.queue, place.job_id),
            "why": lambda: self.host.open_why(place.queue, place.job_id),
            "next_job": lambda: self._neighbour(1),
            "last_job": lambda: self._neighbour(-1),
            "copy": self.copy_menu,
        }

    def target(self, key_name: str) -> Target | None:
        if self._detail is None or self._gone_ms is not None:
            return None
        return Jobs(self._place.queue, (line_of(self._detail.status),), listed_of(self._detail))

    @property
    def of_queue(self) -> str:
        return self._place.queue

    def copies(self) -> Mapping[str, str]:
        """The job without what was revealed: a clipboard is no place for secrets."""
        if self._detail is None:
            return {}
        return job_copies(self.known.who.app, self._place.queue, self._place.job_id, as_json(self._detail))

    def _turn(self, tab: Tab) -> None:
        """The tab is shown; `d` once more opens what is folded, or folds it."""
        if tab == self._tab == "data":
            self._deep = ALL if self._deep == DEEP else DEEP
        self._tab = tab
        self.query_one("#lines", Lines).scroll_home(animate=False)
        self._draw()

    def _neighbour(self, by: int) -> None:
        ids = [job.id for job in self._place.neighbours]
        here = ids.index(self._place.job_id) if self._place.job_id in ids else -1
        if here < 0 or not 0 <= here + by < len(ids):
            self.host.tell("there is no other job in the list that you came from", "warn")
            return
        self.host.replace_job(self._place._replace(job_id=ids[here + by]))
