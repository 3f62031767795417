"""The loop of questions: the first after the interval, never two at once, and each second of silence is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from admin_tui import polling
from admin_tui.admin import Eyes
from admin_tui.asking import Calls
from admin_tui.link import Link
from admin_tui.polling import Polling
from engine import EngineError, Snapshot
from tests.support.operator import snapshot
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio


class Redis:
    """Answers snapshots when the test lets it; counts how many ask at once."""

    def __init__(self) -> None:
        self.answers: list[Snapshot | EngineError] = []
        self.open = asyncio.Event()
        self.open.set()
        self.asked = self.now = self.most = 0

    async def snapshot(self, minutes: int = 30) -> Snapshot:
        """The next answer, or an empty snapshot."""
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await self.open.wait()
        self.now -= 1
        answer = self.answers.pop(0) if self.answers else snapshot()
        if isinstance(answer, EngineError):
            raise answer
        return answer


class Watched:
    """A loop and what it told."""

    def __init__(self, redis: Redis, interval_s: float) -> None:
        self.told = list[tuple[str, bool]]()
        self.links = list[Link]()
        loop = asyncio.get_running_loop()
        self.polling = Polling(
            cast("Eyes", redis), Calls(), self._tell, loop.time, interval_s=interval_s, link=Link(loop.time())
        )

    def _tell(self, link: Link, came: Snapshot | None) -> None:
        self.links.append(link)
        self.told.append((link.state, came is not None))


@asynccontextmanager
async def running(redis: Redis, interval_s: float = 0.01) -> AsyncGenerator[Watched]:
    """The loop runs, and has ended without being cancelled."""
    watched = Watched(redis, interval_s)
    task = asyncio.ensure_future(watched.polling.run())
    try:
        yield watched
    finally:
        redis.open.set()
        watched.polling.close()
        await task


async def test_snapshots_come_one_after_the_other() -> None:
    """Never two at once."""
    redis = Redis()
    async with running(redis) as watched:
        await eventually(lambda: len(watched.told) > 5)
    assert redis.most == 1
    assert set(watched.told) == {("live", True)}


async def test_a_refresh_asks_now() -> None:
    """However long the interval is."""
    redis = Redis()
    async with running(redis, 1_000.0) as watched:
        assert redis.asked == 0
        watched.polling.refresh()
        await eventually(lambda: watched.told == [("live", True)])


async def test_silence_is_told_while_the_question_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stale, then down; nothing else is asked, and the late answer brings it back."""
    monkeypatch.setattr(polling, "TICK_S", 0.01)
    redis = Redis()
    redis.open.clear()
    async with running(redis) as watched:
        await eventually(lambda: ("down", False) in watched.told)
        assert redis.asked == 1
        assert ("stale", False) in watched.told
        redis.open.set()
        await eventually(lambda: watched.told[-1] == ("live", True))


async def test_errors_are_missed_answers_and_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of the last one are kept; an answer takes them away."""
    redis = Redis()
    redis.answers = [EngineError("Redis does not answer")] * 3
    async with running(redis) as watched:
        await eventually(lambda: ("stale", False) in watched.told)
        assert watched.links[2].error == "Redis does not answer"
        watched.polling.refresh()
        await eventually(lambda: watched.told[-1] == ("live", True))
