"""Lines become strips: the only place where a span gets its colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style as Ink
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from admin_tui.draw.line import Line, Span, Style
from admin_tui.theme import DARK, Look, Palette


@runtime_checkable
class HasPalette(Protocol):
    """An app that says how it looks."""

    palette: Palette


class Painter:
    """Makes strips of lines by one palette; `ground` is what a style does not say."""

    def __init__(self, palette: Palette, ground: Ink | None = None) -> None:
        self.palette, self.ground = palette, ground or Ink()
        self._inks: dict[tuple[Style, Style | None], Ink] = {}

    def strip(self, line: Line, width: int, over: Style | None = None) -> Strip:
        """The line in exactly so many cells; what `over` says of colours holds for all of it."""
        segments, room = list[Segment](), width
        for span in line:
            if room <= 0:
                break
            text, cells = _at_most(span, room)
            segments.append(Segment(text, self._ink(span.style, over)))
            room -= cells
        if room > 0:
            segments.append(Segment(" " * room, self._ink("plain", over)))
        return Strip(segments, max(width, 0))

    def _ink(self, style: Style, over: Style | None) -> Ink:
        known = self._inks.get((style, over))
        if known is None:
            look = self.palette.looks[style]
            mine = _ink(_over(look, self.palette.looks[over]) if over else look)
            known = self._inks[style, over] = self.ground + mine
        return known


class Brush:
    """Paints as the app looks now; that is asked once a painting: for each line it would cost most of the time."""

    def __init__(self) -> None:
        self._painter: Painter | None = None

    def dip(self, widget: Widget) -> Painter:
        """The painter for the palette of the widget's app (the dark one's if it has none), on the widget's ground."""
        palette = widget.app.palette if isinstance(widget.app, HasPalette) else DARK
        ground, known = widget.rich_style, self._painter
        if known is None or palette is not known.palette or ground != known.ground:
            known = self._painter = Painter(palette, ground)
        return known

    def of(self, widget: Widget) -> Painter:
        """The painter as it was dipped last."""
        return self._painter or self.dip(widget)


def _at_most(span: Span, cells: int) -> tuple[str, int]:
    size = cell_len(span.text)
    return (span.text, size) if size <= cells else (set_cell_size(span.text, cells), cells)


def _over(look: Look, upper: Look) -> Look:
    return Look(
        upper.ink or look.ink,
        upper.ground or look.ground,
        bold=look.bold or upper.bold,
        underline=look.underline or upper.underline,
        reverse=look.reverse or upper.reverse,
    )


def _ink(look: Look) -> Ink:
    return Ink(
        color=look.ink or None,
        bgcolor=look.ground or None,
        bold=look.bold or None,
        underline=look.underline or None,
        reverse=look.reverse or None,
    )


_TRACKS = [f"scrollbar-{part}" for part in ("background", "background-hover", "background-active", "corner-color")]


def textual_theme(palette: Palette) -> Theme:
    """The palette for Textual's own parts: grounds, scroll bars, fields."""
    looks = palette.looks
    return Theme(
        name=f"admin-{palette.name}",
        primary=looks["key"].ink or "ansi_default",
        foreground=palette.ink or "ansi_default",
        background=palette.ground or "ansi_default",
        surface=palette.ground or "ansi_default",
        panel=palette.panel or "ansi_default",
        success=looks["good"].ink or "ansi_default",
        warning=looks["warn"].ink or "ansi_default",
        error=looks["bad"].ink or "ansi_default",
        dark=palette.dark,
        variables=dict.fromkeys(_TRACKS, palette.panel or "ansi_default"),
    )


def same(one: Sequence[Span] | None, other: Sequence[Span]) -> bool:
    """Both lines look the same, so there is nothing to paint."""
    return one is not None and tuple(one) == tuple(other)
