"""A job as a reader is shown it: with its secrets, or with a mark in the place of each; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from engine.codec import encode_json
from engine.redaction import Redacted, redact_json, redact_text
from engine.registry import Job
from engine.streams.reads import Found, json_value
from engine.types import Attempt, JobStatus, Json
from engine.views import JobDetail, LogEntry


class Shown(Struct, frozen=True):
    """A status with the texts of payload and result, and how many secrets were taken out of all of them."""

    status: JobStatus
    payload: str
    result: str | None
    redacted: int = 0


def with_secrets(found: Found) -> Shown:
    """The job as it is stored."""
    result = None if found.result is None else _text(found.result)
    return Shown(found.status, _text(found.payload), result)


def clear_status(status: JobStatus) -> JobStatus:
    """The status without secrets."""
    result = None if status.returnvalue is None else encode_json(status.returnvalue)
    return without_secrets(Found(status, encode_json(status.data), result, None, None, "")).status


def without_secrets(found: Found) -> Shown:
    """The job with a mark in the place of each secret, in whichever of its texts it stood."""
    status = found.status
    payload = redact_json(_text(found.payload))
    result = None if found.result is None else redact_json(_text(found.result))
    reason = None if status.failed_reason is None else redact_text(status.failed_reason)
    logs = [redact_text(line) for line in status.logs]
    taken = [one.count for one in (payload, result, reason, *logs) if one is not None]
    clear = msgspec.structs.replace(
        status,
        data=json_value(payload.text.encode()),
        progress=_without(status.progress),
        failed_reason=_or_none(reason),
        returnvalue=None if result is None else json_value(result.text.encode()),
        logs=[line.text for line in logs],
        attempts=[_attempt(attempt) for attempt in status.attempts],
    )
    return Shown(clear, payload.text, _or_none(result), sum(taken))


def clear_log(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """The same lines without secrets."""
    return [msgspec.structs.replace(entry, text=redact_text(entry.text).text) for entry in entries]


def detail_of(shown: Shown, found: Found, job: Job[Any, Any] | None, why: str) -> JobDetail:
    """The job with what its declaration and its record say beside the status."""
    return JobDetail(
        status=shown.status,
        payload=shown.payload,
        result=shown.result,
        bytes=len(found.payload),
        redacted=shown.redacted,
        max_attempts=None if job is None else job.policy.attempts,
        timeout_s=None if job is None else job.policy.timeout_s,
        group=found.group,
        trashed_on=found.trashed_on,
        why=why,
    )


def _text(data: bytes) -> str:
    return data.decode(errors="backslashreplace")


def _or_none(redacted: Redacted | None) -> str | None:
    return None if redacted is None else redacted.text


def _without(value: Json) -> Json:
    found = redact_json(encode_json(value).decode())
    return json_value(found.text.encode()) if found.count else value


def _attempt(attempt: Attempt) -> Attempt:
    error, stack = redact_text(attempt.error), redact_text(attempt.stack)
    return msgspec.structs.replace(attempt, error=error.text, stack=stack.text)
