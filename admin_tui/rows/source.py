"""Where the rows of a list come from, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Windowed(Protocol[Row_co]):
    """Consecutive rows and where they lie; `engine.Window` is one.

    `above` and `below` are the places of the first row and of the last one, empty where the list ends there.
    """

    @property
    def rows(self) -> Sequence[Row_co]: ...
    @property
    def first(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def exact(self) -> bool: ...
    @property
    def above(self) -> str: ...
    @property
    def below(self) -> str: ...


class Source(Protocol[Row_co]):
    """A list: `Eyes.window` of one queue's list is one."""

    async def window(self, size: int, *, rank: int | None = None, above: str = "", below: str = "") -> Windowed[Row_co]:
        """Up to `size` rows: from row `rank` on, those next above a place, those next below it, or the first ones.

        Any place of a window can be given either way. Raises EngineError only.
        """
        ...


class Loaded(NamedTuple, Generic[Row]):
    """A window of rows in memory."""

    rows: Sequence[Row]
    first: int
    total: int
    exact: bool
    above: str
    below: str


class InMemory(Generic[Row]):
    """A source of rows that are all here, such as workers, groups or the hits of a search; `rows` may be replaced."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self.rows = rows

    async def window(self, size: int, *, rank: int | None = None, above: str = "", below: str = "") -> Loaded[Row]:
        """All of them: they are here."""
        return Loaded(self.rows, 0, len(self.rows), exact=True, above="", below="")
