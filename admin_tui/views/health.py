"""Which queues need somebody, and why; worst first. Pure rules over a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from admin_tui.text import age, count, percent, rate
from admin_tui.views.workers import SILENT_MS
from engine import Minute, QueueView, Snapshot

Mark = Literal["x", "!", "P", "~", "."]
"""Broken, wants attention, paused, all places taken, fine."""
MARKS: Sequence[Mark] = ("x", "!", "P", "~", ".")
LATE_MS = 600_000
"""A job that waits for longer than this makes its queue want attention."""
RECENT = 5
"""So many minutes say how a queue does now."""
_FEW = 5
"""Fewer ends than this say nothing about a share of failures."""


class QueueRow(NamedTuple):
    """A queue with what the overview says of it. `reason` is empty where all is well.

    `places` are those of its living workers. `done_per_minute` is of the last whole minutes, `failing` of the running
    one too, and None if nothing ended.
    """

    view: QueueView
    mark: Mark
    reason: str
    places: int
    done_per_minute: float
    failing: float | None

    @property
    def name(self) -> str:
        return self.view.name

    @property
    def oldest_ms(self) -> int:
        return self.view.counts.oldest_waiting_ms or 0


def queue_rows(snapshot: Snapshot) -> list[QueueRow]:
    """All queues, the worst first: by mark, then by how long the oldest job waits, then by how many wait."""
    return sorted((_row(snapshot, view) for view in snapshot.queues), key=_badness)


def _badness(row: QueueRow) -> tuple[int, int, int, str]:
    return MARKS.index(row.mark), -row.oldest_ms, -row.view.counts.waiting, row.name


def _row(snapshot: Snapshot, view: QueueView) -> QueueRow:
    alive = [
        worker
        for worker in snapshot.workers
        if view.name in worker.queues and snapshot.at_ms - worker.seen <= SILENT_MS
    ]
    places = sum(worker.concurrency.get(view.name, 0) for worker in alive)
    failing = _failing([minute for minute in view.minutes[-RECENT - 1 :] if minute is not None])
    mark, reason = _judge(view, len(alive), places, failing)
    whole = [minute.completed for minute in view.minutes[-RECENT - 1 : -1] if minute is not None]
    done = sum(whole) / max(1, len(whole))
    return QueueRow(view, mark, reason, places, done, failing)


def _failing(minutes: Sequence[Minute]) -> float | None:
    completed = sum(minute.completed for minute in minutes)
    failed = sum(minute.failed for minute in minutes)
    return failed / (completed + failed) if completed + failed else None


def _ended(view: QueueView) -> int:
    return sum(minute.completed + minute.failed for minute in view.minutes[-RECENT - 1 :] if minute is not None)


def _judge(view: QueueView, alive: int, places: int, failing: float | None) -> tuple[Mark, str]:
    """The first rule that holds."""
    counts, limits, oldest = view.counts, view.limits, view.counts.oldest_waiting_ms
    if limits.paused:
        waits = f", {count(counts.waiting)} jobs wait, oldest {age(oldest)}" if counts.waiting else ""
        return "P", f"paused{waits}"
    if counts.waiting and not alive:
        return "x", f"no workers, {count(counts.waiting)} jobs wait, oldest {age(oldest)}"
    if failing is not None and failing >= 0.5 and _ended(view) >= _FEW:
        return "x", f"{percent(failing)} of its jobs fail"
    if oldest is not None and oldest > LATE_MS:
        return "!", f"oldest waits {age(oldest)}, {_held(view, places)}"
    if limits.suspects:
        return "!", f"{limits.suspects} jobs have crashed their worker"
    if failing is not None and failing >= 0.1 and _ended(view) >= _FEW:
        return "!", f"{percent(failing)} of its jobs fail"
    if counts.waiting and _full(view, places):
        return "~", _held(view, places)
    return ".", ""


def _full(view: QueueView, places: int) -> bool:
    most = view.limits.max_active.now
    return view.limits.active >= places or (most is not None and view.limits.active >= most)


def _held(view: QueueView, places: int) -> str:
    """What holds the queue back, in the engine's order."""
    limits = view.limits
    if limits.max_active.now is not None and limits.active >= limits.max_active.now:
        return f"all {limits.max_active.now:g} that may run do"
    if limits.tokens is not None and limits.tokens < 1:
        return f"held by its rate {rate(limits.rate.now)}"
    if limits.shared_tokens is not None and limits.shared_tokens < 1:
        return f"held by the shared rate {rate(limits.shared_rate.now)}"
    if limits.active >= places:
        return f"all {places} places are taken"
    return f"{limits.active} of {places} places are taken"


class Reason(NamedTuple):
    """Why a queue needs somebody."""

    mark: Mark
    name: str
    words: str


class Verdict(NamedTuple):
    """What to say first: `word` is BAD, LOOK or GOOD; `rows` are the queues that need somebody."""

    word: Literal["BAD", "LOOK", "GOOD"]
    rows: Sequence[QueueRow]
    queues: int
    spoilt: Sequence[str] = ()

    @property
    def words(self) -> str:
        ill = len(self.rows) + len(self.spoilt)
        if not ill:
            return f"all {self.queues} queues do well" if self.queues else "there are no queues"
        return f"{ill} of {self.queues} queues {'needs' if ill == 1 else 'need'} you"

    @property
    def reasons(self) -> Sequence[Reason]:
        """Each queue that needs somebody, and why; those that cannot be read first."""
        unread = [Reason("x", name, "its keys cannot be read: see `python -m engine doctor`") for name in self.spoilt]
        return [*unread, *(Reason(row.mark, row.name, row.reason) for row in self.rows)]


def verdict(rows: Sequence[QueueRow], spoilt: Sequence[str] = ()) -> Verdict:
    """How it is: bad if a queue is broken, worth a look if one wants attention; a paused one is somebody's will."""
    need = [row for row in rows if row.mark in ("x", "!")]
    if spoilt or any(row.mark == "x" for row in need):
        return Verdict("BAD", need, len(rows) + len(spoilt), spoilt)
    return Verdict("LOOK" if need else "GOOD", need, len(rows))
