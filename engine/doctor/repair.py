"""Mends a queue's keys in the way that harms least, so that every stored job runs and ends. Deletes no record."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from engine.doctor.consumers import read_dead
from engine.doctor.context import Context
from engine.doctor.finding import Repaired
from engine.doctor.keys import is_lost, judge_types, read_control, read_groups, read_types
from engine.doctor.records import find_odd
from engine.registry import Queue
from engine.streams.commands import MAX_BATCH, Fault, Mended, configure, drop_consumers, repair

_DONE: dict[Fault, str] = {
    "undelivered": "is in a stream again that will hand it over",
    "unheld": "is active no longer: it waits again, uncharged, or is cancelled if that was asked for",
    "unpending": "its lease runs anew for the worker that holds it",
    "unlisted": "is in the index of its state again",
    "doubled": "is out of the places of other states",
    "stale": "an entry that was not its own is gone",
    "unrecorded": "has no record: what named it is gone",
    "idle": "the consumer of an ended worker, which held nothing, is gone",
}


async def repair_queue(context: Context, queue: Queue) -> AsyncGenerator[Repaired]:
    """Each repair as it is made. A queue with keys of a wrong type is left alone: a person has to look at them."""
    keys = context.keys(queue)
    types = await read_types(context, keys)
    if judge_types(keys, types):
        return
    groups, control = await read_groups(context, keys, types), await read_control(context, keys)
    if is_lost(groups, control):
        await context.store.run(configure(keys, queue.limits()))
        yield Repaired(queue.name, "", "its streams, groups and settings are there again")
    for mended in await _drop_dead(context, queue):
        yield mended
    # By age, so that a stream that was lost is rebuilt in the order in which its jobs were enqueued.
    odd = sorted(await find_odd(context, queue), key=lambda one: one.run)
    marks = list(dict.fromkeys(one.mark for one in odd))
    for i in range(0, len(marks), MAX_BATCH):
        call = repair(keys, context.clock.now_us(), marks[i : i + MAX_BATCH])
        done = await context.store.run(call)
        for mended in _told(queue, done):
            yield mended


async def _drop_dead(context: Context, queue: Queue) -> list[Repaired]:
    keys = context.keys(queue)
    groups = await read_groups(context, keys, await read_types(context, keys))
    empty = [dead.name for dead in await read_dead(context, keys, groups) if dead.pending == 0]
    found: list[Repaired] = []
    for i in range(0, len(empty), MAX_BATCH):
        gone = await context.store.run(drop_consumers(keys, empty[i : i + MAX_BATCH]))
        found += _told(queue, gone)
    return found


def _told(queue: Queue, mended: Sequence[Mended]) -> list[Repaired]:
    return [Repaired(queue.name, one.id.decode(errors="backslashreplace"), _DONE[one.fault]) for one in mended]
