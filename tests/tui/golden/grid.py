"""A screen as text: what stands in each cell, and a letter for how it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.style import Style as Ink
from textual.app import App
from textual.strip import Strip

from admin_tui.theme import DARK

LETTERS = {
    "waiting": "w",
    "active": "a",
    "delayed": "d",
    "retrying": "r",
    "completed": "c",
    "failed": "f",
    "dim": "-",
    "key": "k",
    "title": "t",
}
"""One for each colour of the dark palette; upper case where it is bold or on another ground, `.` for plain text."""


def grid(app: App[Any]) -> str:
    """The screen that is on top, with those under it that are seen; the texts first, then how they look."""
    strips = _strips(app)
    width = app.size.width
    texts = [strip.text for strip in strips]
    looks = ["".join(_letters(strip)) for strip in strips]
    rule = "-" * width
    return "\n".join([*(f"|{row}|" for row in texts), f"+{rule}+", *(f"|{row}|" for row in looks)]) + "\n"


def _strips(app: App[Any]) -> Sequence[Strip]:
    # What would be painted has no public name.
    compositor = app.screen._compositor  # pyright: ignore[reportPrivateUsage]
    compositor.render_update(full=True, screen_stack=app._background_screens)  # pyright: ignore[reportPrivateUsage]
    return compositor.render_strips()


def _letters(strip: Strip) -> Iterator[str]:
    """A letter for each cell; a wide character has its letter twice."""
    for segment in strip:
        yield _letter(segment.style) * cell_len(segment.text)


def _letter(ink: Ink | None) -> str:
    if ink is None or ink.color is None or ink.color.triplet is None:
        return "."
    colour = ink.color.triplet.hex.upper()
    letter = _BY_COLOUR.get(colour, ".")
    ground = ink.bgcolor.triplet.hex.upper() if ink.bgcolor is not None and ink.bgcolor.triplet is not None else ""
    if ground == DARK.looks["cursor"].ground.upper():
        return letter.upper() if letter != "." else ">"
    return letter


_BY_COLOUR = {DARK.looks[style].ink.upper(): letter for style, letter in LETTERS.items()}  # type: ignore[index]
