"""What must hold of a queue's keys at any moment, whatever happened before, and what of them changed."""

from __future__ import annotations

from typing import Any

from tests.support.queue import STREAMS, Rig

LIVE = ("waiting", "delayed", "active")
ENDS = ("completed", "failed", "cancelled")


def check_whole(rig: Rig) -> None:
    """Every record is in exactly the one place that its state names, and no place names anything else."""
    records = {key[len(rig.keys.job) :]: rig.record(key[len(rig.keys.job) :]) for key in _keys(rig, rig.keys.job)}
    by_state = {
        state: {job_id for job_id, record in records.items() if record["state"] == state} for state in LIVE + ENDS
    }
    assert sum(map(len, by_state.values())) == len(records), "a record is in no known state"
    _check_streams(rig, records, by_state["waiting"], by_state["active"])
    scores = {"delayed": "due", **dict.fromkeys(ENDS, "ended")}
    for state, field in scores.items():
        flat = [word.decode() for word in rig.command("ZRANGE", getattr(rig.keys, state), 0, -1, "WITHSCORES")]
        found = dict(zip(flat[::2], map(int, flat[1::2]), strict=True))
        assert found == {job_id: int(records[job_id][field]) for job_id in by_state[state]}, state
    for key in _keys(rig, rig.keys.job):
        assert rig.command("PTTL", key) == -1, f"{key} expires"


def _check_streams(rig: Rig, records: dict[str, dict[str, str]], waiting: set[str], active: set[str]) -> None:
    entries: dict[str, str] = {}
    owners: dict[str, str] = {}
    for stream in STREAMS:
        for entry, fields in rig.command("XRANGE", getattr(rig.keys, stream), "-", "+"):
            entries[f"{stream} {entry.decode()}"] = fields[1].decode()
        owners |= {f"{stream} {entry}": consumer for entry, consumer in rig.pending(stream).items()}
    assert entries == {records[job_id]["at"]: job_id for job_id in waiting | active}
    held: dict[str, tuple[str, str]] = {}
    flat = [word.decode() for word in rig.command("HGETALL", rig.keys.active)]
    for job_id, holding in zip(flat[::2], flat[1::2], strict=True):
        fence, stream, entry, _, consumer = holding.split(" ", 4)
        assert int(fence) > int(records[job_id]["run"]), f"{job_id}: its fence is not above its run"
        held[job_id] = (f"{stream} {entry}", consumer)
    assert set(held) == active
    assert dict(held.values()) == owners
    assert all(records[job_id]["at"] == place for job_id, (place, _) in held.items())


def everything(rig: Rig) -> dict[str, Any]:
    """All keys of the queue with their contents and who holds which entry: equal if nothing changed."""
    return {key: _content(rig, key) for key in _keys(rig, rig.keys.base)}


def _content(rig: Rig, key: str) -> Any:
    match rig.command("TYPE", key).decode():
        case "hash":
            flat = rig.command("HGETALL", key)
            return dict(zip(flat[::2], flat[1::2], strict=True))
        case "zset":
            return rig.command("ZRANGE", key, 0, -1, "WITHSCORES")
        case "list":
            return rig.command("LRANGE", key, 0, -1)
        case "stream":
            owners = rig.pending(key.rsplit(":", 1)[1]) if key.rsplit(":", 1)[1] in STREAMS else {}
            return rig.command("XRANGE", key, "-", "+"), owners
        case _:
            return rig.command("GET", key)


def _keys(rig: Rig, base: str) -> list[str]:
    found: list[str] = []
    cursor: int | bytes = 0
    while True:
        cursor, page = rig.command("SCAN", cursor, "MATCH", f"{base}*", "COUNT", 1000)
        found += [key.decode() for key in page]
        if int(cursor) == 0:
            return sorted(set(found))
