"""Jobs of a queue: a tab for each state, a list of any length, filters, and a preview of the chosen one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult

from admin_tui.actions.targets import All, OneQueue, Target, pick
from admin_tui.export import as_json, path_for, write_list
from admin_tui.known import Known
from admin_tui.rows.listing import Listing
from admin_tui.screens.bindings import bindings
from admin_tui.screens.fields import Field
from admin_tui.screens.host import JobPlace
from admin_tui.screens.hunt import Hunt
from admin_tui.screens.rows_view import parts
from admin_tui.screens.table_view import TableView
from admin_tui.views.commands import job_copies
from admin_tui.views.health import QueueRow, queue_rows
from admin_tui.views.jobs import LISTS, Place, first_list, job_columns, preview, queue_line, state_line, status_line
from admin_tui.views.lines import rule
from admin_tui.widgets.lines import Lines
from admin_tui.widgets.window_table import WindowTable
from engine import JobDetail, JobLine, Listed, Matching

DETAIL = 4


class Jobs(TableView[JobLine]):
    """The jobs of one queue and one state, all of them or those that a query finds."""

    name_ = "jobs"
    BINDINGS = bindings("tables", "jobs")

    def __init__(self) -> None:
        super().__init__()
        self.queue = ""
        self.listed: Listed = "waiting"
        self.query_ = ""
        self._hunt: Hunt | None = None
        self._detail: JobDetail | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="top")
        yield Field("/", id="filter")
        yield WindowTable(self._columns(), lambda job: job.id, id="table", empty="no jobs here")
        yield Lines(id="rule", classes="rule")
        yield Lines(id="detail")
        yield Lines(id="status")

    def open(self, queue: str, listed: Listed | None = None, query: str = "") -> None:
        """These jobs are shown; without a list the one that wants to be looked at."""
        self.queue = queue
        row = self._row
        failing = row is not None and row.failing is not None and row.failing >= 0.1
        self.listed = listed or (first_list(row.view, failing=failing) if row is not None else "waiting")
        self.query_ = query
        self._show()

    def update_(self, known: Known) -> None:
        """The list is asked for anew, the lines are of now."""
        if not self.queue:
            rows = queue_rows(known.snapshot)
            if rows:
                self.open(rows[0].name)
        self.table.columns = self._columns()
        if self.table.frozen != known.frozen:
            self.table.frozen = known.frozen
        elif not self.query_ and self.queue:
            self.table.reload()
        self._draw()

    # --------------------------------------------------------------------------------------------- drawing

    @property
    def _row(self) -> QueueRow | None:
        return next((row for row in queue_rows(self.known.snapshot) if row.name == self.queue), None)

    def _columns(self) -> Any:
        known = self.known
        return job_columns(self.listed, known.now_ms, known.times)

    def _draw(self) -> None:
        width, row, table = self.size.width, self._row, self.table
        if row is None:
            self.query_one("#top", Lines).lines = []
            return
        top = [queue_line(row, width), state_line(row.view, self.listed, width)]
        room = parts(self.size.height, len(top) + 1, DETAIL)
        self.query_one("#top", Lines).lines = [*top, rule(width)][: room.top] if room.top > 1 else top[1:]
        chosen = table.row
        height = max(0, room.detail - 1)
        detail = preview(self._detail, chosen, width, height) if chosen is not None else []
        for name, lines in (("#rule", [rule(width)] if detail else []), ("#detail", detail)):
            part = self.query_one(name, Lines)
            part.display = bool(lines)
            part.lines = lines
        number, exact = table.position
        marked = -1 if table.all_marked else len(table.marked)
        changed = table.changed if table.frozen else None
        line = status_line(Place(number, table.total, exact), marked, changed, width)
        status = self.query_one("#status", Lines)
        status.display = room.top > 1
        status.lines = [line]

    def on_window_table_moved(self) -> None:
        """The preview is of the row under the cursor."""
        row = self.table.row
        if row is not None and self.query_one("#detail").is_attached:
            queue, job_id = self.queue, row.id
            self.ask(lambda: self.host.eyes.job(queue, job_id), self._got_detail)
        self._draw()

    def _got_detail(self, detail: JobDetail | None) -> None:
        self._detail = detail
        self._draw()

    def on_window_table_updated(self) -> None:
        """The status line counts the rows that came."""
        self._draw()

    # ------------------------------------------------------------------------------------- lists and searches

    def _show(self) -> None:
        """The list is shown from its top, or a search of it begins."""
        if self._hunt is not None:
            self._hunt.leave()
        self._detail, field = None, self.query_one("#filter", Field)
        self.table.columns = self._columns()
        self.table.empty = f"no {self.listed} jobs" if not self.query_ else "no hits yet"
        field.show(self.query_)
        if self.query_:
            self._hunt = hunt = Hunt(self.host, field, self._hunted)
            self.table.show(hunt.hits)
            hunt.begin(self.queue, Matching(self.listed, self.query_))
        else:
            self._hunt = None
            self.table.show(self._listing)
        self._draw()

    @property
    def _listing(self) -> Listing:
        return Listing(self.host.eyes, self.host.calls, self.queue, self.listed)

    def _hunted(self) -> None:
        if self._hunt is not None and self._hunt.found.ended:
            self.table.empty = "no job matches"
        self.table.reload()
        self._draw()

    def on_field_kept(self, event: Field.Kept) -> None:
        """The query is searched for."""
        event.stop()
        self.query_ = event.text.strip()
        self.table.focus()
        self._show()

    def on_field_left(self, event: Field.Left) -> None:
        """All jobs of the list are shown."""
        event.stop()
        self.table.focus()
        self._clear()

    def _clear(self) -> None:
        self.query_ = ""
        self._show()

    def left(self) -> None:
        """Nobody waits for hits: Redis is left alone."""
        if self._hunt is not None:
            self._hunt.stop()

    def back(self) -> bool:
        """A running search is stopped first, then the filter is cleared."""
        if self._hunt is not None and self._hunt.stop():
            return True
        if self.query_:
            self._clear()
            return True
        return super().back()

    # --------------------------------------------------------------------------------------------- commands

    def commands(self) -> Mapping[str, Any]:
        return {
            **super().commands(),
            "filter": lambda: self.query_one("#filter", Field).edit(),
            "next_state": lambda: self._turn(1),
            "last_state": lambda: self._turn(-1),
            "open": self._open,
            "why": self._why,
            "log": self._log,
        }

    def target(self, key_name: str) -> Target | None:
        row = self._row
        if key_name == "pause":
            return None if row is None else OneQueue(row.name, row.view.limits, row.view.counts)
        table, every = self.table, None
        if table.all_marked:
            counted = self._hunt is None or self._hunt.found.ended
            every = All(self.queue, Matching(self.listed, self.query_), table.total if counted else None)
        return pick(self.queue, self.listed, table.row, list(table.marked.values()), every)

    @property
    def of_queue(self) -> str:
        return self.queue

    def copies(self) -> Mapping[str, str]:
        """What the copy menu offers of the chosen job."""
        row = self.table.row
        if row is None:
            return {}
        detail = self._detail if self._detail is not None and self._detail.status.id == row.id else None
        return job_copies(self.known.who.app, self.queue, row.id, as_json(detail or row))

    def export(self) -> None:
        """All that is listed is written to a file, or all hits."""
        path = path_for(f"{self.queue}-{self.listed}", time.time())
        source = self._hunt.hits if self._hunt is not None else self._listing
        self.host.tell(f"writing {path} ...")
        self.do(lambda: write_list(path, source), lambda number: self.exported(path, number))

    def _turn(self, by: int) -> None:
        self.listed = LISTS[(LISTS.index(self.listed) + by) % len(LISTS)]
        self._show()

    def mark_all(self) -> None:
        """As of tables; the status line says it."""
        super().mark_all()
        self._draw()

    def on_window_table_opened(self) -> None:
        """Enter, or a click on the chosen row."""
        self._open()

    def _open(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_job(JobPlace(self.queue, row.id, tuple(self.table.rows)))

    def _why(self) -> None:
        row = self.table.row
        self.host.open_why(self.queue, row.id if row is not None else None)

    def _log(self) -> None:
        if (row := self.table.row) is not None:
            self.host.open_log(self.queue, row.id)
