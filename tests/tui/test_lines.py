"""Lines on a screen: their colours, what is painted again, and that a strip has exactly its width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from admin_tui.draw.line import Line, Span
from admin_tui.text import safe
from admin_tui.theme import DARK, LIGHT, NO_COLOUR, PALETTES
from admin_tui.widgets.lines import Lines
from admin_tui.widgets.paint import Painter, textual_theme

TEXT = st.text(st.one_of(st.characters(), st.sampled_from("日本語العربية👍🏽❤️\x1b")), max_size=40)


def lines(*texts: str) -> Sequence[Line]:
    """A span each."""
    return [[Span(safe(text), "failed")] for text in texts]


class Shown(App[None]):
    """Lines alone, in a palette."""

    palette = DARK

    def compose(self) -> ComposeResult:
        yield Lines(lines("one", "two", "three"))


@pytest.mark.anyio
async def test_only_lines_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others stay as they are on the terminal."""
    app = Shown()
    async with app.run_test(size=(20, 5)) as pilot:
        shown, painted = app.query_one(Lines), list[int]()
        drawn = shown.refresh

        def refresh(*regions: object, **options: object) -> Lines:
            painted.extend(getattr(region, "y", -1) for region in regions or (None,))
            return drawn(*regions, **options)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(shown, "refresh", refresh)
        shown.lines = lines("one", "2", "three")
        await pilot.pause()
        assert painted == [1]
        assert [shown.render_line(y).text.rstrip() for y in range(3)] == ["one", "2", "three"]


@pytest.mark.anyio
async def test_the_palette_of_the_app_is_the_one_that_is_painted_with() -> None:
    """Another one holds from the next line on; each is a theme that Textual can read."""
    app = Shown()
    async with app.run_test(size=(20, 5)) as pilot:
        shown = app.query_one(Lines)
        for palette in PALETTES.values():
            app.register_theme(textual_theme(palette))
            app.palette, app.theme = palette, f"admin-{palette.name}"
            await pilot.pause()
            style = next(iter(shown.render_line(0))).style
            colour = style.color.name if style is not None and style.color is not None else ""
            assert colour == (palette.looks["failed"].ink.lower() or "default")


def test_a_cursor_lies_over_all_of_a_line() -> None:
    """Its colours where there are colours, reversed where there are none."""
    strip = Painter(DARK).strip(lines("a")[0], 3, "cursor")
    assert {cast("str", segment.style and str(segment.style)) for segment in strip} == {"bold #ffffff on #1f4e79"}
    strip = Painter(NO_COLOUR).strip([Span(safe("a"))], 3, "cursor")
    assert {str(segment.style) for segment in strip} == {"reverse"}


@given(st.lists(TEXT, max_size=6), st.integers(min_value=0, max_value=300))
def test_a_strip_has_exactly_its_width(texts: list[str], width: int) -> None:
    """Cut in the midst of a wide character, it is filled up."""
    strip = Painter(LIGHT).strip([Span(safe(text)) for text in texts], width)
    assert sum(segment.cell_length for segment in strip) == strip.cell_length == width
