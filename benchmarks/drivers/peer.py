"""What the drivers of peers share: packages that only their own environments have, and loads without a bulk API."""

from __future__ import annotations

import asyncio
import importlib
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import islice
from typing import Any

from benchmarks.drivers.base import Load, send_each

TOGETHER = 1000
"""Enqueues in one call of a bulk API, or in flight where there is none."""
TOGETHER_BYTES = 4_000_000
"""Larger payloads travel in smaller bulks: one of hundreds of megabytes is slower, and no client is used like that."""
PATIENCE_S = 60.0
THREADS = 32
"""Threads that enqueue together for a client that blocks."""


def package(name: str) -> Any:
    """A module of the peer; it is imported by name, so that this file can be read where the peer is not installed."""
    return importlib.import_module(name)


def about(name: str, distribution: str, options: dict[str, Any]) -> dict[str, str]:
    """Versions and settings, as they are printed beside the figures; the catalog says the settings and their page."""
    loop = " with uvloop" if options.get("uvloop") else ""
    return {
        "name": name,
        "version": version(distribution),
        "runtime": f"Python {platform.python_version()}{loop}",
        "settings": options.get("settings", ""),
        "page": options.get("page", ""),
    }


def places(concurrency: int, options: dict[str, Any]) -> int:
    """Threads for so many jobs at once: fewer, if the catalog says so, where no handler waits for anything."""
    return concurrency if options.get("holds_s") else min(concurrency, options.get("threads", concurrency))


def batches(load: Load) -> list[list[dict[str, Any]]]:
    """The load's payloads in parts for a bulk API."""
    payloads = load.payloads()
    together = max(1, min(TOGETHER, TOGETHER_BYTES // load.size))
    parts = -(-load.count // together)
    return [list(islice(payloads, together)) for _ in range(parts)]


async def send_all(load: Load, send: Callable[[dict[str, Any]], Coroutine[Any, Any, Any]]) -> None:
    """The load is stored by a client without a bulk API: as many at once as a bulk call would take."""
    if load.how != "bulk":
        await send_each(load, send)
        return
    for batch in batches(load):
        await asyncio.gather(*(send(payload) for payload in batch))


def send_all_here(load: Load, send: Callable[[dict[str, Any]], object]) -> None:
    """The load is stored by a client that blocks: by threads if it is concurrent, else one after the other."""
    if load.how == "concurrent":
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in pool.map(send, load.payloads()):
                pass
        return
    began = time.perf_counter()
    for sent, payload in enumerate(load.payloads(), 1):
        send(payload)
        wait_s = began + sent * load.every_ms / 1000 - time.perf_counter()
        if load.every_ms and wait_s > 0:
            time.sleep(wait_s)


def background(running: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """The worker's task; if it fails, the driver says so and ends, so that nobody waits for its jobs."""
    task = asyncio.ensure_future(running)

    def look(task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()):
            traceback.print_exception(error, file=sys.stderr)
            sys.stderr.flush()
            os._exit(1)

    task.add_done_callback(look)
    return task


async def ended(task: asyncio.Task[Any]) -> None:
    """The worker's task, which was told to stop, has ended; TimeoutError if it goes on."""
    _, pending = await asyncio.wait([task], timeout=PATIENCE_S)
    if pending:
        raise TimeoutError(f"the worker goes on {PATIENCE_S:g} s after it was told to stop")
