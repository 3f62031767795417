"""Nothing outlives a test: no asyncio task, thread, child process or socket of it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.wait import eventually, eventually_sync

GRACE_S = 2.0
EXECUTOR = "asyncio_"
"""How asyncio names the threads of its executor, which end with the loop."""
FIXTURE_CALL = "_call_in_runner_task"
"""The coroutine that drives a fixture in its loop: a new task each time."""


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test leaves nothing behind that it started."""
    if "anyio_backend" in request.fixturenames:
        request.getfixturevalue("no_leaks_in_the_loop")
        yield
        return
    before = _of_the_process()
    yield
    try:
        eventually_sync(lambda: _of_the_process() <= before, within_s=GRACE_S)
    except AssertionError:
        pytest.fail(f"left behind: {sorted(_of_the_process() - before)}")


@pytest.fixture
async def no_leaks_in_the_loop() -> AsyncIterator[None]:
    """The same for an async test, from within its loop, which may need a turn or two to close things."""
    before = _of_the_process() | _tasks()
    yield
    try:
        await eventually(lambda: _of_the_process() | _tasks() <= before, within_s=GRACE_S)
    except AssertionError:
        pytest.fail(f"left behind: {sorted((_of_the_process() | _tasks()) - before)}")


def _of_the_process() -> set[str]:
    found = _threads()
    if sys.platform == "linux":
        found |= _children() | _sockets()
    return found


def _tasks() -> set[str]:
    return {repr(task) for task in asyncio.all_tasks() if FIXTURE_CALL not in repr(task.get_coro())}


def _threads() -> set[str]:
    names = {thread.name for thread in threading.enumerate()}
    return {f"thread {name}" for name in names if not name.startswith(EXECUTOR)}


def _children() -> set[str]:
    """Child processes, the dead that nobody has waited for among them."""
    lists = (path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return {f"process {pid}" for text in lists for pid in text.split()}


def _sockets() -> set[str]:
    found: set[str] = set()
    for fd in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # it was the listing's own
            target = os.readlink(f"/proc/self/fd/{fd}")
            if target.startswith("socket:"):
                found.add(f"{target} (descriptor {fd})")
    return found
