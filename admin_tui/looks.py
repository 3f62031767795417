"""How the program looks, by what it is told and what the terminal can."""

from __future__ import annotations

from collections.abc import Mapping

from admin_tui.theme import DARK, NO_COLOUR, PALETTES, Palette
from engine import SettingError


def choose(name: str, env: Mapping[str, str]) -> Palette:
    """The palette of this name; without one, none where NO_COLOR is set or the terminal is dumb, else the dark one."""
    if name:
        if name not in PALETTES:
            raise SettingError(f"--theme {name}: there are {', '.join(PALETTES)}")
        return PALETTES[name]
    return NO_COLOUR if env.get("NO_COLOR") or env.get("TERM") == "dumb" else DARK
