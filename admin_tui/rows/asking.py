"""What to ask a source for, and what becomes of the answer. Ranks are for jumps: places hold while rows come and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar

from admin_tui.rows.held import MOST, Held, Seam, View
from admin_tui.rows.source import Windowed

Row = TypeVar("Row")


class Ask(NamedTuple):
    """A question to a source, and `how` its answer is taken: it replaces the rows held, or is joined below or above."""

    how: Literal["again", "jump", "down", "up"]
    size: int
    rank: int | None = None
    above: str = ""
    below: str = ""


def missing(held: Held[Row], view: View) -> Ask | None:
    """The screen is at the edge of the rows held, or beyond: what to ask for; None: there is enough."""
    if not held.loaded:
        return Ask("again", view.size)
    near = max(view.page // 2, 1)
    low, high = max(view.top - near, 0), min(view.bottom + near, held.total)
    if held.first <= low and high <= held.end:
        return None
    if not held.rows or view.top >= held.end or view.bottom <= held.first:
        return Ask("jump", view.size, rank=max(view.top - view.page, 0))
    if high > held.end and held.below:
        return Ask("down", view.size, below=held.below)
    if held.first > low and held.above:
        return Ask("up", view.size, above=held.above)
    return None


def again(held: Held[Row], view: View) -> Ask:
    """What to ask for so that the rows on the screen and around it are those of now: from the nearest place known."""
    needed = max(view.bottom + view.page - held.first, view.size)
    if needed > min(2 * view.size, MOST):
        if held.seam is not None and held.seam.number < view.top:
            needed = max(view.bottom + view.page - held.seam.number, view.size)
            return Ask("again", min(needed, MOST), below=held.seam.place)
        if held.below:
            needed = max(held.end - view.top + view.page, view.size)
            return Ask("again", min(needed, MOST), above=held.below)
    return Ask("again", min(needed, MOST), below=held.anchor)


def elsewhere(held: Held[Row], number: int, grown: int) -> Ask | None:
    """Where else the row of this number may be, when so many came in before it that the answer ended above it."""
    if held.below:
        return Ask("again", MOST, above=held.below)
    if grown > 0:
        return Ask("again", MOST, rank=max(number + grown - MOST // 2, 0))
    return None


def joined(held: Held[Row], ask: Ask, answer: Windowed[Row], view: View, key_of: Callable[[Row], str]) -> Held[Row]:
    """The rows held, with this answer."""
    if ask.how == "down":
        return _placed(_lengthened_down(held, answer, view, key_of))
    if ask.how == "up":
        return _placed(_lengthened_up(held, answer, view, key_of))
    first = ask.rank if ask.how == "jump" and ask.rank is not None and not answer.exact else answer.first
    anchor = ask.below if ask.below and answer.above else answer.above
    return _placed(
        Held(
            rows=answer.rows,
            first=first,
            total=answer.total,
            exact=answer.exact,
            anchor=anchor,
            above=answer.above,
            below=answer.below,
            loaded=True,
        )
    )


def _lengthened_down(held: Held[Row], answer: Windowed[Row], view: View, key_of: Callable[[Row], str]) -> Held[Row]:
    """The answer's rows are below those held; what is far above the screen is dropped, down to the seam before."""
    known = held.numbers(key_of)
    new = [row for row in answer.rows if key_of(row) not in known]
    first = answer.first - len(held.rows) if answer.exact and answer.rows else held.first
    longer = held._replace(
        rows=[*held.rows, *new],
        first=first,
        total=answer.total,
        below=answer.below,
        seam=Seam(first + len(held.rows) - 1, held.below),
    )
    seam = held.seam
    if seam is None or seam.number > view.top - view.page:
        return longer
    dropped = seam.number - held.first
    return longer._replace(rows=longer.rows[dropped:], first=first + dropped, anchor=seam.place, above=seam.place)


def _lengthened_up(held: Held[Row], answer: Windowed[Row], view: View, key_of: Callable[[Row], str]) -> Held[Row]:
    """The answer's rows are above those held; what is far below the screen is dropped, up to the seam before."""
    known = {key_of(row) for row in answer.rows}
    kept = [row for row in held.rows if key_of(row) not in known]
    first = answer.first if answer.exact and answer.rows else held.first - len(answer.rows)
    longer = held._replace(
        rows=[*answer.rows, *kept],
        first=first,
        total=answer.total,
        anchor=answer.above,
        above=answer.above,
        seam=Seam(first + len(answer.rows), held.above),
    )
    seam = held.seam
    if seam is None or seam.number < view.bottom + view.page:
        return longer
    dropped = held.end - 1 - seam.number
    return longer._replace(rows=longer.rows[: len(longer.rows) - dropped], below=seam.place)


def _placed(held: Held[Row]) -> Held[Row]:
    """Numbers that agree with what is known: where the list begins and ends, and that it goes on elsewhere."""
    first = held.first
    if not held.above:
        first = 0
    elif not held.below and not held.exact:
        first = max(held.total - len(held.rows), 1)
    else:
        first = max(first, 1)
    end = first + len(held.rows)
    seam = held.seam and held.seam._replace(number=held.seam.number + first - held.first)
    return held._replace(first=first, seam=seam, total=end if not held.below else max(held.total, end + 1))
