"""One job: who it is, its attempts on an axis of time, and what each of its tabs shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, cast

from admin_tui.draw.bar import bar
from admin_tui.draw.fold import DEEP, json_lines
from admin_tui.draw.line import Line, Span, Style
from admin_tui.draw.waterfall import waterfall
from admin_tui.text import Times, age, due, exact, lasted, moment, safe, safe_lines, shorten, size, stamp
from admin_tui.views.jobs import sign_of
from admin_tui.views.lines import cut, fact, note, spread
from engine import JobDetail, JobLine, JobStatus, Listed

Tab = Literal["data", "attempts", "options", "history"]
TABS: Sequence[tuple[str, Tab]] = (("d", "data"), ("a", "attempts"), ("o", "options"), ("h", "history"))
LEGEND = "h held  # ran  x failed  - backoff  > next"


def line_of(status: JobStatus) -> JobLine:
    """The job as a list would show it: what an action is done to."""
    return JobLine(
        id=status.id,
        name=status.name,
        state=status.state,
        run=status.run,
        attempts_made=status.attempts_made,
        timestamp=status.timestamp,
        finished_on=status.finished_on,
        tenant=status.tenant,
        failed_reason=status.failed_reason,
        due=status.due,
        worker=status.worker_id if status.state == "active" else None,
        started_on=status.processed_on if status.state == "active" else None,
    )


def listed_of(detail: JobDetail) -> Listed:
    """The list that the job is in."""
    return "trash" if detail.trashed_on is not None else detail.status.state.value


def job_heading(queue: str, job_id: str, detail: JobDetail | None, now_ms: int, cells: int) -> Line:
    """The line under the header: the job, its queue, its state and its attempts."""
    parts = [Span(safe("JOB"), "dim"), Span(shorten(job_id, max(10, cells // 3)), "title")]
    if detail is None:
        return spread([*parts, Span(safe(queue))], cells)
    status = detail.status
    sign, style = sign_of(line_of(status))
    word = "RETRYING" if sign == "r" else status.state.value.upper()
    parts.append(Span(safe(f"{sign} {word}"), style))
    if detail.trashed_on is not None:
        parts.append(Span(safe("IN THE TRASH"), "warn"))
    most = f"/{detail.max_attempts}" if detail.max_attempts is not None else ""
    made = status.attempts_made + (1 if status.state == "active" else 0)
    parts.append(Span(safe(f"attempt {made}{most}")))
    if status.state == "delayed" and status.due is not None:
        parts.append(Span(safe(f"next {due(status.due - now_ms)}"), "delayed"))
    return spread([*parts, Span(safe(queue), "dim")], cells)


def job_facts(detail: JobDetail, now_ms: int, times: Times, cells: int) -> Line:
    """When it came and ended, whose it is, who has it, and how far it says to be."""
    status = detail.status
    parts = [Span(safe(f"enqueued {moment(status.timestamp, times, now_ms)}"))]
    if status.finished_on is not None:
        parts.append(Span(safe(f"ended {moment(status.finished_on, times, now_ms)}")))
    if status.state == "active" and status.processed_on is not None:
        of = f" of {lasted(round(detail.timeout_s * 1000))}" if detail.timeout_s is not None else ""
        parts.append(Span(safe(f"runs for {lasted(now_ms - status.processed_on)}{of}"), "active"))
    if status.cancel_requested:
        parts.append(Span(safe("told to stop"), "warn"))
    if status.worker_id and status.state == "active":
        parts.append(Span(safe(f"on {status.worker_id}", 30)))
    if status.tenant:
        parts.append(Span(safe(f"tenant {status.tenant}", 30)))
    progress = _progress(status)
    if progress is not None:
        parts.append(progress)
    if status.crashes:
        parts.append(Span(safe(f"{status.crashes} crashes"), "bad"))
    return spread(parts, cells)


def _progress(status: JobStatus) -> Span | None:
    told = status.progress
    fields = cast("dict[str, object]", told) if isinstance(told, dict) else {"percent": told}
    step, percent = fields.get("step", ""), fields.get("percent")
    if not isinstance(percent, int | float):
        return None
    return Span(safe(f"{step} {bar(percent / 100, 8)} {percent:.0f}%".strip(), 40), "active")


class JobParts(NamedTuple):
    """The lines of each part of the screen; what is left is the tab's."""

    facts: int
    timeline: int
    why: int


def job_parts(height: int, attempts: int) -> JobParts:
    """The timeline goes first where there is little room; the tab has at least four lines beside its title."""
    if height < 12:
        return JobParts(1 if height >= 6 else 0, 0, 1 if height >= 7 else 0)
    room = height - 9
    return JobParts(1, min(attempts + 2, room) if room >= 3 else 0, 1)


def timeline(detail: JobDetail, now_ms: int, cells: int, height: int) -> list[Line]:
    """How long it has taken, and what went on when; of many attempts the newest ones."""
    if height <= 0:
        return []
    status = detail.status
    end = status.finished_on if status.finished_on is not None else now_ms
    title = [Span(safe(f"TIMELINE {lasted(end - status.timestamp)}"), "title"), Span(safe(LEGEND), "dim")]
    drawn = list(waterfall(status, now_ms, cells))
    axis, rows = drawn[:1], drawn[1:]
    room = height - 1 - len(axis)
    return [spread(title, cells), *axis, *rows[max(0, len(rows) - room) :]]


