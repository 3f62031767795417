"""What the command line prints: JSON or text, with nothing of a job's that could drive a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, TextIO

import msgspec

from engine.codec import encode_json
from engine.details import clear_status
from engine.errors import EngineError
from engine.escaping import escape, escape_json, escape_lines
from engine.streams.reads import iso
from engine.types import Event, JobLine, JobStatus, Json, Progress, QueueCounts, State, WorkerInfo
from engine.viewer import Viewer
from engine.views import Histogram, MinuteStats
from engine.why import no_job

_VERBS = (
    "enqueue",
    "promote",
    "acquire",
    "complete",
    "retry",
    "snooze",
    "fail",
    "release",
    "reclaim",
    "cancel",
    "requeue",
)
_SHARES = [f"{what} {share}" for what in ("wait", "run") for share in ("p50", "p95", "p99")]


def say(text: str, stream: TextIO | None = None) -> None:
    """The line is written, escaped, to standard error or the stream given."""
    print(escape(text), file=stream or sys.stderr, flush=True)


def print_line(text: str) -> None:
    """The line is written, escaped, to standard output."""
    say(text, sys.stdout)


def print_json(value: Any) -> None:
    """The value is printed as indented JSON; what could drive a terminal is escaped in JSON's own way."""
    text = msgspec.json.format(encode_json(value), indent=2).decode()
    print(escape_json(text), flush=True)


def print_counts(counts: Sequence[QueueCounts], *, as_json: bool) -> None:
    """One line for each queue."""
    if as_json:
        print_json(counts)
        return
    states = ("waiting", "delayed", "active", "completed", "failed", "cancelled")
    rows = [[c.queue, *(str(getattr(c, state)) for state in states), _remark(c)] for c in counts]
    print_table(["queue", *states, ""], rows)


def _remark(counts: QueueCounts) -> str:
    waits = "" if counts.oldest_waiting_ms is None else f"oldest waits {counts.oldest_waiting_ms / 1000:.0f} s"
    return "paused" + (f", {waits}" if waits else "") if counts.paused else waits


def print_events(events: Sequence[Event], *, as_json: bool) -> None:
    """One line for each event, as JSON or text: a reader can take them as they come."""
    for event in events:
        if as_json:
            print(escape_json(encode_json(event).decode()), flush=True)
        else:
            print_line(f"{event.id:>17}  {iso(event.at_ms)}  {event.verb:9} {event.job_id}")


def print_workers(workers: Sequence[WorkerInfo], now_ms: int, *, as_json: bool) -> None:
    """One line for each worker."""
    if as_json:
        print_json(workers)
        return
    rows = [
        [
            w.label,
            w.host,
            str(w.pid),
            ", ".join(f"{queue} {places}" for queue, places in sorted(w.concurrency.items())),
            str(w.active),
            f"{max(0, now_ms - w.acquired) / 1000:.0f} s ago",
            iso(w.started),
            w.version,
        ]
        for w in workers
    ]
    print_table(["worker", "host", "pid", "places", "active", "asked", "started", "version"], rows)


def print_stats(minutes: Sequence[MinuteStats], counts: QueueCounts, *, as_json: bool) -> None:
    """One line for each minute in which something happened, and one for all of them."""
    if as_json:
        print_json({"queue": counts, "minutes": minutes})
        return
    seen = {verb for minute in minutes for verb in minute.counts}
    verbs = [verb for verb in _VERBS if verb in seen] + sorted(seen.difference(_VERBS))
    total = MinuteStats(0, {}, Histogram(), Histogram())
    rows: list[list[str]] = []
    for minute in minutes:
        tally = {verb: total.counts.get(verb, 0) + minute.counts.get(verb, 0) for verb in verbs}
        total = MinuteStats(0, tally, total.wait.merged(minute.wait), total.run.merged(minute.run))
        if minute.counts:
            rows.append([iso(minute.minute_ms)[11:16], *_figures(minute, verbs)])
    print_table(["minute", *verbs, *_SHARES], [*rows, [f"{len(minutes)} min", *_figures(total, verbs)]])
    if counts.oldest_waiting_ms is not None:
        print(f"the oldest of {counts.waiting} waiting jobs has been waiting {counts.oldest_waiting_ms / 1000:.0f} s")


