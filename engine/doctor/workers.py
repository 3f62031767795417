"""Who works: twins of one label, versions side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from engine.doctor.context import Context, some
from engine.doctor.finding import Finding
from engine.types import WorkerInfo
from engine.viewer import Viewer

_LIVE_MS = 12_000
"""Two beats and a little: a process that was killed is listed for longer."""


async def read_workers(context: Context) -> list[WorkerInfo]:
    """The processes that beat within the last seconds."""
    viewer = Viewer(dict(context.queues), context.store, context.settings.prefix, context.clock)
    now_ms = await context.now_us() // 1000
    return [worker for worker in await viewer.workers() if now_ms - worker.seen <= _LIVE_MS]


def judge_workers(workers: Sequence[WorkerInfo]) -> list[Finding]:
    """Live processes that share a label, or differ in their version."""
    by_label: dict[str, list[WorkerInfo]] = defaultdict(list)
    for worker in workers:
        by_label[worker.label].append(worker)
    found = [_twins(label, twins) for label, twins in by_label.items() if len(twins) > 1]
    versions = sorted({worker.version for worker in workers})
    if len(versions) > 1:
        newest = max(workers, key=lambda worker: worker.started)
        older = [worker for worker in workers if worker.version != newest.version]
        text = f"versions {', '.join(versions)} work side by side: right during a deploy, wrong after it"
        found.append(Finding("warn", "workers", text, _stop(older[0], f"then start {newest.version} there")))
    return found or [Finding("ok", "workers", f"live: {len(workers)}")]


def _twins(label: str, twins: list[WorkerInfo]) -> Finding:
    places = some([f"{worker.host} pid {worker.pid}" for worker in twins])
    text = (
        f"{len(twins)} live processes call themselves {label} ({places}): no job is harmed, but logs and lists mix them"
    )
    return Finding("warn", f"worker {label}", text, _stop(twins[-1], "start it with a WORKER_ID of its own"))


def _stop(worker: WorkerInfo, then: str) -> str:
    return f"kill -TERM {worker.pid}   # on {worker.host}; {then}"


async def check_workers(context: Context) -> list[Finding]:
    """What is odd about the live workers."""
    return judge_workers(await read_workers(context))
