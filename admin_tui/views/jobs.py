"""Jobs of one queue by state: tabs with counts, columns of each list, and a preview of the chosen job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import NOTHING, Safe, Times, age, count, due, lasted, moment, safe, shorten
from admin_tui.views.health import QueueRow
from admin_tui.views.lines import cut, spread
from engine import JobDetail, JobLine, Listed, QueueView

LISTS: Sequence[Listed] = ("waiting", "delayed", "active", "completed", "failed", "cancelled", "trash")
_SHORT: dict[Listed, str] = {
    "waiting": "wait", "delayed": "delay", "active": "run", "completed": "done", "failed": "failed",
    "cancelled": "cancel", "trash": "trash",
}  # fmt: skip
SIGNS: dict[str, str] = {
    "waiting": "w", "delayed": "d", "active": ">", "completed": ".", "failed": "x", "cancelled": "c",
}  # fmt: skip


def sign_of(job: JobLine) -> tuple[str, Style]:
    """A job's letter and style; a delayed one that has been tried before is retrying."""
    if job.state == "delayed" and job.attempts_made:
        return "r", "retrying"
    return SIGNS[job.state.value], job.state.value


def count_of(view: QueueView, listed: Listed) -> int:
    """How many jobs the list has."""
    if listed == "trash":
        return view.trash
    number: int = getattr(view.counts, listed)
    return number


def first_list(view: QueueView, *, failing: bool) -> Listed:
    """The list that wants to be looked at."""
    if failing and view.counts.failed:
        return "failed"
    order: Sequence[Listed] = ("waiting", "active", "delayed", "failed", "completed", "cancelled", "trash")
    filled: list[Listed] = [listed for listed in order if count_of(view, listed)]
    return filled[0] if filled else "waiting"


def queue_line(row: QueueRow, cells: int) -> Line:
    """The queue's name, whether it runs, its places and limits, and what is wrong with it."""
    limits = row.view.limits
    parts = [
        Span(shorten(row.name, max(8, cells // 3)), "title"),
        Span(safe("PAUSED"), "paused") if limits.paused else Span(safe("RUNNING"), "good"),
        Span(safe(f"run {row.view.counts.active}/{row.places}")),
    ]
    if limits.rate.now is not None:
        parts.append(Span(safe(f"rate {limits.rate.now:g}/s")))
    if limits.max_active.now is not None:
        parts.append(Span(safe(f"at most {limits.max_active.now:g}")))
    if row.reason and not limits.paused:
        parts.append(Span(safe(row.reason), "bad" if row.mark == "x" else "warn"))
    return spread(parts, cells)


def state_line(view: QueueView, listed: Listed, cells: int) -> Line:
    """A tab for each list with its count, the one shown in brackets; what is left of that gives way."""
    labels = [
        f"{_SHORT[name].upper() if name == listed else _SHORT[name]} {count(count_of(view, name))}" for name in LISTS
    ]
    here = LISTS.index(listed)
    first = 0
    while sum(len(label) + 3 for label in labels[first:]) > cells and first < here:
        first += 1
    spans = list[Span]()
    for name, label in list(zip(LISTS, labels, strict=True))[first:]:
        style: Style = "title" if name == listed else "dim"
        spans.append(Span(safe(f"[{label}] " if name == listed else f" {label} "), style))
    return cut(spans, cells)


def job_columns(listed: Listed, now_ms: int, times: Times) -> Sequence[Column[JobLine]]:
    """What a list shows of a job: when it is due, who runs it or why it failed, by what the list is."""
    when = "AGE" if times == "relative" else "SINCE"
    columns: list[Column[JobLine]] = [
        Column("", _sign, 1),
        Column("ID", lambda job, cells: Span(shorten(job.id, cells)), 14, flex=2),
        Column("NAME", lambda job, cells: Span(shorten(job.name, cells)), 10, flex=1, since=90),
        Column("TENANT", lambda job, cells: Span(shorten(job.tenant or "-", cells)), 9, flex=1, since=70),
        Column("ATT", lambda job, _: Span(safe(str(job.attempts_made))), 3, align="right", since=56),
        Column(when, _since(now_ms, times), 6 if times == "relative" else 12, align="right"),
    ]
    if listed == "delayed":
        columns.append(Column("NEXT", lambda job, _: Span(_due(job, now_ms), "delayed"), 8, align="right"))
    if listed == "active":
        columns.append(Column("RAN", lambda job, _: Span(_ran(job, now_ms), "active"), 8, align="right"))
        columns.append(Column("WORKER", _worker, 10, flex=1, since=50))
    if listed == "completed":
        columns.append(Column("TOTAL", lambda job, _: Span(_total(job)), 8, align="right"))
    if listed in ("failed", "delayed", "cancelled", "trash"):
        columns.append(Column("ERROR", _error, 12, flex=4, since=50))
    return columns


def _sign(job: JobLine, cells: int) -> Span:
    letter, style = sign_of(job)
    return Span(safe(letter), style)


def _since(now_ms: int, times: Times) -> Callable[[JobLine, int], Span]:
    def shown(job: JobLine, cells: int) -> Span:
        at = job.finished_on if job.finished_on is not None else job.timestamp
        return Span(age(now_ms - at) if times == "relative" else moment(at, times, now_ms))

    return shown


def _due(job: JobLine, now_ms: int) -> Safe:
    return NOTHING if job.due is None else due(job.due - now_ms)


def _ran(job: JobLine, now_ms: int) -> Safe:
    return NOTHING if job.started_on is None else lasted(now_ms - job.started_on)


def _total(job: JobLine) -> Safe:
    return NOTHING if job.finished_on is None else lasted(job.finished_on - job.timestamp)


def _worker(job: JobLine, cells: int) -> Span:
    return Span(shorten(job.worker or "-", cells))


def _error(job: JobLine, cells: int) -> Span:
    return Span(safe(job.failed_reason or "", cells), "failed" if job.state == "failed" else "dim")


def preview(detail: JobDetail | None, job: JobLine, cells: int, height: int) -> list[Line]:
    """The chosen job in a few lines: who it is, its payload on one line, and its last error."""
    who = [Span(shorten(job.id, max(12, cells // 2)), "title"), Span(safe(job.name))]
    if job.worker:
        who.append(Span(safe(f"on {job.worker}"), "dim"))
    lines: list[Line] = [spread(who, cells)]
    if detail is not None and detail.status.id == job.id:
        lines.append([Span(safe(" ")), Span(safe(detail.payload, max(0, cells - 1)))])
        if detail.why:
            lines.append(cut([Span(safe(" why    "), "dim"), Span(safe(detail.why))], cells))
    if job.failed_reason:
        lines.insert(
            min(2, len(lines)), cut([Span(safe(" error  "), "dim"), Span(safe(job.failed_reason), "failed")], cells)
        )
    return lines[:height]


class Place(NamedTuple):
    """Where in a list the cursor is; not `exact`: about there."""

    number: int
    total: int
    exact: bool


def status_line(place: Place, marked: int, changed: int | None, cells: int) -> Line:
    """Which row this is of how many, how many are marked (-1: all), and what has changed since it was frozen."""
    parts = list[Span]()
    if marked:
        parts.append(Span(safe("all marked" if marked < 0 else f"{marked:,} marked"), "mark"))
    near = "" if place.exact else "~"
    parts.append(Span(safe(f"row {near}{place.number + 1:,} of {place.total:,}" if place.total else "no rows"), "dim"))
    if changed is not None:
        parts.append(Span(safe(f"{changed:,} changed since it was frozen (z shows them)"), "mark"))
    return spread(parts, cells)
