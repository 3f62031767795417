"""The same of the program itself: keys while answers are under way and jobs come and go beneath them."""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

import pytest
from textual.pilot import Pilot

from admin_tui.dialogs.confirm import ConfirmDialog
from admin_tui.dialogs.dialog import Dialog
from admin_tui.screens.jobs import Jobs
from engine import Chosen, JobLine
from tests.support.opened import Opened, opened

pytestmark = pytest.mark.anyio
MOVES = ("j", "j", "k", "g", "G", "pagedown", "space", "u", "o", "z", "z")
ACTS = ("R", "D", "X", "N")
EVENTS, SEED = int(os.environ.get("EVENTS", "150")), int(os.environ.get("SEED", "7"))
"""More by `EVENTS=1000`, others by `SEED=8`."""


def slow(tui: Opened, rng: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows and plans take some turns of the loop to come."""
    for name in ("window", "plan"):
        method = getattr(tui.engine, name)

        async def late(*args: Any, method: Any = method, **more: Any) -> Any:
            for _ in range(rng.randint(0, 6)):
                await asyncio.sleep(0)
            answer = await method(*args, **more)
            for _ in range(rng.randint(0, 6)):
                await asyncio.sleep(0)
            return answer

        monkeypatch.setattr(tui.engine, name, late)


def shown(view: Jobs) -> list[JobLine]:
    """What a key that acts may be about: the marked rows, or the one in the drawn line under the cursor."""
    marked = list(view.table.marked.values())
    if marked:
        return marked
    lines = view.table._drawn  # pyright: ignore[reportPrivateUsage]  what is on the screen, not what is held
    drawn = ["".join(span.text for span in painted.line) for painted in lines if painted.over == "cursor"]
    row = view.table.row
    assert bool(drawn) == (row is not None)
    assert row is None or row.id[:5] in drawn[0]
    return [row] if row is not None else []


async def disturb(tui: Opened, rng: random.Random, queue: str) -> None:
    """Time goes by, and somebody else changes a job."""
    tui.clock.advance(rng.choice((0.0, 0.3, 2.0)))
    rows = [row for listed in ("failed", "delayed") for row in (await tui.engine.window(queue, listed, 5)).rows]
    if rows and rng.random() < 0.5:
        row = rng.choice(rows)
        plan = await tui.engine.plan(queue, "retry" if row.state == "failed" else "promote", Chosen([row]))
        if plan.will:
            async for _ in tui.engine.carry_out(await tui.engine.apply(plan, 1)):
                pass
    tui.app.refresh_now()


async def leave_dialogs(tui: Opened, pilot: Pilot[None], rng: random.Random) -> None:
    """A dialog on top is confirmed or left."""
    while isinstance(tui.screen, Dialog):
        if isinstance(tui.screen, ConfirmDialog) and rng.random() < 0.5:
            await tui.dialog()
            await pilot.press("y")
        else:
            await pilot.press("escape")
        await tui.rest()


@pytest.mark.timeout(400)
async def test_what_the_program_plans_is_what_it_showed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys, refreshes and changes in any order: each plan is of the jobs that were shown, or none is made."""
    rng = random.Random(SEED)
    async with opened() as tui:
        slow(tui, rng, monkeypatch)
        tui.app.open_queue("ingest_reviews", "failed")
        await tui.rest()
        plans = 0
        for _ in range(EVENTS):
            event = rng.random()
            if event < 0.25:
                await disturb(tui, rng, "ingest_reviews")
            elif event < 0.7:
                tui.app.simulate_key(rng.choice(MOVES))
            else:
                await tui.pilot.pause()
                view = tui.app.shell.view if tui.app.shell is not None else None
                assert isinstance(view, Jobs)
                may, made = shown(view), len(tui.hands.named("plan"))
                tui.app.simulate_key(rng.choice(ACTS))
                tui.app.refresh_now()
                await tui.rest()
                for call in tui.hands.named("plan")[made:]:
                    assert call.args[2] == Chosen(may)
                    plans += 1
                await leave_dialogs(tui, tui.pilot, rng)
        assert plans > EVENTS // 30
