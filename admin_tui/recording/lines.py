"""The lines of a recording: JSON, one for each answer, so that a file that was cut off is good up to there."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine import (
    AuditPage,
    ErrorGroup,
    Explanation,
    Hits,
    JobDetail,
    LogPage,
    Operation,
    Snapshot,
    Waiters,
    Window,
)

FORMAT = 1
ANSWERS: dict[str, Any] = {
    "snapshot": Snapshot,
    "window": Window,
    "search": Hits,
    "job": JobDetail | None,
    "log": LogPage,
    "groups": list[ErrorGroup],
    "waiters": Waiters,
    "explain": Explanation,
    "audit": AuditPage,
    "operation": Operation | None,
}
"""What each call answers."""


class Head(Struct, frozen=True):
    """The first line: the format, the engine's version, and when it began, epoch milliseconds."""

    recording: int
    engine: str
    began_ms: int


class Said(Struct, frozen=True, omit_defaults=True):
    """One answer: how long after the beginning it came, to which question, and what it was, or which error."""

    at_ms: int
    call: str
    asked: dict[str, Any]
    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""
