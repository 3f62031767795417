"""The pictures in docs/screens are those of the program."""

from __future__ import annotations

import re

import pytest

from admin_tui.screenshots import DIRECTORY, PICTURES, draw
from tests.support.workers import ROOT

pytestmark = pytest.mark.anyio
SCREENS = ROOT / DIRECTORY
ONE = next(picture for picture in PICTURES if picture.file == "overview-80x24.svg")


async def test_a_picture_is_as_it_is_kept() -> None:
    """The overview is drawn as it is kept; `python -m admin_tui screenshots` draws all of them anew."""
    assert await draw(ONE) == (SCREENS / ONE.file).read_text()


def test_every_picture_is_kept_and_no_other() -> None:
    """One for each screen and size, and the overview in the other colours."""
    assert {path.name for path in SCREENS.iterdir()} == {picture.file for picture in PICTURES}


def test_no_picture_asks_the_network_for_anything() -> None:
    """Fonts are the reader's own."""
    for path in SCREENS.iterdir():
        svg = path.read_text()
        assert "url(" not in svg.replace("url(#", "")
        assert set(re.findall(r"https?://[^\"']*", svg)) == {"http://www.w3.org/2000/svg"}
