"""What producers call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.commands.build import check_bounds
from engine.streams.keys import Keys
from engine.streams.scripts import load
from engine.types import Enqueued, State

OP_TTL_MS = 180_000


class NewJob(Struct, frozen=True):
    """A job as `enqueue` takes it; an empty `tenant` or `digest` means none."""

    id: str
    name: str
    payload: bytes
    delay_ms: int = 0
    tenant: str = ""
    digest: str = ""


_STATES = {state.value.encode(): state for state in (State.WAITING, State.DELAYED, State.ACTIVE)}


class Refused(Struct, frozen=True):
    """A job that was not stored: its key holds no record (`bad`), or the queue is `full`, with so many waiting."""

    why: Literal["bad", "full"]
    waiting: int = 0


def enqueue(
    k: Keys, clock_us: int, op: str, tenant_ttl_s: int, jobs: Sequence[NewJob], max_waiting: int = 0
) -> Call[list[Enqueued | Refused]]:
    """Each job that is not live is stored as a new run; sent twice with one `op`, it answers the same.

    Where `max_waiting` is above 0, jobs are stored in order until so many are waiting and delayed.
    """
    check_bounds("enqueue", len(jobs), sum(len(job.payload) for job in jobs))
    args: list[Arg] = [clock_us, OP_TTL_MS, tenant_ttl_s, max_waiting]
    for job in jobs:
        args += (job.id, job.name, job.payload, job.delay_ms, job.tenant, job.digest)

    def decode(reply: list[bytes]) -> list[Enqueued | Refused]:
        words = iter(reply)
        fours = zip(words, words, words, words, strict=True)
        return [_answer(k.queue, job, *four) for job, four in zip(jobs, fours, strict=True)]

    script = load("enqueue")
    return Call(script, (k.op(op), *k.of(script.keys[1:])), args, decode)


def _answer(queue: str, job: NewJob, created: bytes, run: bytes, state: bytes, same: bytes) -> Enqueued | Refused:
    if state in (b"bad", b"full"):
        return Refused(cast("Literal['bad', 'full']", state.decode()), int(run))
    return Enqueued(job.id, int(run), created == b"1", _STATES[state], same == b"1", queue)
