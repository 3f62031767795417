"""Commands that look at queues and workers: statistics, workers, events, health."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from collections.abc import Sequence

from engine.cli.command import Commands, add_command, reach
from engine.cli.output import print_events, print_json, print_line, print_stats, print_workers, say
from engine.config import Settings
from engine.errors import EngineError
from engine.loading import load_app
from engine.types import WorkerInfo

HEALTHY_MS = 30_000
_FOLLOW_S = 0.25


def add_to(commands: Commands) -> None:
    """The commands `stats`, `events`, `workers` and `health` are there."""
    stats = add_command(commands, "stats", _stats, "what happened in a queue, minute by minute")
    stats.add_argument("queue")
    stats.add_argument("--minutes", type=int, default=15)

    events = add_command(commands, "events", _events, "what happened in a queue, oldest first; resumes from an id")
    events.add_argument("queue")
    events.add_argument("--after", default="0-0", metavar="ID", help="the last event seen; $ for what is yet to come")
    events.add_argument("--limit", type=int, default=1_000, help="batches, of up to 250 jobs each (1000)")
    events.add_argument("--follow", action="store_true", help="go on with what happens from now on")

    add_command(commands, "workers", _workers, "list the workers that beat")

    health = add_command(
        commands, "health", _health, "exit 0 only if this worker acquired, or had no free place, within 30 s"
    )
    health.add_argument("--worker", metavar="ID", help="default: WORKER_ID, else the one worker of this host")


def _stats(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            minutes = await inspector.stats(arguments.queue, arguments.minutes)
            counts = await inspector.counts(arguments.queue)
        print_stats(minutes, counts, as_json=arguments.json)
        return 0

    return reach(settings, look())


def _events(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        after = arguments.after
        async with app.inspect(settings) as inspector:
            while True:
                page = await inspector.events(arguments.queue, after, arguments.limit)
                if page.gap:
                    say(f"warning: events behind {after} have been trimmed; what is still kept follows")
                print_events(page.events, as_json=arguments.json)
                if not arguments.follow:
                    return 0
                after = page.after
                if not page.events:
                    await asyncio.sleep(_FOLLOW_S)

    return reach(settings, look())


def _workers(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            print_workers(await inspector.workers(), await inspector.now_ms(), as_json=arguments.json)
        return 0

    return reach(settings, look())


def _health(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            workers = await inspector.workers()
            now_ms = await inspector.now_ms()
        worker = _this_one(workers, arguments.worker or os.environ.get("WORKER_ID"))
        idle_ms = now_ms - worker.acquired
        if arguments.json:
            print_json({"worker": worker.label, "idleMs": idle_ms, "healthy": idle_ms <= HEALTHY_MS})
        elif idle_ms <= HEALTHY_MS:
            print_line(f"worker {worker.label} is healthy: it asked for jobs {idle_ms / 1000:.1f} s ago")
        if idle_ms > HEALTHY_MS:
            raise EngineError(
                f"worker {worker.label} last asked for jobs {idle_ms / 1000:.0f} s ago: its event loop may be "
                "blocked, or it is stopping; its log says more"
            )
        return 0

    return reach(settings, look())


def _this_one(workers: Sequence[WorkerInfo], label: str | None) -> WorkerInfo:
    """The worker of this id, or the only one of this host; EngineError if there is none."""
    host = socket.gethostname()
    if label is not None:
        found = [worker for worker in workers if worker.label == label]
        missing = f"no worker {label!r} has beaten within 30 s"
    else:
        found = [worker for worker in workers if worker.host == host]
        missing = f"no worker of host {host} has beaten within 30 s"
    if not found:
        listed = ", ".join(worker.label for worker in workers) or "none"
        raise EngineError(f"{missing}; workers that do: {listed}")
    if label is None and len(found) > 1:
        raise EngineError(f"{len(found)} workers run on this host: name one by --worker, or set WORKER_ID")
    return max(found, key=lambda worker: worker.acquired)