def _figures(minute: MinuteStats, verbs: Sequence[str]) -> list[str]:
    shares = [histogram.percentile_ms(share) for histogram in (minute.wait, minute.run) for share in (0.5, 0.95, 0.99)]
    bounds = ["-" if ms is None else f"<{_span(ms)}" for ms in shares]
    return [*(str(minute.counts.get(verb, 0)) for verb in verbs), *bounds]


def _span(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 10_000 else f"{ms / 1000:.0f} s"


def print_jobs(lines: Sequence[JobLine], *, as_json: bool) -> None:
    """One line for each job."""
    if as_json:
        print_json(lines)
        return
    rows = [
        [j.state, j.id, iso(j.timestamp), str(j.attempts_made), j.tenant or "", j.failed_reason or ""] for j in lines
    ]
    print_table(["state", "id", "enqueued", "attempts", "tenant", "reason"], rows)


def print_status(status: JobStatus, why: str, *, as_json: bool) -> None:
    """Everything known of one job, and why it does not run."""
    if as_json:
        print_json(status)
        return
    times = {
        "enqueued": status.timestamp,
        "started": status.processed_on,
        "ended": status.finished_on,
        "due": status.due,
    }
    fields: dict[str, str | None] = {
        "job": f"{status.queue} {status.id}",
        "state": str(status.state),
        **{name: iso(at) if at is not None else None for name, at in times.items()},
        "attempts": str(status.attempts_made),
        "crashes": str(status.crashes) if status.crashes else None,
        "worker": status.worker_id,
        "reason": status.failed_reason,
        "progress": None if status.progress is None else _progress(status.progress),
        "result": _inline(status.returnvalue),
        "payload": _inline(status.data),
    }
    for name, value in fields.items():
        if value is not None:
            print(f"{name + ':':10} {escape(value)}")
    for attempt in status.attempts:
        print(
            f"attempt:   {iso(attempt.start)} to {iso(attempt.end)}",
            f"on {escape(attempt.worker)}: {escape(attempt.error)}",
        )
    for line in status.logs:
        _print_log(line)
    print(f"why:       {escape(why)}")


def _print_log(line: str) -> None:
    # Further lines are set off: a job's text must not pass for ours.
    print(escape_lines(line).replace("\n", "\n    "), flush=True)


async def follow_job(viewer: Viewer, queue: str, job_id: str, *, reveal: bool = False, as_json: bool) -> int:
    """The job's log and progress are shown as they come, until it ends: 0 if it completed, else 1.

    Secrets are taken out unless they are to be revealed.
    """
    last: JobStatus | None = None
    async for told in viewer.follow(queue, job_id):
        status = told if reveal else clear_status(told)
        for line in status.logs:
            if not as_json:
                _print_log(line)
        if not as_json and status.progress is not None and (last is None or status.progress != last.progress):
            print(f"progress:  {escape(_progress(status.progress))}", flush=True)
        if not as_json and (last is None or status.state != last.state):
            print(f"state:     {status.state}", flush=True)
        last = status
    if last is None:
        raise EngineError(no_job(queue, job_id))
    if not last.state.ended:
        raise EngineError(f"job {job_id!r} was last seen {last.state}: it is pruned, or a new run has taken its place")
    if as_json:
        whole = await viewer.show(queue, job_id)  # what was followed tells each log line and attempt once
        if whole is not None and whole.run == last.run:
            last = whole if reveal else clear_status(whole)
        print_json(last)
    elif last.failed_reason is not None:
        print(f"reason:    {escape(last.failed_reason)}")
    elif last.returnvalue is not None:
        print(f"result:    {escape(_inline(last.returnvalue) or '')}")
    return 0 if last.state is State.COMPLETED else 1


def _progress(progress: Json) -> str:
    """A step and how far it is, if that is what the job told."""
    try:
        told = msgspec.convert(progress, Progress)
    except msgspec.ValidationError:
        return _inline(progress) or ""
    of = f" ({told.processed} of {told.total})" if told.processed is not None and told.total is not None else ""
    return f"{told.step} {told.percent:g} %{of}"


def _inline(value: Any) -> str | None:
    return None if value is None else encode_json(value).decode()


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """The rows under their head, each column as wide as its widest cell."""
    table = [head, *([escape(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
