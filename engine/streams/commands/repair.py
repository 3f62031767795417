"""What `doctor --repair` calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys

Fault = Literal[
    "unreadable", "unrecorded", "unlisted", "undelivered", "unheld", "unpending", "doubled", "stale", "idle"
]
"""How a job's record and the places that name it disagree (include/diagnose); `idle`: a dead consumer."""


class Mark(Struct, frozen=True):
    """A job to look at, and the `stream entry` at which it was found, if it was in a stream."""

    id: bytes
    place: bytes = b""


class Mended(Struct, frozen=True):
    """One repair: of which job or consumer, and of which fault."""

    id: bytes
    fault: Fault


def repair(k: Keys, clock_us: int, marks: Sequence[Mark]) -> Call[list[Mended]]:
    """Records and places of these jobs agree, but for records that no worker can read; what was mended."""
    args: list[Arg] = [clock_us, "jobs"]
    for mark in marks:
        args += (mark.id, mark.place)
    return build("repair", k, args, lambda reply: _mended(reply, [mark.id for mark in marks]), len(marks))


def drop_consumers(k: Keys, names: Sequence[bytes]) -> Call[list[Mended]]:
    """Those of these consumers that hold nothing are gone; which they were."""
    return build("repair", k, [0, "consumers", *names], lambda reply: _mended(reply, names), len(names))


def _mended(reply: list[bytes], named: Sequence[bytes]) -> list[Mended]:
    return [Mended(named[int(reply[i]) - 1], fault_of(reply[i + 1])) for i in range(0, len(reply), 2)]


def fault_of(word: bytes) -> Fault:
    """The fault as a script names it."""
    fault: Fault = word.decode()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    return fault
