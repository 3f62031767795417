"""Lines that are here already: details, help, panels."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from admin_tui.draw.line import Line
from admin_tui.widgets.paint import Brush


class Lines(ScrollView, can_focus=False):
    """Shows lines, scrolls where there are more than fit, and paints those anew that changed."""

    DEFAULT_CSS = "Lines { height: auto; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }"

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        id: str | None = None,  # noqa: A002 - as each widget calls it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = [tuple(line) for line in lines]
        self._brush = Brush()
        self.virtual_size = Size(0, len(self._lines))

    def on_unmount(self) -> None:
        """Nothing of what was painted is held: Textual knows parts of a thousand widgets that are gone."""
        self.refresh()

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown; set anew, only the lines that differ are painted."""
        return self._lines

    @lines.setter
    def lines(self, lines: Sequence[Line]) -> None:
        old, self._lines = self._lines, [tuple(line) for line in lines]
        if len(old) != len(self._lines):
            self.virtual_size = Size(0, len(self._lines))
            self.refresh(layout=True)
            return
        top, width = self.scroll_offset.y, self.scrollable_content_region.width
        for y in range(top, min(top + self.size.height, len(old))):
            if old[y] != self._lines[y]:
                self.refresh(Region(0, y - top, width, 1))

    def render_lines(self, crop: Region) -> list[Strip]:
        self._brush.dip(self)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        number = self.scroll_offset.y + y
        line = self._lines[number] if number < len(self._lines) else ()
        return self._brush.of(self).strip(line, self.scrollable_content_region.width)
