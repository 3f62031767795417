"""Secrets taken out of what the fake shows: the engine's marks, for the simple shapes that invented jobs write."""

from __future__ import annotations

import re

import msgspec

from engine import JobDetail, LogPage

_NAMES = r"(?:password|passwd|passphrase|secret|token|api_?key|credential|authorization|cookie|pwd)"
_IN_JSON = re.compile(rf'("[^"]*{_NAMES}[^"]*"\s*:\s*)"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_IN_TEXT = re.compile(rf"(\b[\w.-]*{_NAMES}[\w.-]*\s*[=:]\s*)([^\s\"'&,;]+)", re.IGNORECASE)


def hide_in_json(text: str) -> tuple[str, int]:
    """JSON text without the values of fields whose names promise a secret, and how many there were."""
    return _IN_JSON.subn(lambda found: f'{found[1]}"{_mark(found[2])}"', text)


def hide_in_text(text: str) -> tuple[str, int]:
    """A text without the values that are named as secrets in it, and how many there were."""
    return _IN_TEXT.subn(lambda found: found[1] + _mark(found[2]), text)


def hidden(detail: JobDetail) -> JobDetail:
    """The job without secrets in its payload, result, errors and log."""
    status = detail.status
    payload, count = hide_in_json(detail.payload)
    result, more = (None, 0) if detail.result is None else hide_in_json(detail.result)
    why, _ = hide_in_text(detail.why)
    reason, of_reason = hide_in_text(status.failed_reason or "")
    logs = [hide_in_text(text) for text in status.logs]
    errors = [(hide_in_text(attempt.error), hide_in_text(attempt.stack)) for attempt in status.attempts]
    clear = msgspec.structs.replace(
        status,
        data=decoded(payload),
        returnvalue=None if result is None else decoded(result),
        failed_reason=None if status.failed_reason is None else reason,
        logs=[text for text, _ in logs],
        attempts=[
            msgspec.structs.replace(attempt, error=error, stack=stack)
            for attempt, ((error, _), (stack, _)) in zip(status.attempts, errors, strict=True)
        ],
    )
    told = [number for _, number in logs] + [number for pair in errors for _, number in pair]
    redacted = count + more + of_reason + sum(told)
    return msgspec.structs.replace(detail, status=clear, payload=payload, result=result, redacted=redacted, why=why)


def hidden_log(page: LogPage) -> LogPage:
    """The lines without secrets."""
    entries = [msgspec.structs.replace(entry, text=hide_in_text(entry.text)[0]) for entry in page.entries]
    return LogPage(entries, page.after)


def decoded(text: str) -> object:
    """The JSON's value; what is none is its text."""
    try:
        found: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return found


def _mark(secret: str) -> str:
    return f"[redacted: text, {len(secret)} chars]"
