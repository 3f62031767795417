"""What producers call."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.streams.call import Arg, Call
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
