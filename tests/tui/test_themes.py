"""The palettes, measured: contrast on their ground, and how far apart states look to each kind of eye."""

from __future__ import annotations

from itertools import combinations
from typing import get_args

import pytest

from admin_tui.draw.line import Style
from admin_tui.theme import DARK, LIGHT, NO_COLOUR, PALETTES, Palette

Rgb = tuple[float, float, float]
Matrix = tuple[Rgb, Rgb, Rgb]
SIGHTS: dict[str, Matrix] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""What an eye without one kind of cone sees, on linear RGB (severity 1 of the usual model)."""
STATES: tuple[Style, ...] = ("waiting", "active", "delayed", "retrying", "completed", "failed")
COLOURED = {"dark": (DARK, 5.0, 25.0), "light": (LIGHT, 4.5, 22.0)}


def linear(colour: str) -> Rgb:
    """The colour's light, channel by channel."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def _light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def times(matrix: Matrix, rgb: Rgb) -> Rgb:
    """The colour as seen, within what a screen can show."""
    red, green, blue = (min(max(sum(a * b for a, b in zip(row, rgb, strict=True)), 0.0), 1.0) for row in matrix)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    lights = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (linear(one), linear(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(rgb: Rgb) -> Rgb:
    """Linear RGB as CIE Lab, white D65."""
    red, green, blue = rgb
    x = _root((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047)
    y = _root(0.2126729 * red + 0.7151522 * green + 0.0721750 * blue)
    z = _root((0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24_389 else (24_389 / 27 * value + 16) / 116


def distance(one: str, other: str, sight: str) -> float:
    """How far apart two colours look."""
    seen = [lab(times(SIGHTS[sight], linear(colour))) for colour in (one, other)]
    return float(sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5)


def test_the_measure_itself() -> None:
    """Black on white is 21 to 1 and 100 apart; red and green come close to each other without a cone for red."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert distance("#000000", "#FFFFFF", "normal") == pytest.approx(100.0, abs=0.1)
    assert distance("#FF0000", "#00FF00", "normal") == pytest.approx(170.6, abs=0.5)
    assert distance("#B05000", "#5F7F00", "protan") < 25 < distance("#B05000", "#5F7F00", "normal")


@pytest.mark.parametrize("name", COLOURED)
@pytest.mark.parametrize("sight", SIGHTS)
def test_states_are_told_apart_by_every_eye(name: str, sight: str) -> None:
    """At least 25 apart on dark ground and 22 on light, any two of the six."""
    palette, _, apart = COLOURED[name]
    for one, other in combinations(STATES, 2):
        assert distance(palette.looks[one].ink, palette.looks[other].ink, sight) >= apart, (one, other)


@pytest.mark.parametrize("name", COLOURED)
@pytest.mark.parametrize("style", get_args(Style))
def test_every_style_can_be_read_on_its_ground(name: str, style: Style) -> None:
    """At least 5 to 1 on dark, 4.5 to 1 on light; the cursor on its own ground."""
    palette, least, _ = COLOURED[name]
    look = palette.looks[style]
    assert contrast(look.ink or palette.ink, look.ground or palette.ground) >= least


@pytest.mark.parametrize("name", COLOURED)
def test_text_can_be_read_on_panels_and_the_cursor_is_seen(name: str) -> None:
    """Panels hold plain and dim text; the cursor's ground is not that of the rows."""
    palette, _, _ = COLOURED[name]
    for style in ("plain", "dim", "key", "title"):
        assert contrast(palette.looks[style].ink or palette.ink, palette.panel) >= 4.5, style
    assert distance(palette.looks["cursor"].ground, palette.ground, "normal") >= 15


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())
def test_every_style_has_a_look(palette: Palette) -> None:
    """None is left out."""
    assert set(palette.looks) == set(get_args(Style))


def test_without_colour_there_is_none() -> None:
    """Weight, underline and reverse only, and the cursor has one of them."""
    looks = NO_COLOUR.looks.values()
    assert {(look.ink, look.ground) for look in looks} == {("", "")}
    assert NO_COLOUR.looks["cursor"].reverse
