"""What settings and retention should be: pause, resume, limits set at run time, prune."""

from __future__ import annotations

from collections.abc import Mapping

from engine.streams.commands import PRUNED, Pruned
from engine.types import Keep, State
from tests.model.state import Queue


def set_limits(queue: Queue, values: Mapping[str, str]) -> bool:
    """These settings win over the configured ones; an empty value takes back what was set."""
    before = dict(queue.control)
    for name, value in values.items():
        queue.control.pop(f"set:{name}", None)
        if value:
            queue.control[f"set:{name}"] = value
    queue.woken = True
    return queue.control != before


def pause(queue: Queue, *, paused: bool) -> bool:
    """Nothing is acquired until it is resumed; whether that changed something."""
    changed = ("paused" in queue.control) is not paused
    if paused:
        queue.control["paused"] = "1"
    else:
        queue.control.pop("paused", None)
        queue.woken = True
    return changed


def prune(queue: Queue, now_us: int, keep: Mapping[State, Keep], limit: int, trash_ms: int) -> Pruned:
    """The oldest ended jobs past their age or count are gone, at most `limit` of each state, and of the trash."""
    ended = {state: _prune(queue, now_us, state, keep.get(state), limit) for state in PRUNED}
    trash = _delete(queue, queue.trash, now_us // 1000 - trash_ms, None, limit)
    if State.FAILED in keep:
        _forget_groups(queue, now_us // 1000 - int(keep[State.FAILED].age_s * 1000), limit)
    return Pruned(ended, trash)


def _forget_groups(queue: Queue, until_ms: int, limit: int) -> None:
    """Groups without a failed job are gone once their last failure would be, `limit` looked at."""
    groups = queue.groups
    in_order = sorted(groups, key=lambda name: (groups[name].last, name))
    for name in [name for name in in_order if groups[name].last <= until_ms][:limit]:
        if not groups[name].jobs:
            del groups[name]


def _prune(queue: Queue, now_us: int, state: State, keep: Keep | None, limit: int) -> int:
    if keep is None:
        return 0
    return _delete(queue, queue.ends[state], now_us // 1000 - int(keep.age_s * 1000), keep.count, limit)


def _delete(queue: Queue, index: dict[str, int], until_ms: int, most: int | None, limit: int) -> int:
    oldest = sorted(index, key=lambda job_id: (index[job_id], job_id.encode()))
    too_old = sum(ended <= until_ms for ended in index.values())
    too_many = max(0, len(index) - most) if most is not None else 0
    gone = oldest[: min(limit, max(too_old, too_many))]
    for job_id in gone:
        del index[job_id]
        job = queue.jobs.pop(job_id, None)
        if job is not None and index is queue.ends["failed"]:
            queue.leave_group(job)
        queue.hostile.discard(job_id)
        queue.trails.pop(job_id, None)
    return len(gone)
