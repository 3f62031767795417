"""The rows that are held of a list, some pages around the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

Row = TypeVar("Row")
MOST = 250
"""So many rows are asked for at once."""


class Seam(NamedTuple):
    """A row inside of those held whose place is known: its number and that place."""

    number: int
    place: str


class Held(NamedTuple, Generic[Row]):
    """Consecutive rows, the first of which has the number `first` in a list of `total`.

    `anchor` is a place that all of them are below, by which they are asked for again; it is empty where they begin the
    list. `above` and `below` are the places of the first and the last of them, empty at the list's ends. The `seam` is
    where the last answer was joined to those before.
    """

    rows: Sequence[Row] = ()
    first: int = 0
    total: int = 0
    exact: bool = True
    anchor: str = ""
    above: str = ""
    below: str = ""
    seam: Seam | None = None
    loaded: bool = False

    @property
    def end(self) -> int:
        """The number behind the last row's."""
        return self.first + len(self.rows)

    def at(self, number: int) -> Row | None:
        """The row of this number, if it is here."""
        return self.rows[number - self.first] if self.first <= number < self.end else None

    def numbers(self, key_of: Callable[[Row], str]) -> dict[str, int]:
        """The number of each row that is here."""
        return {key_of(row): number for number, row in enumerate(self.rows, self.first)}


class View(NamedTuple):
    """What the screen shows: `height` rows from number `top` on."""

    top: int
    height: int

    @property
    def bottom(self) -> int:
        """The number behind the last row on the screen."""
        return self.top + self.height

    @property
    def page(self) -> int:
        """How far beyond the screen rows are held."""
        return max(min(self.height, (MOST - self.height) // 2), 1)

    @property
    def size(self) -> int:
        """The screen with a page on either side."""
        return min(self.height + 2 * self.page, MOST)
