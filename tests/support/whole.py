"""What must hold of a queue's keys at any moment, whatever happened before, and what of them changed."""

from __future__ import annotations

from typing import Any

from tests.support.queue import Rig
from tests.support.snapshot import ENDS, STREAMS, Snapshot

LIVE = ("waiting", "delayed", "active")


def check_whole(rig: Rig) -> None:
    """Every record is in exactly the one place that its state names, and no place names anything else."""
    seen = Snapshot.take(rig.store, rig.keys)
    others = seen.under(rig.keys.job).keys() - seen.records.keys()
    assert not others, f"no records: {others}"
    known = {state: _in_state(seen, state) for state in LIVE + ENDS}
    assert sum(map(len, known.values())) == len(seen.records), "a record is in no known state"
    _check_streams(seen, known["waiting"], known["active"])
    known["trash"] = {job_id for state in ENDS for job_id in known[state] if "trashed" in seen.records[job_id]}
    scores = {"delayed": "due", **dict.fromkeys(ENDS, "ended"), "trash": "trashed"}
    for place, field in scores.items():
        found = seen.scores(getattr(rig.keys, place))
        named = known[place] - (known["trash"] if place in ENDS else set())
        assert found == {job_id: int(seen.records[job_id][field]) for job_id in named}, place
    for key, content in seen.contents.items():
        assert not key.startswith(rig.keys.job) or content.ttl_ms == -1, f"{key} expires"


def _in_state(seen: Snapshot, state: str) -> set[str]:
    return {job_id for job_id, record in seen.records.items() if record["state"] == state}


def _check_streams(seen: Snapshot, waiting: set[str], active: set[str]) -> None:
    entries = {f"{stream} {entry}": job_id for stream in STREAMS for entry, job_id in seen.waiting[stream]}
    owners = {
        f"{stream} {entry}": consumer
        for stream, group in seen.groups.items()
        for entry, consumer in group.owners.items()
    }
    assert entries == {seen.records[job_id]["at"]: job_id for job_id in waiting | active}
    held: dict[str, tuple[str, str]] = {}
    for job_id, (fence, stream, entry, _, consumer) in seen.holdings.items():
        assert int(fence) > int(seen.records[job_id]["run"]), f"{job_id}: its fence is not above its run"
        held[job_id] = (f"{stream} {entry}", consumer)
    assert set(held) == active
    assert dict(held.values()) == owners
    assert all(seen.records[job_id]["at"] == place for job_id, (place, _) in held.items())


def everything(rig: Rig) -> dict[str, Any]:
    """All keys of the queue with their contents and who holds which entry: equal if nothing changed."""
    return Snapshot.take(rig.store, rig.keys).raw
