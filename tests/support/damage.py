"""Ways in which a queue's keys can come to disagree, and what an auditor has to look at to find it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from engine.streams import GROUP
from engine.streams.commands import Mark
from tests.support.queue import STREAMS, Rig

ENDS = ("completed", "failed", "cancelled")
Damage = Callable[[Rig, str], None]


def marks(rig: Rig) -> list[Mark]:
    """Every record, trail, member of an index and entry of a stream, by id."""
    found: dict[Mark, None] = {}
    for base in (rig.keys.job, rig.keys.trail):
        for key in keys_of(rig, base):
            found[Mark(key[len(base) :])] = None
    for name in ("delayed", *ENDS, "trash"):
        found |= {Mark(member): None for member in rig.command("ZRANGE", getattr(rig.keys, name), 0, -1)}
    found |= {Mark(member): None for member in rig.command("HKEYS", rig.keys.active)}
    for stream in STREAMS:
        for entry, fields in rig.command("XRANGE", getattr(rig.keys, stream), "-", "+"):
            found[Mark(fields[1], f"{stream} ".encode() + entry)] = None
    return list(found)


def keys_of(rig: Rig, base: str) -> list[bytes]:
    """The keys that begin so."""
    found: list[bytes] = []
    cursor = b"0"
    while True:
        cursor, page = cast(
            "tuple[bytes, list[bytes]]", rig.command("SCAN", cursor, "MATCH", f"{base}*", "COUNT", 1000)
        )
        found += page
        if cursor == b"0":
            return found


def lose_entry(rig: Rig, job_id: str) -> None:
    """The job's entry is gone from its stream."""
    stream, _, entry = rig.record(job_id).get("at", "ready 0-1").partition(" ")
    rig.command("XDEL", getattr(rig.keys, stream), entry)


def skip_entry(rig: Rig, job_id: str) -> None:
    """The job's entry is delivered to somebody who is then deleted with what was pending."""
    rig.configure()
    for stream in STREAMS:
        rig.command("XREADGROUP", "GROUP", GROUP, "gone", "COUNT", 2, "STREAMS", getattr(rig.keys, stream), ">")
        rig.command("XGROUP", "DELCONSUMER", getattr(rig.keys, stream), GROUP, "gone")


def lose_pending(rig: Rig, job_id: str) -> None:
    """The consumers of every stream are deleted with what was pending."""
    rig.configure()
    for stream in STREAMS:
        for consumer in set(rig.pending(stream).values()):
            rig.command("XGROUP", "DELCONSUMER", getattr(rig.keys, stream), GROUP, consumer)


def lose_holding(rig: Rig, job_id: str) -> None:
    """`active` does not name the job."""
    rig.command("HDEL", rig.keys.active, job_id)


def lose_record(rig: Rig, job_id: str) -> None:
    """The job's record is gone."""
    rig.command("DEL", rig.keys.job + job_id)


def lose_index(rig: Rig, job_id: str) -> None:
    """No index names the job."""
    for name in ("delayed", *ENDS, "trash"):
        rig.command("ZREM", getattr(rig.keys, name), job_id)


def move_index(rig: Rig, job_id: str) -> None:
    """The job is in `delayed` and in `failed`, whatever its state."""
    rig.command("ZADD", rig.keys.delayed, 5, job_id)
    rig.command("ZADD", rig.keys.failed, 7, job_id)


def throw_away(rig: Rig, job_id: str) -> None:
    """The trash names the job, and its record does not say so."""
    rig.command("ZADD", rig.keys.trash, 9, job_id)


def copy_entry(rig: Rig, job_id: str) -> None:
    """Two more entries name the job."""
    rig.command("XADD", rig.keys.again, "*", "id", job_id)
    rig.command("XADD", rig.keys.ready, "*", "id", job_id)


def hold_twice(rig: Rig, job_id: str) -> None:
    """`active` names a delivery of the job that never was."""
    rig.command("HSET", rig.keys.active, job_id, "1 ready 1-1 - w9")


def leave_trail(rig: Rig, job_id: str) -> None:
    """There is a trail of a job that has no record."""
    rig.command("XADD", rig.keys.trail + job_id + "-gone", "*", "kind", "log")


def lose_group(rig: Rig, job_id: str) -> None:
    """A stream has no group."""
    rig.configure()
    rig.command("XGROUP", "DESTROY", rig.keys.ready, GROUP)


def lose_stream(rig: Rig, job_id: str) -> None:
    """A stream is gone with its group."""
    rig.command("DEL", rig.keys.ready)


DAMAGES: tuple[Damage, ...] = (
    lose_entry,
    skip_entry,
    lose_pending,
    lose_holding,
    lose_record,
    lose_index,
    move_index,
    throw_away,
    copy_entry,
    hold_twice,
    leave_trail,
    lose_group,
    lose_stream,
)
