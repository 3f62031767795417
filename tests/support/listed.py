"""A list as an engine has it, for tables under test: rows come, go and move, and windows are asked of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Generator
from typing import NamedTuple

from admin_tui.rows.source import Loaded

MOST = 250


class Item(NamedTuple):
    """A row: in order of `score`, then of `id`."""

    score: int
    id: str
    version: int = 0


class Turn:
    """Awaited, somebody else has had a turn."""

    def __await__(self) -> Generator[None]:
        yield


def key(item: Item) -> str:
    """A row's identity."""
    return item.id


class Listed:
    """Rows in order. Without `exact` it knows no ranks, only an estimate, which is off by `off` of the list."""

    def __init__(self, size: int = 0, *, exact: bool = True, off: float = 0.0) -> None:
        self.items = [Item(1_000 * n, f"job-{n:07}") for n in range(size)]
        self.exact = exact
        self.off = off
        self.calls = 0
        self.turns = 0
        """So many turns others have before an answer is made, and as many before it is here."""
        self.before: Callable[[], None] = lambda: None
        """Called with each question: it may raise."""

    @property
    def ids(self) -> list[str]:
        """In order."""
        return [item.id for item in self.items]

    def add(self, score: int, id_: str) -> None:
        """A row has come."""
        insort(self.items, Item(score, id_))

    def remove(self, number: int) -> Item:
        """A row has gone."""
        return self.items.pop(number)

    async def window(self, size: int, *, rank: int | None = None, above: str = "", below: str = "") -> Loaded[Item]:
        """As an engine answers."""
        assert 1 <= size <= MOST
        self.calls += 1
        self.before()
        for _ in range(self.turns):
            await Turn()
        answer = self._answer(size, rank, above, below)
        for _ in range(self.turns):
            await Turn()
        return answer

    def _answer(self, size: int, rank: int | None, above: str, below: str) -> Loaded[Item]:
        total = len(self.items)
        first = min(rank or 0, total)
        if above:
            end = bisect_left(self.items, _item(above))
            first, size = max(end - size, 0), min(size, end)
        elif below:
            first = bisect_right(self.items, _item(below)._replace(version=MOST))
        rows = self.items[first : first + size]
        told = first if self.exact or not rows else max(round(first + self.off * total), 0)
        ends = first + len(rows) == total
        return Loaded(
            rows=rows,
            first=told,
            total=total,
            exact=self.exact,
            above=_place(rows[0]) if rows and first else "",
            below=_place(rows[-1]) if rows and not ends else "",
        )


def _place(item: Item) -> str:
    return f"{item.score} {item.id}"


def _item(place: str) -> Item:
    score, id_ = place.split(" ", 1)
    return Item(int(score), id_)
