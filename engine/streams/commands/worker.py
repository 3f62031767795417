"""What the services of a worker call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.commands.build import MAX_BATCH, MAX_BYTES, build, oks
from engine.streams.keys import Keys
from engine.types import Delivery, Keep, State

PRUNED = (State.COMPLETED, State.FAILED, State.CANCELLED)
_FOR_EVER = Keep(10**10)
TRASH_MS = 86_400_000
"""How long a job stays in the trash."""


class Acquired(Struct, frozen=True):
    """What an acquire gave: deliveries, and when there may be more (None: no timer).

    `concurrency` is what was set at run time for every process, 0 if nothing was.
    """

    status: Literal["ok", "paused", "hold", "reset"]
    wait_ms: int | None
    lease_ms: int
    sweep_ms: int
    concurrency: int
    deliveries: list[Delivery]


class Settle(Struct, frozen=True):
    """How one delivery ended: the verb, its data (result or failure as JSON), and what more its verb needs.

    `delay_ms` is for retry and snooze, `fingerprint` for fail: by it the job is in its error group.
    """

    id: str
    fence: int
    verb: Literal["complete", "retry", "snooze", "fail", "release", "cancel"]
    data: bytes = b""
    delay_ms: int = 0
    fingerprint: str = ""


Settled = Literal["ok", "cancelled", "lost"]
"""What became of a settle: as it said, `cancelled` since that had been asked for, or nothing: another owns the job."""
_SETTLED: dict[bytes, Settled] = {b"ok": "ok", b"cancelled": "cancelled", b"lost": "lost"}


class Holding(Struct, frozen=True):
    """A delivery as the renewer names it; `renew` false only asks for its state."""

    id: str
    fence: int
    renew: bool


class Renewed(Struct, frozen=True):
    """How many strays were given back, the queue's lease now (0: not configured), the state of each delivery."""

    strays: int
    lease_ms: int
    states: list[Literal["ok", "lost", "flagged"]]


class Swept(Struct, frozen=True):
    """What one reclaim did, a verb and an id for each job; `closed_ms` > 0: it takes nothing for so long."""

    jobs: list[tuple[str, str]]
    more: bool
    closed_ms: int

    @property
    def reclaimed(self) -> int:
        """How many wait again with one crash more."""
        return self._count("reclaim")

    @property
    def failed(self) -> int:
        """How many have failed after their last crash."""
        return self._count("fail")

    @property
    def uncharged(self) -> int:
        """How many wait again uncharged: nobody held them."""
        return self._count("release")

    def _count(self, verb: str) -> int:
        return sum(done == verb for done, _ in self.jobs)


class Pruned(Struct, frozen=True):
    """How many ended jobs one prune has deleted: of each state, and of the trash."""

    ended: dict[State, int]
    trash: int

    @property
    def most(self) -> int:
        """The largest of these numbers: below the limit of the call, there was no more to delete."""
        return max(self.trash, *self.ended.values())


class Note(Struct, frozen=True):
    """A log line, progress as JSON, or a checkpoint, of one delivery."""

    id: str
    fence: int
    kind: Literal["log", "progress", "checkpoint"]
    data: bytes = b""


def acquire(k: Keys, clock_us: int, consumer: str, places: int, *, alone: bool) -> Call[Acquired]:
    """Up to `places` waiting jobs are this consumer's; `alone` says that its process runs nothing."""

    def decode(reply: list[Any]) -> Acquired:
        wait_ms = int(reply[1])
        deliveries = [_delivery(k.queue, *reply[i : i + 5]) for i in range(5, len(reply), 5)]
        status: Any = reply[0].decode()
        return Acquired(
            status, wait_ms if wait_ms >= 0 else None, int(reply[2]), int(reply[3]), int(reply[4]), deliveries
        )

    return build("acquire", k, [clock_us, consumer, places, int(alone), MAX_BYTES], decode)


def _delivery(queue: str, job_id: bytes, name: bytes, payload: bytes, numbers: bytes, waited_ms: int) -> Delivery:
    fence, run, attempts, crashes, snoozed_ms, suspect = map(int, numbers.split())
    who, what, is_suspect = job_id.decode(), name.decode(), suspect == 1
    return Delivery(queue, who, what, payload, fence, run, attempts, crashes, snoozed_ms, is_suspect, waited_ms)


def settle(k: Keys, clock_us: int, settles: Sequence[Settle]) -> Call[list[Settled]]:
    """Each delivery still owned has ended; sent twice, it answers the same."""
    args: list[Arg] = [clock_us]
    for s in settles:
        args += (s.id, s.fence, s.verb, s.data, s.fingerprint or s.delay_ms)
    size_bytes = sum(len(s.data) for s in settles)
    return build("settle", k, args, lambda reply: [_SETTLED[answer] for answer in reply], len(settles), size_bytes)


def renew(
    k: Keys, clock_us: int, consumer: str, known: Sequence[Holding], *, strays: bool, lease_ms: int
) -> Call[Renewed]:
    """The named leases run anew; with `strays`, what this consumer holds but does not name waits again."""
    args: list[Arg] = [clock_us, consumer, int(strays), lease_ms]
    for holding in known:
        args += (holding.id, holding.fence, int(holding.renew))

    def decode(reply: list[bytes]) -> Renewed:
        states: list[Any] = [state.decode() for state in reply[2:]]
        return Renewed(int(reply[0]), int(reply[1]), states)

    return build("renew", k, args, decode, len(known))


def reclaim(k: Keys, clock_us: int, dead: Sequence[str] = ()) -> Call[Swept]:
    """Up to 80 jobs of each stream whose lease ran out wait again; `dead` consumers are deleted once empty."""

    def decode(reply: list[bytes]) -> Swept:
        words = [word.decode(errors="backslashreplace") for word in reply[2:]]
        return Swept(list(zip(words[::2], words[1::2], strict=True)), reply[0] == b"1", int(reply[1]))

    return build("reclaim", k, [clock_us, *dead], decode, len(dead))


def note(k: Keys, clock_us: int, notes: Sequence[Note]) -> Call[list[bool]]:
    """Each note of a delivery still owned is kept; False where the delivery is lost."""
    args: list[Arg] = [clock_us]
    for n in notes:
        args += (n.id, n.fence, n.kind, n.data)
    return build("note", k, args, oks, len(notes), sum(len(n.data) for n in notes))


def prune(
    k: Keys, clock_us: int, keep: Mapping[State, Keep], limit: int = MAX_BATCH, trash_ms: int = TRASH_MS
) -> Call[Pruned]:
    """Ended jobs past their age or count are gone, at most `limit` of a state; how many of each. Others stay.

    So are those that have been in the trash for `trash_ms`.
    """
    args: list[Arg] = [clock_us, limit]
    for state in PRUNED:
        kept = keep.get(state, _FOR_EVER)
        args += (int(kept.age_s * 1000), -1 if kept.count is None else kept.count)
    args.append(trash_ms)

    def decode(reply: list[bytes]) -> Pruned:
        *ended, trash = map(int, reply)
        return Pruned(dict(zip(PRUNED, ended, strict=True)), trash)

    return build("prune", k, args, decode, items=limit)
