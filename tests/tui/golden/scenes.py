"""Which screens are kept as text, in which states and sizes: `python -m tests.tui.golden` writes them anew."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Literal, NamedTuple

from textual.pilot import Pilot

from admin_tui.app import AdminApp
from admin_tui.demo import DemoWorld, FakeEngine
from admin_tui.demo.queue import FakeQueue
from admin_tui.demo.system import SYSTEM
from admin_tui.known import Who
from admin_tui.screenshots import NOW_US, SEED, WATCHED_S, StillClock
from admin_tui.session import Session
from tests.tui.golden.grid import grid

TEXTS = Path(__file__).parent / "texts"
State = Literal["normal", "empty", "stale", "down"]
MISSED = {"stale": 3, "down": 6}
REASON = "Redis does not answer: Connection refused"
_FAILED = ("down", "enter", *["right"] * 4)

KEYS: dict[str, tuple[str, ...]] = {
    "overview": (),
    "jobs": (*_FAILED, "down"),
    "job": (*_FAILED, *["down"] * 12, "enter"),
    "log": (*_FAILED, *["down"] * 12, "l"),
    "why": ("down", "w"),
    "workers": ("3",),
    "limits": ("4",),
    "failures": ("5",),
    "audit": ("6",),
}
"""The keys from the overview to each screen."""


class Scene(NamedTuple):
    """A screen in a state at a size."""

    screen: str
    state: State
    size: tuple[int, int]

    @property
    def file(self) -> Path:
        return TEXTS / f"{self.screen}-{self.state}-{self.size[0]}x{self.size[1]}.txt"


NORMAL, NARROW, LEAST = (80, 24), (60, 20), (40, 10)
SCENES = (
    *(Scene(screen, "normal", size) for screen in KEYS for size in (NORMAL, NARROW)),
    *(Scene(screen, "normal", LEAST) for screen in ("overview", "job")),
    *(Scene(screen, "empty", NORMAL) for screen in ("overview", "jobs", "workers", "limits", "failures", "audit")),
    *(Scene(screen, state, NORMAL) for screen in ("overview", "job") for state in ("stale", "down")),
)


async def draw(scene: Scene) -> str:
    """The scene as text."""
    engine = _engine(scene.state)
    session = Session(engine, engine, Who("redis://10.0.0.5/0", "ana@ops1", True, "prod"), await engine.snapshot())
    now_s = [0.0]
    app = AdminApp(session, now_s=lambda: now_s[0])
    async with app.run_test(size=scene.size) as pilot:
        await _settle(app, pilot)
        for key in KEYS[scene.screen] if scene.state != "empty" else _in_empty(scene.screen):
            await pilot.press(key)
            await _settle(app, pilot)
        if scene.state in MISSED:
            app.polling.close()  # so that no answer comes after all
            await _settle(app, pilot)
            now_s[0] = 14.0
            app.answered(app.known.link._replace(missed=MISSED[scene.state], error=REASON), None)
            await pilot.pause()
        return grid(app)


def _in_empty(screen: str) -> tuple[str, ...]:
    """There is nothing to move to and to open: the numbered views only."""
    return {"jobs": ("2",)}.get(screen, KEYS[screen])


def _engine(state: State) -> FakeEngine:
    clock = StillClock(NOW_US)
    if state == "empty":
        kinds = [kind for kind in SYSTEM if kind.name in ("ingest_reviews", "score_run")]
        return FakeEngine(clock, [FakeQueue(kind.name, kind.settings, clock.now_us) for kind in kinds])
    engine = DemoWorld(clock, random.Random(SEED)).engine
    clock.go_on(WATCHED_S)
    return engine


async def _settle(app: AdminApp, pilot: Pilot[None]) -> None:
    for _ in range(4):
        await pilot.pause(0.02)
        await app.calls.settled()
