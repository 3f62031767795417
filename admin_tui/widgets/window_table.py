"""A table of any number of rows, of which it holds those around the screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import ClassVar, Generic, TypeAlias, TypeVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from admin_tui.draw.columns import Column
from admin_tui.rows import Feed, Source
from admin_tui.rows.marks import Marks
from admin_tui.widgets import table_told
from admin_tui.widgets.bindings import bindings
from admin_tui.widgets.paint import Brush
from admin_tui.widgets.table_lines import Painted, TableLines
from engine import EngineError

Row = TypeVar("Row")
_OWN_KEYS = (
    "row_down", "row_up", "first_row", "last_row", "page_down", "page_up", "open", "mark", "mark_range", "unmark",
)  # fmt: skip


class WindowTable(ScrollView, Generic[Row], can_focus=True, inherit_bindings=False):
    """Rows of a source under a line of titles. The cursor stays on its row, by id, whatever comes, goes or moves.

    When that row leaves the list, the cursor keeps its place on the screen, `row` is None, and `Gone` says so: nothing
    can be done to another row by mistake, and the next movement chooses one. Rows that are not here yet are blank.
    """

    DEFAULT_CSS = "WindowTable { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tables", only=_OWN_KEYS)]

    Moved: TypeAlias = table_told.Moved
    Opened: TypeAlias = table_told.Opened
    Updated: TypeAlias = table_told.Updated
    Gone: TypeAlias = table_told.Gone
    Failed: TypeAlias = table_told.Failed

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], str],
        *,
        id: str | None = None,  # noqa: A002 - as each widget calls it
        empty: str = "nothing",
    ) -> None:
        """`key` is a row's identity, unique in its list; `empty` is shown where there is no row."""
        super().__init__(id=id)
        self._feed = Feed(key)
        self._marks = Marks[Row]()
        self._lines = TableLines(columns, empty)
        self._brush = Brush()
        self._drawn: list[Painted] = []
        self._told: tuple[str, Row | None] = ("", None)
        self._adjusting = False

    @property
    def columns(self) -> Sequence[Column[Row]]:
        """What is shown of a row; set anew (the time goes on), only the lines that it changes are painted."""
        return self._lines.columns

    @columns.setter
    def columns(self, columns: Sequence[Column[Row]]) -> None:
        self._lines.columns = columns
        self._repaint()

    @property
    def empty(self) -> str:
        """What is shown where there is no row."""
        return self._lines.empty

    @empty.setter
    def empty(self, empty: str) -> None:
        self._lines.empty = empty
        self._repaint()

    def show(self, source: Source[Row]) -> None:
        """Another list is shown, from its top, without marks; late answers of the one before are dropped."""
        self._feed.show(source)
        self._marks.clear()
        self._shown()

    def reload(self) -> None:
        """The rows around the screen are being asked for again; to be called at each tick. Never two calls at once."""
        self._feed.reload()
        self._ask()

    @property
    def row(self) -> Row | None:
        """The row that is shown under the cursor; None: not here yet, gone, or an empty list."""
        cursor = self._feed.cursor
        return self._feed.held.at(cursor.number) if cursor.key else None

    @property
    def rows(self) -> Sequence[Row]:
        """The rows held: those on the screen and some around."""
        return self._feed.held.rows

    @property
    def loaded(self) -> bool:
        """An answer has come since the list was shown."""
        return self._feed.held.loaded

    @property
    def total(self) -> int:
        """The rows of the list."""
        return self._feed.held.total

    @property
    def position(self) -> tuple[int, bool]:
        """The cursor's row, counted from 0, and whether that is exact or an estimate."""
        return self._feed.cursor.number, self._feed.held.exact

    @property
    def marked(self) -> Mapping[str, Row]:
        """The marked rows by key, each as it was last shown; also those far off the screen."""
        return self._marks.rows

    @property
    def all_marked(self) -> bool:
        """The list as a whole is marked, by what it is, not row by row."""
        return self._marks.everything

    @all_marked.setter
    def all_marked(self, everything: bool) -> None:
        self._marks.clear()
        self._marks.everything = everything
        self._shown()

    @property
    def frozen(self) -> bool:
        """The rows hold still; `changed` counts what would be otherwise."""
        return self._feed.frozen

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        self._feed.frozen, self._feed.changed = frozen, 0
        self.reload()

    @property
    def changed(self) -> int:
        """How many of the rows held came, went or changed since the list was frozen."""
        return self._feed.changed

    def go(self, to: int) -> None:
        """The cursor is on this row of the list, or on the nearest one that there is."""
        self._feed.move(to)
        self._shown()

    def action_row_down(self) -> None:
        # Where the row is gone, the next one has come up to its place.
        self.go(self._feed.cursor.number + (0 if self._feed.cursor.gone else 1))

    def action_row_up(self) -> None:
        self.go(self._feed.cursor.number - 1)

    def action_first_row(self) -> None:
        self.go(0)

    def action_last_row(self) -> None:
        self.go(self.total - 1)

    def action_page_down(self) -> None:
        self._turn(self._feed.height)

    def action_page_up(self) -> None:
        self._turn(-self._feed.height)

    def _turn(self, rows: int) -> None:
        cursor = self._feed.cursor
        self._feed.scroll(cursor.top + rows)
        self.go(cursor.number + rows)

    def action_open(self) -> None:
        if self.row is not None:
            self.post_message(self.Opened(self))

    def action_mark(self) -> None:
        if self.row is not None:
            self._marks.toggle(self._feed.cursor.key, self.row)
            self.go(self._feed.cursor.number + 1)

    def action_mark_range(self) -> None:
        self._marks.through(self._feed.held, self._feed.cursor, self._feed.key)
        self._shown()

    def action_unmark(self) -> None:
        self._marks.clear()
        self._shown()

    def on_click(self, event: events.Click) -> None:
        line = event.get_content_offset(self)
        if line is None or line.y == 0:
            return
        number = self._feed.cursor.top + line.y - 1
        if number == self._feed.cursor.number and self.row is not None:
            self.post_message(self.Opened(self))
        elif number < self.total:
            self.go(number)

    def on_resize(self) -> None:
        self._feed.resize(self.size.height - 1)
        self._shown()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel or the bar moved the rows. The base would paint them all, also where only their numbers changed."""
        self.vertical_scrollbar.position = new_value
        if not self._adjusting and round(new_value) != self._feed.cursor.top:
            self._feed.scroll(round(new_value))
            self._shown()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._brush.dip(self)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        drawn = self._drawn[y] if y < len(self._drawn) else Painted(())
        return self._brush.of(self).strip(drawn.line, self.scrollable_content_region.width, drawn.over)

    def _shown(self) -> None:
        """Rows, cursor or marks are others now: all who show it know, and what is missing is asked for."""
        self._adjust()
        self._repaint()
        self._tell()
        self._ask()

    def _adjust(self) -> None:
        self._adjusting = True
        # Without a layout: that would paint the whole screen at each tick of a busy list.
        size = Size(0, self.total + 1)
        self.set_reactive(WindowTable.virtual_size, size)  # pyright: ignore[reportArgumentType] - declared too widely
        self.vertical_scrollbar.window_virtual_size = self.total + 1
        self.vertical_scrollbar.window_size = self.size.height
        self.scroll_to(y=self._feed.cursor.top, animate=False, force=True)
        self._adjusting = False

    def _repaint(self) -> None:
        before, width = self._drawn, self.scrollable_content_region.width
        self._drawn = self._lines.draw(self._feed, self._marks, width, self.size.height)
        if len(before) != len(self._drawn):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._drawn, strict=True)):
            if old != new:
                self.refresh(Region(0, y, width, 1))

    def _tell(self) -> None:
        told, self._told = self._told, (self._feed.cursor.gone, self.row)
        if self._feed.cursor.gone and self._feed.cursor.gone != told[0]:
            self.post_message(self.Gone(self, self._feed.cursor.gone))
        if self._told != told:
            self.post_message(self.Moved(self))

    def _ask(self) -> None:
        # By the app: a call is not cut off when the table leaves the screen, its answer is dropped instead.
        if self.is_mounted and self._feed.due:
            self.app.run_worker(self._update(self._feed.update()), group="rows")

    async def _update(self, answer: Coroutine[object, object, bool]) -> None:
        try:
            current = await answer
        except EngineError as error:
            self.post_message(self.Failed(self, error))
            return
        if current and self.is_attached:
            self._marks.seen(self._feed.held, self._feed.key)
            self.post_message(self.Updated(self))
            self._shown()
