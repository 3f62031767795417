"""A search step by step: hits as they come, how much was seen, and a stop that is one."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from admin_tui.admin import Eyes
from admin_tui.asking import Calls
from admin_tui.searching import MOST, Found, Searching
from engine import Hits, JobLine, Matching
from tests.support.operator import line

pytestmark = pytest.mark.anyio
WHERE = Matching("failed", "err~timeout")


class List_:  # noqa: N801 - `List` is something else
    """A list of a thousand jobs of which each step finds some."""

    def __init__(self, found: int = 1, steps: int = 4) -> None:
        self.found, self.steps, self.asked = found, steps, list[str | None]()

    async def search(self, queue: str, where: Matching, after: str | None = None, looked: int = 250) -> Hits:
        """The hits of the next step."""
        self.asked.append(after)
        step = len(self.asked)
        jobs = [line(f"{step}-{number}") for number in range(self.found)]
        return Hits(jobs, looked, looked * self.steps, str(step) if step < self.steps else None)


def searching(source: List_, told: list[Found], rests: list[float] | None = None) -> Searching:
    """A search whose steps take a tenth of a second each."""
    moments = iter(range(10_000))

    async def sleep(seconds: float) -> None:
        if rests is not None:
            rests.append(round(seconds, 3))
        await asyncio.sleep(0)

    return Searching(cast("Eyes", source), Calls(), told.append, lambda: next(moments) / 10, sleep)


async def test_all_steps_are_taken_and_told() -> None:
    """Each goes on where the one before ended, and leaves half of its time to others."""
    source, told, rests = List_(), list[Found](), list[float]()
    await searching(source, told, rests).run("q", WHERE)
    assert source.asked == [None, "1", "2", "3"]
    assert [found.words for found in told] == [
        "1 hit, seen 25% ...", "2 hits, seen 50% ...", "3 hits, seen 75% ...", "4 hits, seen 100%",
    ]  # fmt: skip
    assert rests == [0.05, 0.05, 0.05]


async def test_a_stop_begins_no_further_step_and_keeps_what_was_found() -> None:
    """It says that it was stopped, and how much was seen."""
    source = List_()
    told = list[Found]()
    search = searching(source, told)
    search._tell = lambda found: (told.append(found), search.stop())  # type: ignore[assignment,func-returns-value]
    await search.run("q", WHERE)
    assert source.asked == [None]
    assert search.found.words == "1 hit, seen 25%, stopped"
    assert not search.running


async def test_more_hits_than_are_kept_end_it() -> None:
    """A list that matches everything is not copied into memory."""
    source, told = List_(found=2_500, steps=100), list[Found]()
    search = searching(source, told)
    await search.run("q", WHERE)
    assert len(source.asked) == MOST // 2_500
    assert search.found.words == "the first 10,000 hits, seen 4%"


async def test_hits_are_told_in_the_order_of_the_list() -> None:
    """As they were found."""
    told = list[Found]()
    await searching(List_(found=2, steps=2), told).run("q", WHERE)
    rows: list[JobLine] = told[-1].rows
    assert [row.id for row in rows] == ["1-0", "1-1", "2-0", "2-1"]
