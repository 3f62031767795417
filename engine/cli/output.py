"""What the command line prints: JSON or text, with nothing of a job's that could drive a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, TextIO

import msgspec

from engine.codec import encode_json
from engine.escaping import escape, escape_lines
from engine.streams.reads import iso
from engine.types import JobLine, JobStatus, QueueCounts


def say(text: str, stream: TextIO | None = None) -> None:
    """The line is written, escaped, to standard error or the stream given."""
    print(escape(text), file=stream or sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """The value is printed as indented JSON; what could drive a terminal is escaped in JSON's own way."""
    text = msgspec.json.format(encode_json(value), indent=2).decode()
    print(text.translate(_JSON_ESCAPES), flush=True)


def print_counts(counts: Sequence[QueueCounts], *, as_json: bool) -> None:
    """One line for each queue."""
    if as_json:
        print_json(counts)
        return
    states = ("waiting", "delayed", "active", "completed", "failed", "cancelled")
    rows = [[c.queue, *(str(getattr(c, state)) for state in states), "paused" if c.paused else ""] for c in counts]
    _print_table(["queue", *states, ""], rows)


def print_jobs(lines: Sequence[JobLine], *, as_json: bool) -> None:
    """One line for each job."""
    if as_json:
        print_json(lines)
        return
    rows = [
        [j.state, j.id, iso(j.timestamp), str(j.attempts_made), j.tenant or "", j.failed_reason or ""] for j in lines
    ]
    _print_table(["state", "id", "enqueued", "attempts", "tenant", "reason"], rows)


def print_status(status: JobStatus, *, as_json: bool) -> None:
    """Everything known of one job."""
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
        "progress": _inline(status.progress),
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
        # Further lines are set off: a job's text must not pass for ours.
        print(escape_lines(line).replace("\n", "\n    "))


def _inline(value: Any) -> str | None:
    return None if value is None else encode_json(value).decode()


def _print_table(head: list[str], rows: list[list[str]]) -> None:
    table = [head, *([escape(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


# JSON leaves DEL, C1 and bidi controls as they are; as \u escapes they mean the same and do nothing to a terminal.
_UNSAFE = [
    *range(0x7F, 0xA0),
    0xAD,
    0x061C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
]
_JSON_ESCAPES = {code: f"\\u{code:04x}" for code in _UNSAFE}
