"""All checks, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from engine.doctor.context import Context, reach_server
from engine.doctor.finding import Check, Finding
from engine.doctor.queue import check_queue
from engine.doctor.rights import check_rights
from engine.doctor.server import check_server
from engine.doctor.slots import check_slots
from engine.doctor.workers import judge_workers, read_workers
from engine.errors import EngineError, StoreError
from engine.types import WorkerInfo

_AS_ANOTHER = "REDIS_URL=redis://USER:PASSWORD@HOST:6379/0 python -m engine doctor   # as a user who may"


async def examine(context: Context, checks: Sequence[Check] = ()) -> list[Finding]:
    """Every finding about the server, the workers, each queue, and by the app's own checks.

    What cannot be checked is a finding too. Raises Unreachable if Redis does not answer.
    """
    await reach_server(context.store)
    found = await _guarded("server", partial(check_server, context))
    for queue in context.queues.values():
        found += await _guarded("rights", partial(check_rights, context, queue))
    found += await _guarded("queues", partial(check_slots, context))
    workers: list[WorkerInfo] = []

    async def check_workers() -> list[Finding]:
        workers.extend(await read_workers(context))
        return judge_workers(workers)

    found += await _guarded("workers", check_workers)
    for queue in context.queues.values():
        found += await _guarded(f"queue {queue.name}", partial(check_queue, context, queue, workers))
    for check in checks:
        found += await _own(check)
    # Rights are asked for each queue, and are mostly the same.
    return list(dict.fromkeys(found))


async def _guarded(subject: str, check: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    try:
        return await check()
    except StoreError as error:
        return [Finding("warn", subject, f"it could not be checked: {error}", _AS_ANOTHER)]


async def _own(check: Check) -> Sequence[Finding]:
    try:
        return await check()
    except EngineError as error:
        return [Finding("fail", "app", f"{getattr(check, '__name__', 'a check')}: {error}", "python -m engine run")]
