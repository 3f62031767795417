"""The keys that a queue should have, beside those that it has."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.model import plans
from tests.model.state import Group, Known, Queue
from tests.support.queue import Rig
from tests.support.snapshot import ENDS, STREAMS, Snapshot, entry_order


def check_agreement(queue: Queue, seen: Snapshot, rig: Rig) -> None:
    """Redis holds what the model says, and nothing else."""
    wanted, found = _wanted(queue, seen), _found(seen)
    wanted["shared bucket"], found["shared bucket"] = queue.shared, rig.shared_bucket()
    for what in wanted:
        assert found[what] == wanted[what], what


def _wanted(queue: Queue, seen: Snapshot) -> dict[str, Any]:
    ids = _entry_ids(queue, seen)
    return {
        "records": {job.id: job.record | _undo_of(job) for job in queue.jobs.values()},
        "other types": queue.hostile,
        "places": {
            job.id: f"{job.line} {ids.get(id(job.entry), 'nowhere')}"
            for job in queue.jobs.values()
            if job.state in {"waiting", "active"}
        },
        "lines": {line: [(e.job, e.read, e.owner) for e in entries] for line, entries in queue.lines.items()},
        "groups": {line for line, grouped in queue.grouped.items() if grouped},
        "delayed": queue.delayed,
        **queue.ends,
        "trash": queue.trash,
        "error groups": {name: _group(group) for name, group in queue.groups.items()},
        "ranks of groups": {name: group.last for name, group in queue.groups.items()},
        "active": {
            job_id: [
                *(str(held.fence), held.line, ids[id(held.entry)]),
                *(f"{'c' if held.flagged else '-'}0000000000{held.attempts}", held.consumer),
            ]
            for job_id, held in queue.active.items()
        },
        "control": queue.control,
        "trails": queue.trails,
        "tenants": queue.tenants,
        "stats": {str(minute): {name: str(n) for name, n in tally.items()} for minute, tally in queue.stats.items()},
        "ops": queue.answered.keys(),
        "woken": queue.woken,
        "bad": [(one.id, one.line) for one in queue.bad],
        "told": queue.told,
        **plans.wanted(queue.plans),
    }


def _group(group: Group) -> dict[str, str]:
    return {name: str(getattr(group, name)) for name in group.__struct_fields__}


def _undo_of(job: Known) -> dict[str, Any]:
    """What `earlier` should say, and whether the place that was given then is the one that `at` names."""
    if job.undo is None:
        return {}
    if job.undo.what == "cancel":
        return {"earlier": job.undo.fields["state"]}
    return {"earlier": (job.undo.what, job.undo.entry is job.entry, job.undo.fields)}


def _earlier(value: bytes, place: str) -> Any:
    """What `earlier` says, in the same form."""
    if value in {b"waiting", b"delayed"}:
        return value.decode()
    if value.startswith(b"promote "):
        return "promote", value.decode() == f"promote {place}", {}
    given, *words = msgspec.msgpack.decode(value, type=list[str])
    return "requeue", given == place, dict(zip(words[::2], words[1::2], strict=True))


def _entry_ids(queue: Queue, seen: Snapshot) -> dict[int, str]:
    """The id that Redis gave to each entry: the lines are in the same order."""
    pairs = [
        (id(entry), entry_id)
        for line in STREAMS
        for entry, (entry_id, _) in zip(queue.lines[line], seen.waiting[line], strict=False)
    ]
    return dict(pairs)


def _found(seen: Snapshot) -> dict[str, Any]:
    keys = seen.keys
    records: dict[str, dict[str, Any]] = {job_id: dict(record) for job_id, record in seen.records.items()}
    places = {job_id: record.pop("at", "nowhere") for job_id, record in records.items()}
    for job_id, record in records.items():
        if "earlier" in record:
            record["earlier"] = _earlier(seen.under(keys.job)[job_id][b"earlier"], places[job_id])
    return {
        "records": records,
        "other types": seen.others,
        "places": {
            job_id: place for job_id, place in places.items() if records[job_id]["state"] in {"waiting", "active"}
        },
        "lines": {line: _line(seen, line) for line in STREAMS},
        "groups": seen.groups.keys(),
        "delayed": seen.scores(keys.delayed),
        **{state: seen.scores(getattr(keys, state)) for state in ENDS},
        "trash": seen.scores(keys.trash),
        "error groups": {name: seen.fields(keys.group + name) for name in seen.under(keys.group)},
        "ranks of groups": seen.scores(keys.groups),
        "active": seen.holdings,
        "control": seen.fields(keys.control),
        "trails": {job_id: seen.pairs(keys.trail + job_id) for job_id in seen.under(keys.trail)},
        "tenants": {tenant: seen.scores(keys.tenant + tenant) for tenant in seen.under(keys.tenant)},
        "stats": {minute: seen.fields(keys.stats + minute) for minute in seen.under(keys.stats)},
        "ops": seen.under(keys.op("")).keys(),
        "woken": keys.wake in seen.contents,
        "bad": [(fields["id"], fields["stream"]) for fields in seen.pairs(keys.bad)],
        "told": seen.told,
        **plans.found(seen),
    }


def _line(seen: Snapshot, line: str) -> list[tuple[str, bool, str]]:
    group = seen.groups.get(line)
    if group is None:
        return [(job_id, False, "") for _, job_id in seen.waiting[line]]
    return [
        (job_id, entry_order(entry) <= group.read_to, group.owners.get(entry, ""))
        for entry, job_id in seen.waiting[line]
    ]
