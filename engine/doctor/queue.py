"""One queue, looked at from all sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.doctor.consumers import judge_consumers, read_dead
from engine.doctor.context import Context
from engine.doctor.control import judge_control
from engine.doctor.finding import Finding
from engine.doctor.keys import judge_groups, judge_types, read_control, read_groups, read_types
from engine.doctor.records import find_odd, judge_records, read_kind
from engine.doctor.traffic import judge_bad, judge_names, judge_suspects, judge_waiting
from engine.registry import Queue
from engine.streams import Keys
from engine.streams.commands import MAX_BATCH
from engine.streams.reads import counts, list_jobs
from engine.types import JobLine, State, WorkerInfo


async def check_queue(context: Context, queue: Queue, workers: Sequence[WorkerInfo]) -> list[Finding]:
    """Keys, groups, settings, consumers, what waits, and every record; `workers` are the live ones."""
    keys = context.keys(queue)
    types = await read_types(context, keys)
    wrong = judge_types(keys, types)
    if wrong:
        return wrong
    control = await read_control(context, keys)
    groups = await read_groups(context, keys, types)
    found = judge_groups(queue, types, groups, control)
    found += judge_control(queue, control, await context.now_us(), keys.control)
    found += await _check_traffic(context, queue, groups, workers)
    odd = await find_odd(context, queue)
    return found + judge_records(keys, odd, await read_kind(context, keys, odd))


async def _check_traffic(
    context: Context, queue: Queue, groups: Mapping[str, str], workers: Sequence[WorkerInfo]
) -> list[Finding]:
    keys, keep = context.keys(queue), queue.options
    mine = [worker for worker in workers if queue.name in worker.queues]
    found = await context.store.run(counts(keys, context.clock.now_us(), keep.keep_completed, keep.keep_failed))
    return [
        *judge_waiting(queue, found, mine),
        *judge_names(queue, await _next_jobs(context, keys)),
        *judge_consumers(queue, await read_dead(context, keys, groups), swept=bool(mine)),
        *judge_suspects(queue, *await _oldest_suspect(context, keys, groups)),
        *judge_bad(keys, await context.store.command("XLEN", keys.bad)),
    ]


async def _next_jobs(context: Context, keys: Keys) -> list[JobLine]:
    """The first of the jobs that wait, and of those that are delayed."""
    pages = [await context.store.run(list_jobs(keys, state, MAX_BATCH, "")) for state in (State.WAITING, State.DELAYED)]
    return [job for page in pages for job in page.jobs]


async def _oldest_suspect(context: Context, keys: Keys, groups: Mapping[str, str]) -> tuple[int | None, str]:
    """For how long the first suspect that nobody runs has been waiting, and its id."""
    if "suspect" not in groups:
        return None, ""
    page = await context.store.command("XRANGE", keys.suspect, f"({groups['suspect']}", "+", "COUNT", 1)
    if not page:
        return None, ""
    entry, fields = page[0]
    waited_ms = await context.now_us() // 1000 - int(entry.split(b"-")[0])
    return waited_ms, fields[1].decode(errors="backslashreplace")
