"""Palettes: what each style looks like, on dark and on light ground and without colour.

The colours of the six states are far apart for every eye: the smallest distance between any two, in CIE Lab, is at
least 25 on dark ground and 22 on light, for normal, protan, deutan and tritan sight alike. A test measures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from admin_tui.draw.line import Style


class Look(NamedTuple):
    """Colours as #RRGGBB, or empty for those of the ground; and weight."""

    ink: str = ""
    ground: str = ""
    bold: bool = False
    underline: bool = False
    reverse: bool = False


class Palette(NamedTuple):
    """How all styles look on one ground; `ink` and `ground` are the colours of plain text."""

    name: str
    dark: bool
    ink: str
    ground: str
    panel: str
    """The ground of lines apart from the rows: titles, footers, dialogs."""
    looks: Mapping[Style, Look]


def _looks(states: Mapping[str, str], *, dim: str, key: str, ink: str, cursor: Look) -> Mapping[Style, Look]:
    waiting, active, delayed = Look(states["waiting"]), Look(states["active"]), Look(states["delayed"])
    retrying, completed, failed = Look(states["retrying"]), Look(states["completed"]), Look(states["failed"])
    return {
        "plain": Look(),
        "dim": Look(dim),
        "title": Look(ink, bold=True),
        "key": Look(key, bold=True),
        "good": completed,
        "warn": retrying._replace(bold=True),
        "bad": failed._replace(bold=True),
        "waiting": waiting,
        "active": active,
        "delayed": delayed,
        "retrying": retrying,
        "completed": completed,
        "failed": failed,
        "cancelled": waiting,
        "paused": delayed._replace(bold=True),
        "held": retrying,
        "mark": Look(key, bold=True),
        "cursor": cursor,
        "input": Look(ink, underline=True),
    }


DARK = Palette(
    name="dark",
    dark=True,
    ink="#E6EDF3",
    ground="#121212",
    panel="#1C1C1C",
    looks=_looks(
        {
            "waiting": "#949FA9",
            "active": "#90F5FC",
            "delayed": "#CB8CFD",
            "retrying": "#FBD966",
            "completed": "#1FB06C",
            "failed": "#F24812",
        },
        dim="#8A929A",
        key="#9CDCFE",
        ink="#FFFFFF",
        cursor=Look("#FFFFFF", "#1F4E79", bold=True),
    ),
)
LIGHT = Palette(
    name="light",
    dark=False,
    ink="#1F2328",
    ground="#FAFAFA",
    panel="#ECECEC",
    looks=_looks(
        {
            "waiting": "#525D68",
            "active": "#0C222E",
            "delayed": "#3903C6",
            "retrying": "#916E13",
            "completed": "#196E3C",
            "failed": "#421803",
        },
        dim="#5F666E",
        key="#0B4F9E",
        ink="#000000",
        cursor=Look("#000000", "#A9C8E8", bold=True),
    ),
)
NO_COLOUR = Palette(
    name="no-colour",
    dark=True,
    ink="",
    ground="",
    panel="",
    looks={
        "plain": Look(),
        "dim": Look(),
        "title": Look(bold=True),
        "key": Look(bold=True),
        "good": Look(),
        "warn": Look(bold=True),
        "bad": Look(bold=True),
        "waiting": Look(),
        "active": Look(),
        "delayed": Look(),
        "retrying": Look(),
        "completed": Look(),
        "failed": Look(bold=True),
        "cancelled": Look(),
        "paused": Look(bold=True),
        "held": Look(),
        "mark": Look(bold=True),
        "cursor": Look(reverse=True),
        "input": Look(underline=True),
    },
)
"""Weight, underline and reverse only: letters and places tell the rest."""
PALETTES: Mapping[str, Palette] = {palette.name: palette for palette in (DARK, LIGHT, NO_COLOUR)}
