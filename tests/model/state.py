"""What a queue should hold: jobs, lines, leases and counters as plain values, with nothing of Redis but their names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from engine.streams.commands import Refused, number
from engine.types import Enqueued, QueueLimits
from tests.model.plans import Plans
from tests.support.snapshot import ENDS, STREAMS

LIVE = ("waiting", "delayed", "active")
Record = dict[str, str]


class Reset(Exception):
    """The call finds a stream without its group."""


class Entry(Struct, eq=False):
    """One place in a line; `read` once the group has handed it over, to `owner`, whose lease began at `stamp_ms`."""

    job: str
    read: bool = False
    owner: str = ""
    stamp_ms: int = 0


class Undo(Struct, eq=False):
    """What a record keeps in `earlier`: what an operator did, the place that it gave, and the fields that it reset."""

    what: Literal["requeue", "cancel", "promote"]
    entry: Entry | None
    fields: Record


class Known(Struct, eq=False):
    """One job: its record without `at` and `earlier`, the place that `at` names, and what `earlier` says."""

    id: str
    record: Record
    line: str = ""
    entry: Entry | None = None
    undo: Undo | None = None

    @property
    def state(self) -> str:
        return self.record["state"]

    @property
    def run(self) -> int:
        return int(self.record["run"])

    @property
    def is_trashed(self) -> bool:
        return "trashed" in self.record

    def number(self, name: str) -> int:
        """A counter of the record; an absent one is 0."""
        return int(self.record.get(name, "0"))


class Group(Struct, eq=False):
    """Failed jobs of one fingerprint: how many there are and ever were, when, and the newest one."""

    jobs: int
    total: int
    first: int
    last: int
    sample: str
    job: str


class Held(Struct, eq=False):
    """What `active` says of one job: the delivery that owns it."""

    fence: int
    line: str
    entry: Entry
    consumer: str
    flagged: bool = False
    attempts: int = 0
    """How many its run had before."""


class Bad(Struct, frozen=True):
    """A job whose record could not be read, and the line in which that was found."""

    id: str
    line: str


class Queue:
    """A queue as it should be. Each module of `expect` says what one call makes of it."""

    def __init__(self, name: str, most_groups: int = 1000) -> None:
        self.name, self.most_groups = name, most_groups
        self.jobs: dict[str, Known] = {}
        self.hostile: set[str] = set()
        """Ids whose key holds no record but something else."""
        self.lines: dict[str, list[Entry]] = {stream: [] for stream in STREAMS}
        self.grouped: dict[str, bool] = dict.fromkeys(STREAMS, False)
        self.delayed: dict[str, int] = {}
        self.ends: dict[str, dict[str, int]] = {state: {} for state in ENDS}
        self.trash: dict[str, int] = {}
        self.groups: dict[str, Group] = {}
        self.active: dict[str, Held] = {}
        self.trails: dict[str, list[Record]] = {}
        self.tenants: dict[str, dict[str, int]] = {}
        self.control: Record = {}
        self.shared: Record = {}
        self.answered: dict[str, list[Enqueued | Refused]] = {}
        self.stats: dict[int, Counter[str]] = {}
        self.bad: list[Bad] = []
        self.told: list[tuple[str, str]] = []
        """Verbs and ids of the events so far."""
        self.woken = False
        self.plans = Plans()

    # ------------------------------------------------------------------------------------ settings

    @property
    def configured(self) -> bool:
        return "lease_ms" in self.control

    def setting(self, name: str) -> float:
        """What holds now: the value set at run time, else the configured one; nobody but a stranger sets one to 0."""
        return float(self.control.get(f"set:{name}", "0")) or float(self.control.get(name, "0"))

    @property
    def lease_ms(self) -> int:
        return int(self.setting("lease_ms"))

    @property
    def suspect_at(self) -> int:
        """Crashes from which on the next one is the last; 2 before anything is configured."""
        return max(1, int(self.setting("max_crashes")) - 1) if self.configured else 2

    def configure(self, limits: QueueLimits) -> bool:
        """Every line has its group and the settings are these; whether that changed something."""
        values = {name: number(getattr(limits, name)) for name in limits.__struct_fields__}
        changed = not all(self.grouped.values()) or any(self.control.get(n) != v for n, v in values.items())
        self.grouped = dict.fromkeys(STREAMS, True)
        self.control |= values
        return changed

    def ungroup(self, stream: str) -> None:
        """The group is gone: a new one begins at the first entry, hands all over again, and knows of no lease."""
        self.grouped[stream] = False
        for entry in self.lines[stream]:
            entry.read, entry.owner, entry.stamp_ms = False, "", 0

    # ------------------------------------------------------------------------------------ what calls share

    def read(self, job_id: str) -> Known | Literal["hostile"] | None:
        """The job, if there is one."""
        return "hostile" if job_id in self.hostile else self.jobs.get(job_id)

    def next_fence(self, now_us: int) -> int:
        """A number above every run and fence before; it is the last one now."""
        fence = max(now_us, int(self.control.get("fence", "0")) + 1)
        self.control["fence"] = str(fence)
        return fence

    def wait_in(self, job: Known, line: str) -> None:
        """The job waits at the end of this line."""
        job.line, job.entry = line, Entry(job.id)
        job.record["state"] = "waiting"
        self.lines[line].append(job.entry)

    def hand_back(self, job: Known) -> None:
        """The job waits first in line, or among the suspects once its next crash would be its last."""
        self.wait_in(job, "suspect" if job.number("crashes") >= self.suspect_at else "again")

    def end(self, job: Known, state: str, now_us: int) -> None:
        """The job's run is over."""
        job.record |= {"state": state, "ended": str(now_us // 1000)}
        self.ends[state][job.id] = now_us // 1000

    def leave_end(self, job: Known) -> None:
        """The ended job is in no index, and not in the trash; a failed one counts in its group no longer."""
        if job.is_trashed:
            del self.trash[job.id]
            return
        del self.ends[job.state][job.id]
        self.leave_group(job)

    def join_groups(self, now_us: int, failed: Sequence[Known]) -> None:
        """These jobs have failed at once, in this order: they count in the groups that their records name."""
        now_ms = now_us // 1000
        for job in failed:
            name = job.record["group"]
            new = self.groups.setdefault(name, Group(0, 0, now_ms, now_ms, "", ""))
            new.jobs, new.total, new.last = new.jobs + 1, new.total + 1, now_ms
            new.sample, new.job = job.record["error"], job.id
            self.count(now_us, f"group:{name}")
        self._trim_groups()

    def leave_group(self, job: Known) -> None:
        """One job fewer is failed, of those that its group counts."""
        group = self.groups.get(job.record.get("group", ""))
        if group is not None:
            group.jobs = max(0, group.jobs - 1)

    def rejoin_group(self, job: Known) -> None:
        """The job is failed as it was before; a group that is gone begins with it."""
        name = job.record.get("group")
        if job.state != "failed" or name is None:
            return
        if name in self.groups:
            self.groups[name].jobs += 1
        else:
            ended = job.number("ended")
            self.groups[name] = Group(1, 1, ended, ended, job.record["error"], job.id)
            self._trim_groups()

    def _trim_groups(self) -> None:
        in_order = sorted(self.groups, key=lambda name: (self.groups[name].last, name))
        for name in in_order[: max(0, len(in_order) - self.most_groups)]:
            del self.groups[name]

    def drop(self, line: str, entry: Entry) -> None:
        """The place is gone, with whoever held it."""
        self.lines[line].remove(entry)

    def set_aside(self, line: str, entry: Entry) -> None:
        """What cannot be read is told of, and neither its place nor its delivery is left."""
        self.bad.append(Bad(entry.job, line))
        if self.holder(line, entry) is not None:
            del self.active[entry.job]
        self.drop(line, entry)

    def holder(self, line: str, entry: Entry) -> Held | None:
        """The delivery that owns the place, if `active` names one."""
        held = self.active.get(entry.job)
        return held if held is not None and held.line == line and held.entry is entry else None

    def remember_for(self, tenant: str | None, job: Known) -> None:
        """The tenant's index names the job's run."""
        if tenant:
            self.tenants.setdefault(tenant, {})[job.id] = job.run

    def tell(self, verb: str, job_id: str) -> None:
        """An event says so."""
        self.told.append((verb, job_id))

    def count(self, now_us: int, name: str, by: int = 1) -> None:
        """The minute's counter has risen."""
        if by:
            self.stats.setdefault(now_us // 60_000_000, Counter())[name] += by

    def wake_for_earlier(self, first_due: int | None) -> None:
        """Whoever listens is woken if the first due time is not this one any more."""
        self.woken |= self.first_due() != first_due

    def first_due(self) -> int | None:
        """When the first delayed job is due, in ms."""
        return min(self.delayed.values(), default=None)


def bucket_of_ms(duration_us: int) -> int:
    """The histogram's bucket: n holds what is below 2^n ms."""
    return max(0, duration_us // 1000).bit_length()


class Tokens(Struct):
    """A token bucket as a call finds it; tokens are millionths."""

    store: Record
    rate: float
    tokens: int
    from_future: bool = False

    @classmethod
    def read(cls, store: Record, rate: float, burst: float, now_us: int) -> Tokens | None:
        """The bucket filled up to now; None where nothing is limited."""
        if rate <= 0:
            return None
        full = int(burst * 1_000_000)
        if "tokens" not in store:
            return cls(store, rate, full)
        stamp = int(store["stamp"])
        filled = int(store["tokens"]) + int(max(0, now_us - stamp) * rate)
        return cls(store, rate, min(full, filled), from_future=stamp > now_us)

    def take(self, now_us: int, count: int) -> int:
        """So many tokens are gone; ms until there is a whole one again, -1: there is one."""
        left = self.tokens - count * 1_000_000
        if count or self.from_future:
            self.store |= {"tokens": str(left), "stamp": str(now_us)}
        return -1 if left >= 1_000_000 else math.ceil((1_000_000 - left) / self.rate / 1000)
