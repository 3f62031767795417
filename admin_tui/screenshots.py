"""`python -m admin_tui screenshots [DIR]`: each screen as SVG, always the same of an invented moment."""

from __future__ import annotations

import argparse
import asyncio
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from textual.pilot import Pilot

from admin_tui.app import AdminApp
from admin_tui.demo import DemoWorld
from admin_tui.known import Who
from admin_tui.session import Session
from admin_tui.theme import DARK, LIGHT, NO_COLOUR, Palette

DIRECTORY = Path("docs/screens")
SMALL, LARGE = (80, 24), (120, 40)
SEED = 7
NOW_US = 1_791_900_000_000_000
WATCHED_S = 58
"""So long the system has been at work when the picture is taken."""
_FACES = re.compile(r"\n\s*@font-face \{.*?\n\s*\}", re.DOTALL)
_COMMENT = re.compile(r"\n\s*<!--.*?-->", re.DOTALL)
_FONTS = "'DejaVu Sans Mono', Menlo, Consolas, monospace"


class Scene(NamedTuple):
    """A screen, and the keys that lead to it from the overview."""

    name: str
    keys: tuple[str, ...] = ()


_FAILED = ("down", "enter", *["right"] * 4)
"""The failed jobs of the second queue."""
_TRIED = (*_FAILED, *["down"] * 12)
"""One of them that was tried as often as it may be."""
SCENES = (
    Scene("overview"),
    Scene("jobs", (*_FAILED, "down", "down", "space", "down", "space", "down")),
    Scene("job", (*_TRIED, "enter")),
    Scene("attempts", (*_TRIED, "enter", "a")),
    Scene("log", (*_TRIED, "l")),
    Scene("why", ("down", "w")),
    Scene("workers", ("3",)),
    Scene("limits", ("4",)),
    Scene("failures", ("5",)),
    Scene("plan", ("5", "R")),
    Scene("audit", ("6",)),
    Scene("keys", ("question_mark",)),
    Scene("palette", ("ctrl+p",)),
)


class Picture(NamedTuple):
    """A scene at a size in some colours."""

    scene: Scene
    size: tuple[int, int]
    palette: Palette = DARK

    @property
    def file(self) -> str:
        colours = "" if self.palette is DARK else f"-{self.palette.name}"
        return f"{self.scene.name}-{self.size[0]}x{self.size[1]}{colours}.svg"


PICTURES = (
    *(Picture(scene, size) for scene in SCENES for size in (SMALL, LARGE)),
    *(Picture(SCENES[0], LARGE, palette) for palette in (LIGHT, NO_COLOUR)),
)


class StillClock:
    """Time that goes on when it is told to."""

    def __init__(self, now_us: int) -> None:
        self._now_us = now_us

    def now_us(self) -> int:
        """Microseconds since 1970."""
        return self._now_us

    def monotonic_s(self) -> float:
        """Seconds that only rise."""
        return self._now_us / 1_000_000

    def go_on(self, seconds: float) -> None:
        """So much time has passed."""
        self._now_us += round(seconds * 1_000_000)


async def open_still(*, writes: bool = True) -> Session:
    """The invented system at its moment: nothing moves."""
    clock = StillClock(NOW_US)
    engine = DemoWorld(clock, random.Random(SEED)).engine  # noqa: S311  invented data
    clock.go_on(WATCHED_S)
    who = Who("redis://10.0.0.5/0", "ana@ops1" if writes else "", writes, "prod")
    return Session(engine, engine if writes else None, who, await engine.snapshot())


async def draw(picture: Picture) -> str:
    """The picture as SVG."""
    app = AdminApp(await open_still(), palette=picture.palette, now_s=lambda: 0.0)
    async with app.run_test(size=picture.size) as pilot:
        await _settle(app, pilot)
        for key in picture.scene.keys:
            await pilot.press(key)
            await _settle(app, pilot)
        return tidy(app.export_screenshot(title="python -m admin_tui", simplify=True))


async def _settle(app: AdminApp, pilot: Pilot[None]) -> None:
    """What was asked is answered, what the answers led to is asked and answered too, and all is painted."""
    for _ in range(4):
        await pilot.pause(0.02)
        await app.calls.settled()


def tidy(svg: str) -> str:
    """The picture in fonts of the reader's machine: nobody on the network is asked for one."""
    return _COMMENT.sub("", _FACES.sub("", svg)).replace("Fira Code, monospace", _FONTS)


def write_all(directory: Path) -> None:
    """The directory holds every picture and no other one."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in set(directory.glob("*.svg")) - {directory / picture.file for picture in PICTURES}:
        old.unlink()
    for picture in PICTURES:
        (directory / picture.file).write_text(asyncio.run(draw(picture)))


def main(words: Sequence[str]) -> int:
    """The pictures are in the directory."""
    parser = argparse.ArgumentParser(prog="python -m admin_tui screenshots", description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, default=DIRECTORY)
    write_all(parser.parse_args(words).directory)
    return 0
