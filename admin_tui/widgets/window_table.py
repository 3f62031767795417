"""A table of any number of rows, of which it holds those around the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from textual.message import Message
from textual.scroll_view import ScrollView

from admin_tui.draw.columns import Column
from admin_tui.rows import Source
from engine import EngineError

Row = TypeVar("Row")


class WindowTable(ScrollView, Generic[Row], can_focus=True):
    """Rows of a source under a line of titles. The cursor stays on its row, by id, whatever comes, goes or moves.

    When that row leaves the list, the cursor keeps its place on the screen, `row` is None, and `Gone` says so: nothing
    can be done to another row by mistake, and the next movement chooses one. Rows that are not here yet are blank.
    """

    class Moved(Message):
        """The cursor is on another row, or the row that it is on has changed; `row` is None where there is none."""

    class Opened(Message):
        """Enter, or a click on the row that the cursor was on."""

    class Gone(Message):
        """The row under the cursor is no longer in the list."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Updated(Message):
        """An answer came; `total`, `changed` and the rows are of now."""

    class Failed(Message):
        """A read failed; the rows shown are the old ones."""

        def __init__(self, error: EngineError) -> None:
            super().__init__()
            self.error = error

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

    @property
    def columns(self) -> Sequence[Column[Row]]:
        """What is shown of a row; set anew (the time goes on), only the lines that it changes are painted."""
        raise NotImplementedError

    @columns.setter
    def columns(self, columns: Sequence[Column[Row]]) -> None:
        raise NotImplementedError

    def show(self, source: Source[Row]) -> None:
        """Another list is shown, from its top, without marks; late answers of the one before are dropped."""
        raise NotImplementedError

    def reload(self) -> None:
        """The rows around the screen are being asked for again; to be called at each tick. Never two calls at once."""
        raise NotImplementedError

    @property
    def row(self) -> Row | None:
        """The row that is shown under the cursor; None: not here yet, gone, or an empty list."""
        raise NotImplementedError

    @property
    def marked(self) -> Mapping[str, Row]:
        """The marked rows by key, each as it was when it was marked or last shown; also those far off the screen."""
        raise NotImplementedError

    def mark(self, *, all_of_it: bool | None = None) -> None:
        """The row under the cursor is marked, or no longer; `all_of_it`: the list as a whole is, or is not."""
        raise NotImplementedError

    def unmark(self) -> None:
        """Nothing is marked."""
        raise NotImplementedError

    @property
    def all_marked(self) -> bool:
        """The list as a whole is marked, by what it is, not row by row."""
        raise NotImplementedError

    @property
    def frozen(self) -> bool:
        """The rows hold still; `changed` counts what would be otherwise."""
        raise NotImplementedError

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        raise NotImplementedError

    @property
    def changed(self) -> int:
        """How many of the rows held came, went or changed since the list was frozen."""
        raise NotImplementedError

    @property
    def total(self) -> int:
        """The rows of the list."""
        raise NotImplementedError

    @property
    def position(self) -> tuple[int, bool]:
        """The cursor's row, counted from 0, and whether that is exact or an estimate."""
        raise NotImplementedError

    def go(self, to: int) -> None:
        """The cursor is on this row of the list, or on the next one that there is."""
        raise NotImplementedError
