"""One typed function for each Lua file that changes state; each returns a `Call` and does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar, cast

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.keys import Keys
from engine.streams.scripts import load
from engine.types import CancelAnswer, Delivery, Enqueued, Keep, QueueLimits, State

R = TypeVar("R")

MAX_BATCH = 250
"""Items in one call."""
MAX_BYTES = 1 << 20
"""Payload or result bytes in one call."""
OP_TTL_MS = 180_000


class NewJob(Struct, frozen=True):
    """A job as `enqueue` takes it; an empty `tenant` or `digest` means none."""

    id: str
    name: str
    payload: bytes
    delay_ms: int = 0
    tenant: str = ""
    digest: str = ""


class Acquired(Struct, frozen=True):
    """What an acquire gave: deliveries, and when there may be more (None: no timer)."""

    status: Literal["ok", "paused", "hold", "reset"]
    wait_ms: int | None
    lease_ms: int
    sweep_ms: int
    deliveries: list[Delivery]


class Settle(Struct, frozen=True):
    """How one delivery ended: the verb, its data (result or failure as JSON) and its wait."""

    id: str
    fence: int
    verb: Literal["complete", "retry", "snooze", "fail", "release", "cancel"]
    data: bytes = b""
    delay_ms: int = 0


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
    """What one reclaim did; `closed_ms` > 0: it takes nothing before that time has passed."""

    reclaimed: int
    failed: int
    uncharged: int
    more: bool
    closed_ms: int


class Note(Struct, frozen=True):
    """A log line, progress as JSON, or a checkpoint, of one delivery."""

    id: str
    fence: int
    kind: Literal["log", "progress", "checkpoint"]
    data: bytes = b""


def enqueue(k: Keys, clock_us: int, op: str, tenant_ttl_s: int, jobs: Sequence[NewJob]) -> Call[list[Enqueued | None]]:
    """Each job that is not live is stored as a new run; sent twice with one `op`, it answers the same.

    None stands for a job whose key holds something else than a record; nothing of it was changed.
    """
    args: list[Arg] = [clock_us, OP_TTL_MS, tenant_ttl_s]
    for job in jobs:
        args += (job.id, job.name, job.payload, job.delay_ms, job.tenant, job.digest)

    def ticket(job: NewJob, created: bytes, run: bytes, state: bytes, same: bytes) -> Enqueued | None:
        if state == b"bad":
            return None
        return Enqueued(job.id, int(run), created == b"1", State(state.decode()), same == b"1", k.queue)

    def decode(reply: list[bytes]) -> list[Enqueued | None]:
        return [ticket(job, *reply[i : i + 4]) for job, i in zip(jobs, range(0, len(reply), 4), strict=True)]

    script = load("enqueue")
    return Call(script, (k.op(op), *k.of(script.keys[1:])), args, decode)


def acquire(k: Keys, clock_us: int, consumer: str, places: int, *, alone: bool) -> Call[Acquired]:
    """Up to `places` waiting jobs are this consumer's; `alone` says that its process runs nothing."""

    def decode(reply: list[bytes]) -> Acquired:
        wait_ms = int(reply[1])
        deliveries = [
            Delivery(
                queue=k.queue,
                id=reply[i].decode(),
                name=reply[i + 1].decode(),
                payload=reply[i + 2],
                fence=int(reply[i + 3]),
                run=int(reply[i + 4]),
                attempts=int(reply[i + 5]),
                crashes=int(reply[i + 6]),
                snoozed_ms=int(reply[i + 7]),
                suspect=reply[i + 8] == b"1",
                waited_ms=int(reply[i + 9]),
            )
            for i in range(4, len(reply), 10)
        ]
        status: Any = reply[0].decode()
        return Acquired(status, wait_ms if wait_ms >= 0 else None, int(reply[2]), int(reply[3]), deliveries)

    return _call("acquire", k, [clock_us, consumer, places, int(alone), MAX_BYTES], decode)


def settle(k: Keys, clock_us: int, settles: Sequence[Settle]) -> Call[list[bool]]:
    """Each delivery still owned has ended; True where it is (also if this call was sent before), False where lost."""
    args: list[Arg] = [clock_us]
    for s in settles:
        args += (s.id, s.fence, s.verb, s.data, s.delay_ms)
    return _call("settle", k, args, _oks)


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

    return _call("renew", k, args, decode)


def reclaim(k: Keys, clock_us: int, dead: Sequence[str] = ()) -> Call[Swept]:
    """Up to 100 jobs of each stream whose lease ran out wait again; `dead` consumers are deleted once empty."""

    def decode(reply: list[bytes]) -> Swept:
        reclaimed, failed, uncharged, more, closed_ms = (int(value) for value in reply)
        return Swept(reclaimed, failed, uncharged, bool(more), closed_ms)

    return _call("reclaim", k, [clock_us, *dead], decode)


def cancel(k: Keys, clock_us: int, job_id: str, run: int) -> Call[CancelAnswer]:
    """A waiting or delayed job has ended as cancelled; an active one is flagged."""

    def decode(reply: bytes) -> CancelAnswer:
        return cast("CancelAnswer", reply.decode())

    return _call("cancel", k, [clock_us, job_id, run], decode)


def note(k: Keys, clock_us: int, notes: Sequence[Note]) -> Call[list[bool]]:
    """Each note of a delivery still owned is kept; False where the delivery is lost."""
    args: list[Arg] = [clock_us]
    for n in notes:
        args += (n.id, n.fence, n.kind, n.data)
    return _call("note", k, args, _oks)


def prune(k: Keys, clock_us: int, keep_completed: Keep, keep_failed: Keep, limit: int = MAX_BATCH) -> Call[int]:
    """Ended jobs past their age or count are gone, at most `limit` of a state; the largest number deleted of one."""
    args: list[Arg] = [clock_us, limit]
    for keep in (keep_completed, keep_failed, keep_completed):
        args += (int(keep.age_s * 1000), -1 if keep.count is None else keep.count)
    return _call("prune", k, args, lambda reply: max(int(n) for n in reply))


def configure(k: Keys, limits: QueueLimits) -> Call[bool]:
    """The queue's groups exist and its configured settings are these."""
    args: list[Arg] = ["configure"]
    for name in limits.__struct_fields__:
        value = getattr(limits, name)
        args += (name, f"{value:.17g}" if isinstance(value, float) else str(value))
    return _call("control", k, args, bool)


def pause(k: Keys, *, paused: bool) -> Call[bool]:
    """Nothing of the queue is acquired until it is resumed; True if that changed something."""
    verb = "pause" if paused else "resume"
    return _call("control", k, [verb], bool)


def _call(name: str, k: Keys, args: list[Arg], decode: Callable[[Any], R]) -> Call[R]:
    script = load(name)
    return Call(script, k.of(script.keys), args, decode)


def _oks(reply: list[bytes]) -> list[bool]:
    return [answer == b"ok" for answer in reply]
