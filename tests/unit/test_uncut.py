"""Closing that a cancel does not cut off."""

from __future__ import annotations

import asyncio

import pytest

from engine.uncut import uncut

pytestmark = pytest.mark.anyio


async def cut(task: asyncio.Task[None], times: int) -> None:
    """The task was cancelled so often, a few turns of the loop apart."""
    for _ in range(times):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()


@pytest.mark.parametrize("times", [1, 3])
async def test_the_work_is_done_before_the_cancel_is_raised(times: int) -> None:
    """Each cancel hurries the work; none ends it; the caller ends cancelled."""
    gate, done, hurried = asyncio.Event(), asyncio.Event(), list[int]()

    async def work() -> None:
        await gate.wait()
        done.set()

    task = asyncio.create_task(uncut(work(), lambda: hurried.append(1)))
    await cut(task, times)
    await asyncio.sleep(0)
    assert (task.done(), len(hurried)) == (False, times)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()


async def test_without_a_cancel_it_is_awaited() -> None:
    """Nothing else happens."""
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    await uncut(work())
    assert done.is_set()


async def test_an_error_of_the_work_is_raised() -> None:
    """It wins over a cancel."""
    gate = asyncio.Event()

    async def work() -> None:
        await gate.wait()
        raise OSError("no")

    task = asyncio.create_task(uncut(work()))
    await cut(task, 1)
    gate.set()
    with pytest.raises(OSError, match="no"):
        await task
