"""The read of one job with what a status leaves out, and of its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.streams.reads.jobs import decode_status, pairs
from engine.types import JobStatus
from engine.views import LogEntry


class Found(Struct, frozen=True):
    """A job as it is stored; `at` is the place of a waiting or active one."""

    status: JobStatus
    payload: bytes
    result: bytes | None
    group: str | None
    trashed_on: int | None
    at: str


def detail(k: Keys, job_id: str) -> Call[Found | None]:
    """The job with its payload and result as stored, None if there is no record of it."""

    def decode(reply: list[Any]) -> Found | None:
        status = decode_status(k.queue, job_id, reply)
        return None if status is None else _found(status, pairs(reply[0]))

    return build("show", k, [job_id, ""], decode)


def _found(status: JobStatus, record: dict[str, bytes]) -> Found:
    trashed = record.get("trashed", b"")
    return Found(
        status=status,
        payload=record["payload"],
        result=record.get("result"),
        group=record["group"].decode(errors="backslashreplace") if "group" in record else None,
        trashed_on=int(trashed) if _is_number(trashed) else None,
        at=record.get("at", b"").decode(errors="replace"),
    )


def log_behind(k: Keys, job_id: str, after: str, limit: int) -> tuple[Arg, ...]:
    """The command for the entries of a job's trail behind one of them, whose reply `decode_log` takes."""
    return ("XRANGE", k.trail + job_id, f"({after}", "+", "COUNT", limit)


def newest_log(k: Keys, job_id: str, limit: int) -> tuple[Arg, ...]:
    """The command for the newest entries, newest first."""
    return ("XREVRANGE", k.trail + job_id, "+", "-", "COUNT", limit)


def decode_log(entries: Sequence[tuple[bytes, list[bytes]]]) -> list[LogEntry]:
    """Those entries of a trail that are log lines, oldest first."""
    found = [
        _entry(name.decode(), pairs(flat))
        for name, flat in sorted(entries, key=lambda entry: entry_order(entry[0].decode()))
    ]
    return [entry for entry in found if entry is not None]


def entry_order(entry: str) -> tuple[int, ...]:
    """What the ids of entries are sorted by."""
    return tuple(int(part) for part in entry.split("-"))


def _entry(name: str, fields: dict[str, bytes]) -> LogEntry | None:
    run, at, text = (fields.get(field, b"") for field in ("run", "at", "text"))
    if fields.get("kind") != b"log" or not _is_number(run) or not _is_number(at):
        return None
    return LogEntry(id=name, at_ms=int(at), run=int(run), text=text.decode(errors="replace"))


def _is_number(text: bytes) -> bool:
    return text.isdigit() and len(text) <= 16
