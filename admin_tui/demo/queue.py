"""One queue of the fake: its jobs, the lists that they are in, its settings, and what is counted of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b

from msgspec import Struct, field

from admin_tui.demo.lane import Deep, Lane
from admin_tui.demo.record import Record, Trouble
from engine import Listed, State

LISTS: tuple[Listed, ...] = ("waiting", "delayed", "active", "completed", "failed", "cancelled", "trash")
MINUTE_US = 60_000_000
_KEPT_MINUTES = 2_880
_MOST_GROUPS = 1_000
_VARYING = re.compile(r"\d+|'[^']*'|\"[^\"]*\"")


class Settings(Struct, frozen=True, kw_only=True):
    """What the app says of a queue: its places in each process, its limits, and the jobs that it knows.

    `names`: for each name of a job the most attempts and the timeout in seconds.
    """

    concurrency: int = 10
    rate: float | None = None
    burst: int | None = None
    max_active: int | None = None
    names: Mapping[str, tuple[int, float | None]] = field(default_factory=dict[str, tuple[int, float | None]])


class Group(Struct, kw_only=True):
    """Failures with one fingerprint."""

    fingerprint: str
    title: str
    first: int
    last: int
    jobs: int = 0
    total: int = 0
    sample: Trouble
    job_id: str
    minutes: dict[int, int] = field(default_factory=dict[int, int])


class FakeQueue:
    """A queue in memory. `now_us` is the server's clock; every change is stamped by it."""

    def __init__(
        self, name: str, settings: Settings, now_us: Callable[[], int], deep: Mapping[Listed, Deep] | None = None
    ) -> None:
        self.name, self.settings, self._now_us = name, settings, now_us
        self.jobs: dict[str, Record] = {}
        self.lanes: dict[Listed, Lane] = {listed: Lane((deep or {}).get(listed)) for listed in LISTS}
        self.groups: dict[str, Group] = {}
        self.minutes: dict[int, dict[str, int]] = {}
        self.set: dict[str, float] = {}
        self.paused = False
        self.configured = True
        self.tokens: float | None = None
        """What the bucket holds, None: it is full."""
        self.stamp_us = 0
        self._fence = 0

    @property
    def now_ms(self) -> int:
        return self._now_us() // 1000

    def stamp(self) -> int:
        """A number that none before had: the time in µs, or the next one."""
        self._fence = max(self._now_us(), self._fence + 1)
        return self._fence

    def find(self, job_id: str) -> Record | None:
        """The job's record, real from now on."""
        found = self.jobs.get(job_id)
        if found is not None:
            return found
        return next((record for lane in self.lanes.values() if (record := lane.find(job_id)) is not None), None)

    def listed(self, listed: Listed, keys: list[tuple[int, str]]) -> list[Record]:
        """The records of these keys of a list."""
        lane = self.lanes[listed]
        found = [self.jobs.get(job_id) or lane.find(job_id) for _, job_id in keys]
        return [record for record in found if record is not None]

    def move(self, record: Record, state: State, place: int) -> None:
        """The job is in the list of this state, at this place."""
        self.leave(record)
        record.state, record.place = state, place
        self.enter(record)

    def leave(self, record: Record) -> None:
        """The job is in no list, and counts in no group."""
        self.lanes[lane_of(record)].remove((record.place, record.id))
        if is_failed(record) and record.group in self.groups:
            self.groups[record.group].jobs -= 1

    def enter(self, record: Record) -> None:
        """The job is in the list that its state and place say, and is counted in its group."""
        self.jobs[record.id] = record
        self.lanes[lane_of(record)].add((record.place, record.id))
        if is_failed(record) and record.group in self.groups:
            self.groups[record.group].jobs += 1

    def forget(self, record: Record) -> None:
        """The job is gone, record and all."""
        self.leave(record)
        self.jobs.pop(record.id, None)

    def count(self, verb: str, times: int = 1) -> None:
        """The verb happened so often in the present minute."""
        minute = self._now_us() // MINUTE_US
        if minute not in self.minutes and len(self.minutes) >= _KEPT_MINUTES:
            del self.minutes[min(self.minutes)]
        tally = self.minutes.setdefault(minute, {})
        tally[verb] = tally.get(verb, 0) + times

    def blame(self, record: Record, trouble: Trouble) -> None:
        """The failure belongs to a group, which knows it as its newest one."""
        now = self.now_ms
        mark = fingerprint(trouble)
        group = self.groups.get(mark)
        if group is None:
            if len(self.groups) >= _MOST_GROUPS:
                del self.groups[min(self.groups, key=lambda each: self.groups[each].last)]
            title = f"{trouble.type}: {_plain(trouble.message)}"
            group = Group(fingerprint=mark, title=title, first=now, last=now, sample=trouble, job_id=record.id)
            self.groups[mark] = group
        group.last, group.sample, group.job_id = now, trouble, record.id
        group.total += 1
        minute = self._now_us() // MINUTE_US
        group.minutes[minute] = group.minutes.get(minute, 0) + 1
        record.group = mark


def lane_of(record: Record) -> Listed:
    """Which list the job is in."""
    return "trash" if record.trashed is not None else record.state.value


def is_failed(record: Record) -> bool:
    """Whether it counts among its group's jobs."""
    return record.state is State.FAILED and record.trashed is None


def fingerprint(trouble: Trouble) -> str:
    """12 hex digits, the same for errors that differ in numbers and quoted texts only."""
    return blake2b(f"{trouble.type}\0{_plain(trouble.message)}".encode(errors="replace"), digest_size=6).hexdigest()


def _plain(message: str) -> str:
    return _VARYING.sub(lambda found: "<n>" if found[0][0].isdigit() else "<text>", message)
