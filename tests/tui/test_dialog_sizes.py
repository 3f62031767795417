"""Views and dialogs at each size: nothing is cut off, and what must be answered can be seen."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.widgets import Button, Input

from admin_tui.widgets.lines import Lines
from tests.support.opened import opened

pytestmark = pytest.mark.anyio
SIZES = [(80, 24), (60, 20), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
async def test_dialogs_fit(size: tuple[int, int]) -> None:
    """All of a dialog is on the screen: its facts, fields and both buttons, also where a number must be typed."""
    async with opened(size=size, profile="prod") as tui:
        for keys in (("1", "P"), ("1", "C"), ("1", "X"), ("1", "X", "f"), ("4", "E"), ("5", "R"), ("5", "D")):
            for key in keys:
                await tui.press(key)
                if key in "PCXfERD":
                    await tui.dialog()
            dialog, screen = await tui.dialog(), Region(0, 0, *size)
            box = dialog.query_one("#box")
            assert screen.contains_region(box.region), keys
            for widget in (*dialog.query(Button), *dialog.query(Input), *dialog.query(Lines)):
                if widget.display and widget.parent is not None and widget.parent.display:
                    assert box.region.contains_region(widget.region), (keys, widget)
            await tui.press("escape")


@pytest.mark.parametrize("size", SIZES)
async def test_views_fit(size: tuple[int, int]) -> None:
    """Each view has its rows and its detail on the screen, and no line is wider than it."""
    async with opened(size=size) as tui:
        for key, words in (("3", "alive"), ("4", "limits"), ("5", "failed in"), ("6", "every change")):
            await tui.press(key)
            await tui.refresh()
            shown = tui.text().splitlines()
            assert any(words in line for line in shown), key
            assert max(map(len, shown)) <= size[0]
            for lines in tui.screen.query(Lines):
                if lines.id in ("top", "detail", "footer") and lines.display and lines.size.width:
                    assert len(lines.lines) <= max(lines.size.height, 0) or not lines.size.height, (key, lines)


async def test_a_dialog_on_the_smallest_screen_can_be_scrolled() -> None:
    """At 40 by 10 a dialog scrolls, and its answer is where the focus goes."""
    async with opened(size=(40, 10)) as tui:
        await tui.press("P")
        dialog = await tui.dialog()
        await tui.press("tab")
        focused = dialog.focused
        assert isinstance(focused, Button)
        assert Region(0, 0, 40, 10).contains_region(focused.region)
        await tui.press("escape")
