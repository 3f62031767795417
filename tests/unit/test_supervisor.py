"""What keeps a service running."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from engine.supervisor import Outage, Supervisor
from engine.testing import FakeClock

pytestmark = pytest.mark.anyio


async def test_an_error_that_nobody_foresaw_ends_no_service() -> None:
    """A service whose turn fails has further turns."""
    turns: list[int] = []
    again = asyncio.Event()

    async def once() -> None:
        turns.append(len(turns))
        if len(turns) == 1:
            raise ValueError("nobody foresaw it")
        again.set()

    supervisor = Supervisor(Outage(FakeClock()), Random(0))
    supervisor.keep("service", once, lambda: 60.0)
    async with asyncio.timeout(20):
        await again.wait()
        await supervisor.close()
    assert turns == [0, 1]
