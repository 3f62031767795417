"""The book of changes and the operations, as they are stored: hashes and entries of a stream as values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from engine.views import Actor, AuditEntry, Operation

_COUNT = re.compile(rb"\d{1,16}")
_PROGRESS = ("running", "done", "stopped", "undone")


def decode_operation(queue: str, operation_id: str, flat: Sequence[bytes]) -> Operation | None:
    """The operation as its hash holds it; None for a plan that was not applied, or for another producer's hash."""
    fields = dict(zip(flat[::2], flat[1::2], strict=True))

    def text(name: bytes) -> str:
        return fields.get(name, b"").decode(errors="backslashreplace")

    def number(name: bytes) -> int:
        value = fields.get(name, b"")
        return int(value) if _COUNT.fullmatch(value) else 0

    state: Any = text(b"state")
    if state not in _PROGRESS:
        return None
    return Operation(
        id=operation_id,
        queue=queue,
        action=text(b"action"),
        state=state,
        total=number(b"total"),
        done=number(b"done"),
        skipped=number(b"skipped"),
        actor=decode_actor(fields.get(b"actor", b"")),
        reason=text(b"reason"),
        started_ms=number(b"started"),
        ended_ms=number(b"ended") or None,
        undo_until_ms=number(b"undo_until"),
        selection=text(b"selection"),
    )


def decode_entry(queue: str, entry: Sequence[Any]) -> tuple[AuditEntry, str]:
    """One change, without its operation, and that operation's id (empty: it was applied by no plan)."""
    entry_id: str = entry[0].decode()
    words: list[str] = [word.decode(errors="backslashreplace") for word in entry[1]]
    fields = dict(zip(words[::2], words[1::2], strict=True))
    found = AuditEntry(
        id=entry_id,
        at_ms=int(entry_id.partition("-")[0]),
        queue=queue,
        verb=fields.get("verb", ""),
        actor=decode_actor(fields.get("actor", "").encode()),
        target=fields.get("target", ""),
        reason=fields.get("reason", ""),
        detail=fields.get("detail", ""),
    )
    return found, fields.get("operation", "")


def encode_actor(actor: Actor) -> bytes:
    """The actor as it is stored."""
    return msgspec.json.encode(actor)


def decode_actor(stored: bytes) -> Actor:
    """Who that was; another producer's bytes are a name."""
    try:
        return msgspec.json.decode(stored, type=Actor)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Actor(stored.decode(errors="backslashreplace"))
