"""Notes are kept over an outage of Redis, and dropped, never the job, where Redis refuses them."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from engine.errors import EngineError, StoreFull, Unreachable
from engine.notes import Notes
from engine.streams import Call, Keys
from engine.testing import FakeClock
from tests.support.runs import FakeStore, delivery

pytestmark = pytest.mark.anyio


async def send(error: EngineError) -> bool:
    """Whether a line whose call fails with this error still waits to be sent."""

    def refuse(_: Call[Any]) -> EngineError:
        return error

    notes = Notes({"q": Keys("p", "s", "q")}, FakeStore(refuse), FakeClock(), Random(0))
    notes.log(delivery(), "a line")
    notes.send()
    await asyncio.sleep(0)
    return notes.waiting


async def test_notes_that_redis_refuses_are_dropped_and_said(caplog: pytest.LogCaptureFixture) -> None:
    """A full Redis takes no lines: they are gone, and the worker's log says so (trial 15)."""
    assert not await send(StoreFull("full"))
    assert "1 notes dropped: full" in caplog.text


async def test_notes_wait_for_redis_to_come_back() -> None:
    """Where nobody answers they are kept."""
    assert await send(Unreachable("away"))
