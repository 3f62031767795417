"""What a deed is done to: things as they were shown when the key went down, carried by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from admin_tui.actions.deeds import Deed, DeedName
from engine import Chosen, JobLine, LimitSettings, LimitsView, Listed, Matching, Operation, QueueCounts


class Jobs(NamedTuple):
    """Jobs one by one, each of the run and in the state that was shown; `listed`: the list that they were seen in."""

    queue: str
    lines: tuple[JobLine, ...]
    listed: Listed

    @property
    def on(self) -> Chosen:
        return Chosen(list(self.lines))

    @property
    def number(self) -> int:
        return len(self.lines)

    @property
    def words(self) -> str:
        """How a title names them."""
        return f"job {self.lines[0].id}" if len(self.lines) == 1 else f"{len(self.lines):,} jobs"


class All(NamedTuple):
    """All jobs of a list that a query matches; `number` is how many were shown, None if nobody has counted."""

    queue: str
    on: Matching
    number: int | None = None

    @property
    def words(self) -> str:
        how_many = "all" if self.number is None else f"{self.number:,}"
        return f"{how_many} {self.on.listed} jobs of {self.queue}"


class OneQueue(NamedTuple):
    """A queue with its limits and counts as they were shown."""

    queue: str
    limits: LimitsView
    counts: QueueCounts

    @property
    def words(self) -> str:
        return f"queue {self.queue}"


class Done(NamedTuple):
    """An operation that was applied."""

    operation: Operation

    @property
    def queue(self) -> str:
        return self.operation.queue

    @property
    def words(self) -> str:
        number = self.operation.total
        return f"{self.operation.action} of {number:,} {'job' if number == 1 else 'jobs'}"


class Earlier(NamedTuple):
    """A queue as it was before this session paused it, resumed it or set its limits; `deed` makes it so again."""

    queue: str
    deed: DeedName
    settings: LimitSettings

    @property
    def words(self) -> str:
        what = {"resume": "the pause", "pause": "the resume"}.get(self.deed, "the limits")
        return f"{what} of queue {self.queue}"


Target = Jobs | All | OneQueue | Done | Earlier


def pick(
    queue: str, listed: Listed, under: JobLine | None, marked: Sequence[JobLine], every: All | None = None
) -> Jobs | All | None:
    """All that match if so marked, else the marked jobs, else the one under the cursor."""
    if every is not None:
        return every
    if marked:
        return Jobs(queue, tuple(marked), listed)
    return None if under is None else Jobs(queue, (under,), listed)


def fits(deed: Deed, target: Jobs | All) -> str | None:
    """Why the deed cannot be done to any of it, as far as was shown; None: it can. The engine decides for each job."""
    listed = target.listed if isinstance(target, Jobs) else target.on.listed
    if (listed == "trash") is not deed.trashed:
        if deed.trashed:
            return f"{deed.verb}: only jobs in the trash"
        return f"{deed.verb}: restore the job from the trash first"
    if deed.trashed:
        return None
    shown = {line.state.value for line in target.lines} if isinstance(target, Jobs) else {listed}
    if not shown & {state.value for state in deed.states}:
        return f"{deed.verb}: not for {' or '.join(sorted(shown))} jobs, only {', '.join(sorted(deed.states))}"
    return None
