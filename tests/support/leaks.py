"""Nothing outlives a test: no asyncio task, thread, child process or socket of it."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import eventually, eventually_sync

GRACE_S = 2.0
EXECUTORS = ("asyncio_", "uvloop_")
"""How the loops name the threads of their executors, which end with them."""
FIXTURE_CALL = "_call_in_runner_task"
"""The coroutine that drives a fixture in its loop: a new task each time."""


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test leaves nothing behind that it started."""
    if "anyio_backend" in request.fixturenames:
        request.getfixturevalue("no_leaks_in_the_loop")
        yield
        return
    left = _left_since()
    yield
    with suppress(AssertionError):
        eventually_sync(lambda: not left(), within_s=GRACE_S)
    _fail_if(left())


@pytest.fixture
async def no_leaks_in_the_loop() -> AsyncIterator[None]:
    """The same for an async test, from within its loop, which may need a turn or two to close things."""
    left, tasks = _left_since(), _tasks()
    yield
    with suppress(AssertionError):
        await eventually(lambda: not left() and _tasks() <= tasks, within_s=GRACE_S)
    _fail_if(left() | {repr(task) for task in _tasks() - tasks})


def _fail_if(left: set[str]) -> None:
    if left:
        pytest.fail(f"left behind: {', '.join(sorted(left))}", pytrace=False)


def _left_since() -> Callable[[], set[str]]:
    """Tells what there is more than now."""
    named, sockets = _threads() | _children(), _sockets()

    def left() -> set[str]:
        more = _sockets() - sockets
        return (_threads() | _children()) - named | ({f"{more} open sockets"} if more > 0 else set())

    return left


def _tasks() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if FIXTURE_CALL not in repr(task.get_coro())}


def _threads() -> set[str]:
    names = {thread.name for thread in threading.enumerate()}
    return {f"thread {name}" for name in names if not name.startswith(EXECUTORS)}


def _children() -> set[str]:
    """Child processes, also the dead that nobody has waited for."""
    if sys.platform != "linux":
        return set()
    found: set[str] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended since: its children are another's
            found |= {f"process {pid}" for pid in path.read_text().split()}
    return found


def _sockets() -> int:
    """How many there are; their numbers say nothing, as uvloop opens a new pair for signals with each run."""
    if sys.platform != "linux":
        return 0
    count = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own is gone already
            count += str(descriptor.readlink()).startswith("socket:")
    return count
