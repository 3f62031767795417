"""A job's attempts on an axis of time: held `h`, ran `#`, failed `x`, backoff `-`, next `>`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import Safe, due, fit, lasted, safe, width
from engine import JobStatus, State

_NAME, _TOOK, _LEAST_AXIS = 16, 8, 10
_STYLES: dict[str, Style] = {"h": "held", "#": "active", "x": "bad", "-": "dim", ">": "delayed", "o": "good"}


class Part(NamedTuple):
    """A stretch of time in which one thing went on: `sign` says which, see above; `o` is where it ended well."""

    sign: str
    start_ms: int
    end_ms: int


class Row(NamedTuple):
    """A row of the picture: its name, what went on when, how long it ran, and what came of it."""

    name: str
    parts: Sequence[Part]
    took: str
    note: str


class _Ran(NamedTuple):
    """One time the job was with a worker; `end_ms` is None while it still is."""

    start_ms: int
    end_ms: int | None
    due_ms: int | None
    worker: str
    sign: str
    note: str


def rows(job: JobStatus, now_ms: int) -> Sequence[Row]:
    """The wait for the first start, each attempt, and what is next; times are the server's.

    Between an attempt's end and the moment at which the next one was to start is backoff; from then to its start the
    job was held: by a limit, a pause, or because all places were taken.
    """
    ran = _ran(job)
    first = _forgotten(job) + 1
    drawn = list[Row]()
    ready: int | None = job.timestamp if first == 1 else None
    if ready is not None and ran and ran[0].start_ms > ready:
        drawn.append(Row("wait", [Part("h", ready, ran[0].start_ms)], lasted(ran[0].start_ms - ready), ""))
        ready = None
    for number, one in enumerate(ran):
        end = one.end_ms if one.end_ms is not None else max(now_ms, one.start_ms)
        following = ran[number + 1].start_ms if number + 1 < len(ran) else end if job.state.ended else max(now_ms, end)
        held = [Part("h", ready, one.start_ms)] if ready is not None and ready < one.start_ms else []
        ready = min(max(end if one.due_ms is None else one.due_ms, end), max(following, end))
        came_to = [Part(one.sign, end, end)] if one.end_ms is not None else []
        backoff = [Part("-", end, ready)] if ready > end else []
        parts = [*held, Part("#", one.start_ms, end), *backoff, *came_to]
        drawn.append(Row(f"#{first + number} {one.worker}".rstrip(), parts, lasted(end - one.start_ms), one.note))
    return [*drawn, *_next(job, ready if ready is not None else job.timestamp, now_ms)]


def _ran(job: JobStatus) -> Sequence[_Ran]:
    """The failed attempts, then what no failure tells of: the one that is running, or the one that completed."""
    failed = [_Ran(each.start, each.end, each.due, each.worker, "x", each.error) for each in job.attempts]
    start = job.processed_on
    if start is None or (failed and start <= failed[-1].start_ms):
        return failed
    worker = job.worker_id or ""
    if job.state is State.ACTIVE:
        return [*failed, _Ran(start, None, None, worker, "", "runs")]
    if job.state is State.COMPLETED and job.finished_on is not None:
        return [*failed, _Ran(start, max(job.finished_on, start), None, worker, "o", "completed")]
    return failed


def _forgotten(job: JobStatus) -> int:
    """How many attempts are no longer kept."""
    ended = job.attempts_made + job.crashes - (job.state is State.COMPLETED)
    return max(ended - len(job.attempts), 0)


def _next(job: JobStatus, ready_ms: int, now_ms: int) -> Sequence[Row]:
    if job.state is State.WAITING:
        return [Row("next", [Part("h", min(ready_ms, now_ms), now_ms)], "", f"waits {lasted(now_ms - ready_ms)}")]
    if job.state is State.DELAYED and job.due is not None:
        return [Row("next", [Part(">", job.due, job.due)], "", due(job.due - now_ms))]
    return []


def waterfall(job: JobStatus, now_ms: int, cells: int) -> Sequence[Line]:
    """The picture, its axis first, no line wider than `cells`; where an axis has no room, the words remain."""
    shown = rows(job, now_ms)
    left = cells - _NAME - _TOOK - 4
    axis = max(left - min(left // 3, 30), 0) if left >= _LEAST_AXIS else 0
    moments = [moment for row in shown for part in row.parts for moment in (part.start_ms, part.end_ms)]
    scale = _Scale(min([job.timestamp, *moments]), max([job.timestamp + 1, *moments]), axis)
    lines: list[Line] = [_cut([Span(fit("", _NAME + 1)), Span(scale.ticks(), "dim")], cells)] if axis else []
    for row in shown:
        picture = [Span(Safe("|"), "dim"), *scale.drawn(row.parts), Span(Safe(" "))] if axis else [Span(Safe(" "))]
        took = [Span(fit(row.took, _TOOK, "right"), "dim"), Span(Safe(" "))]
        line = [Span(fit(row.name, _NAME)), *picture, *took]
        room = cells - sum(width(span.text) for span in line)
        lines.append(_cut([*line, Span(safe(row.note, max(room, 0)))], cells))
    return lines


def _cut(line: Line, cells: int) -> Line:
    """No more of the line than fits."""
    kept = list[Span]()
    for span in line:
        if cells <= 0:
            break
        needed = width(span.text)
        kept.append(span if needed <= cells else Span(fit(span.text, cells), span.style))
        cells -= needed
    return kept


class _Scale(NamedTuple):
    """Moments as cells."""

    first_ms: int
    last_ms: int
    cells: int

    def cell(self, moment_ms: int) -> int:
        share = (moment_ms - self.first_ms) / max(self.last_ms - self.first_ms, 1)
        return min(max(int(share * self.cells), 0), self.cells - 1)

    def drawn(self, parts: Sequence[Part]) -> Sequence[Span]:
        """The parts one over the other, those that take no time on top; equal neighbours are one span."""
        signs = [" "] * self.cells
        for part in sorted(parts, key=lambda part: part.start_ms == part.end_ms):  # moments over stretches
            for cell in range(self.cell(part.start_ms), self.cell(part.end_ms) + 1):
                signs[cell] = part.sign
        spans = list[Span]()
        for sign in signs:
            if spans and spans[-1].text[0] == sign:
                spans[-1] = spans[-1]._replace(text=Safe(spans[-1].text + sign))
            else:
                spans.append(Span(Safe(sign), _STYLES.get(sign, "plain")))
        return spans

    def ticks(self) -> Safe:
        """How much time has gone by, at both ends and at each quarter between that has room."""
        span_ms = self.last_ms - self.first_ms
        end = str(lasted(span_ms))
        text = "0"
        for quarter in range(1, 4):
            label, at = str(lasted(span_ms * quarter // 4)), self.cells * quarter // 4
            if len(text) < at and at + len(label) < self.cells - len(end):
                text = text.ljust(at) + label
        return Safe(text + end.rjust(self.cells - len(text)))
