"""Reads of lists of jobs."""

from __future__ import annotations

import re

from msgspec import Struct

from engine.redaction import redact_text
from engine.streams.call import Arg, Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.streams.reads.jobs import WITHOUT_REASON, holding_of, reason, worker_label
from engine.types import JobLine, State
from engine.views import JobPage, Listed, Window

_ORDER = ("again", "suspect", "ready")
"""The streams as jobs run from them."""
_ENTRY = re.compile(r"\d{1,15}-\d{1,15}\Z")
FIELDS = 11
"""Values of a job's line."""


class Place(Struct, frozen=True):
    """Where a window begins: at a row by its number, or next to a cursor of another window."""

    rank: int = 0
    above: str = ""
    below: str = ""

    def words(self) -> tuple[str, Arg]:
        """As the script takes it."""
        if self.above:
            return "above", to_bytes(self.above)
        return ("below", to_bytes(self.below)) if self.below else ("at", self.rank)


def place_of(at: str) -> Place | None:
    """Above the entry that a waiting job's record names; None if it names none."""
    stream, _, entry = at.partition(" ")
    if stream not in _ORDER or not _ENTRY.match(entry):
        return None
    return Place(above=f"{_ORDER.index(stream) + 1} {entry}")


def list_jobs(k: Keys, state: State, limit: int, after: str = "") -> Call[JobPage]:
    """A page of the jobs in one state; ended ones newest first, others in running order."""
    return build(
        "list",
        k,
        [state.value, limit, to_bytes(after)],
        lambda reply: JobPage(lines(reply[1:]), to_cursor(reply[0]) or None),
        items=limit,
    )


def window(k: Keys, listed: Listed, size: int, place: Place) -> Call[Window]:
    """Up to `size` rows of a list from a place on; ended jobs and the trash newest first, others in running order."""

    def decode(reply: list[bytes]) -> Window:
        first, total, exact, above, below = reply[:5]
        return Window(
            rows=lines(reply[5:]),
            first=int(first),
            total=int(total),
            exact=exact == b"1",
            above=to_cursor(above),
            below=to_cursor(below),
        )

    return build("window", k, [listed, size, *place.words()], decode, items=size)


def recent(k: Keys, tenant: str, limit: int, first: int) -> Call[tuple[int, list[JobLine]]]:
    """How many of a tenant's ids from rank `first` on were looked at, and those that have a record, newest first."""

    def decode(reply: list[bytes]) -> tuple[int, list[JobLine]]:
        return int(reply[0]), lines(reply[1:])

    return build("recent", k, [tenant, limit, first], decode, items=limit)


def to_bytes(cursor: str) -> bytes:
    """A cursor as the script gave it, whatever bytes are in the id that it names."""
    return cursor.encode(errors="surrogateescape")


def to_cursor(cursor: bytes) -> str:
    """A cursor as text."""
    return cursor.decode(errors="surrogateescape")


def lines(reply: list[bytes]) -> list[JobLine]:
    """The jobs of a reply, eleven values each."""
    return [_line(reply[i : i + FIELDS]) for i in range(0, len(reply), FIELDS)]


def _line(row: list[bytes]) -> JobLine:
    texts = [value.decode(errors="backslashreplace") for value in row]
    job_id, name, word, run, attempts, ended, tenant, error, due, group, held = texts
    state, holding = State(word), holding_of(held)
    return JobLine(
        id=job_id,
        name=name,
        state=state,
        run=int(run),
        attempts_made=int(attempts or 0),
        timestamp=int(run) // 1000,
        finished_on=int(ended) if ended else None,
        tenant=tenant or None,
        failed_reason=redact_text(reason(row[7])).text if error and state not in WITHOUT_REASON else None,
        due=int(due) if due and state is State.DELAYED else None,
        worker=worker_label(holding[4]) if holding else None,
        started_on=int(holding[0]) // 1000 if holding else None,
        group=group if group and state is State.FAILED else None,
    )