def tab_line(detail: JobDetail | None, tab: Tab, cells: int) -> Line:
    """The tabs with their keys, the one that is shown in brackets; on the right what was taken out."""
    attempts = len(detail.status.attempts) if detail is not None else 0
    spans = list[Span]()
    for key, name in TABS:
        label = f"{name} {attempts}" if name == "attempts" and attempts else name
        here = name == tab
        spans.append(Span(safe(f"[{key} {label.upper()}]" if here else f" {key} {label} "), "title" if here else "dim"))
        if name == "attempts":
            spans.append(Span(safe(" l log "), "dim"))
    if detail is not None and detail.redacted:
        spans.append(Span(safe(f"   {detail.redacted} redacted"), "warn"))
    return cut(spans, cells)


def tab_lines(detail: JobDetail, tab: Tab, now_ms: int, times: Times, cells: int, deep: int = DEEP) -> Sequence[Line]:
    """What the tab shows."""
    if tab == "data":
        return _data(detail, cells, deep)
    if tab == "attempts":
        return _attempts(detail, now_ms, times, cells)
    if tab == "options":
        return _options(detail, cells)
    return _history(detail, now_ms, times, cells)


def _data(detail: JobDetail, cells: int, deep: int) -> list[Line]:
    status = detail.status
    lines: list[Line] = list(json_lines(detail.payload, cells, deep=deep))
    if detail.result is not None:
        lines += [_title("RESULT", cells), *json_lines(detail.result, cells, deep=deep)]
    if status.failed_reason:
        lines += [_title("ERROR", cells), *_words(status.failed_reason, cells, "failed")]
    return lines


def _attempts(detail: JobDetail, now_ms: int, times: Times, cells: int) -> list[Line]:
    status, lines = detail.status, list[Line]()
    first = status.attempts_made - len(status.attempts) + 1
    for number, attempt in enumerate(status.attempts, max(1, first)):
        head = [
            Span(safe(f"#{number} {attempt.worker}", 40), "title"),
            Span(safe(f"started {moment(attempt.start, times, now_ms)}")),
            Span(safe(f"took {lasted(attempt.end - attempt.start)}")),
        ]
        lines.append(spread(head, cells))
        lines += _words(attempt.error, cells, "failed", "  ")
        lines += _words(attempt.stack, cells, "dim", "    ") if attempt.stack else []
    return lines or [note("no attempt has ended yet", cells)]


def _options(detail: JobDetail, cells: int) -> list[Line]:
    status = detail.status
    facts = [
        ("id", status.id),
        ("name", status.name),
        ("queue", status.queue),
        ("tenant", status.tenant or "-"),
        ("run", str(status.run)),
        ("attempts", f"at most {detail.max_attempts}" if detail.max_attempts is not None else "unknown to this app"),
        ("timeout", lasted(round(detail.timeout_s * 1000)) if detail.timeout_s is not None else "-"),
        ("payload", f"{size(detail.bytes)} ({exact(detail.bytes)} bytes)"),
        ("group", detail.group or "-"),
    ]
    return [fact(label, text, cells) for label, text in facts]


def _history(detail: JobDetail, now_ms: int, times: Times, cells: int) -> list[Line]:
    status = detail.status
    events: list[tuple[int, str, Style]] = [(status.timestamp, "enqueued", "plain")]
    for attempt in status.attempts:
        events.append((attempt.start, f"started on {attempt.worker}", "active"))
        events.append((attempt.end, f"failed: {attempt.error}", "failed"))
    if status.processed_on is not None and all(attempt.start != status.processed_on for attempt in status.attempts):
        events.append((status.processed_on, f"started on {status.worker_id or '?'}", "active"))
    if status.finished_on is not None:
        events.append((status.finished_on, status.state.value, status.state.value))
    if detail.trashed_on is not None:
        events.append((detail.trashed_on, "put in the trash", "warn"))
    if status.due is not None and status.state == "delayed":
        events.append((status.due, "due", "delayed"))
    shown: Times = "utc" if times == "relative" else times
    lines = list[Line]()
    for at, text, style in sorted(events, key=lambda event: event[0]):
        ago = f"{age(now_ms - at)} ago" if at <= now_ms else due(at - now_ms)
        lines.append(cut([Span(safe(f"{stamp(at, shown)}  {ago:>9}  "), "dim"), Span(safe(text), style)], cells))
    return lines


def why_line(detail: JobDetail, cells: int) -> Line:
    """In one sentence what it does or waits for."""
    return cut([Span(safe("why "), "dim"), Span(safe(detail.why or "nothing to say"))], cells)


def _title(text: str, cells: int) -> Line:
    return [Span(safe(text, cells), "title")]


def _words(text: str, cells: int, style: Style, indent: str = "") -> list[Line]:
    room = max(1, cells - len(indent))
    return [[Span(safe(indent)), Span(line, style)] for line in safe_lines(text, room, wrap=True)]
