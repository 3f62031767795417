"""What an operator does at two in the morning, in how many keys: played on the invented system."""

from __future__ import annotations

import pytest

from tests.support.opened import Opened, opened
from tests.support.wait import eventually
from tests.tui.golden.grid import grid

pytestmark = pytest.mark.anyio


async def play(tui: Opened, *keys: str) -> int:
    """The keys were pressed; how many they are."""
    await tui.press(*keys)
    return len(keys)


def shown(tui: Opened) -> str:
    """All that is on the screen, rows of tables too."""
    return grid(tui.app).partition("+-")[0]


async def test_which_queue_is_sick_and_why_takes_no_key_and_its_reasons_one() -> None:
    """The overview's first lines name the queue and the reason; `w` has every check and what to do."""
    async with opened() as tui:
        assert "sync_ads: no workers, " in shown(tui)
        assert await play(tui, "w") == 1
        assert "[NO] a worker takes it" in shown(tui)
        assert "python -m engine run --queues sync_ads" in shown(tui)


async def test_a_job_is_found_by_its_id_with_one_key_before_and_one_behind_it() -> None:
    """`:` and Enter around what is typed; its log is one key more, its id is copied by two."""
    async with opened() as tui:
        text = "j sync_ads sync_ads-w-0000003"
        assert await play(tui, "colon", *text, "enter") == len(text) + 2
        assert "JOB   sync_ads-w-0000003" in shown(tui)
        assert await play(tui, "y", "i") == 2
        assert tui.app.clipboard == "sync_ads-w-0000003"
        assert await play(tui, "l") == 1
        assert "LOG   sync_ads-w-0000003" in shown(tui)


async def test_all_failed_jobs_of_a_cause_are_retried_by_three_keys() -> None:
    """The view, the retry, the yes; whatever their number, as it is one plan."""
    async with opened() as tui:
        keys = await play(tui, "5")
        await tui.press("g")  # the worst is first; the cursor goes there by itself on the first look
        keys += await play(tui, "R")
        await tui.dialog()
        assert "will retry   911" in tui.text()
        keys += await play(tui, "y")
        assert keys == 3
        await eventually(lambda: tui.engine.queues["sync_ads"].groups and tui.hands.named("apply"))
        assert tui.hands.named("apply")[0].args[1] == 911


async def test_a_queue_is_paused_by_two_keys_and_resumed_by_two() -> None:
    """The key and the yes."""
    async with opened() as tui:
        keys = await play(tui, "P")
        await tui.dialog()
        keys += await play(tui, "y")
        assert keys == 2
        await eventually(lambda: tui.engine.queues["sync_ads"].paused)


async def test_the_last_operation_is_undone_by_two_keys() -> None:
    """`U` and the yes."""
    async with opened() as tui:
        await tui.press("5", "g", "R")
        await tui.dialog()
        await tui.press("y")
        await eventually(lambda: "U undoes" in tui.said())
        before = len(tui.hands.named("apply"))
        keys = await play(tui, "U")
        await tui.dialog()
        keys += await play(tui, "y")
        assert keys == 2
        await eventually(lambda: len(tui.hands.named("apply")) == before + 1)


async def test_who_changed_what_is_one_key() -> None:
    """The book, newest first, with the reason of the chosen change."""
    async with opened() as tui:
        assert await play(tui, "6") == 1
        assert "reveal ingest_reviews ing-95   by ana@ops1" in shown(tui)
        assert "incident 4411" in shown(tui)
