"""Do the records of a queue's jobs and the places that name them agree."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from engine.doctor.context import Context, some
from engine.doctor.finding import REDIS_CLI, Finding, Level
from engine.doctor.marks import batches
from engine.registry import Queue
from engine.streams import Keys
from engine.streams.commands import Fault
from engine.streams.reads import Odd, audit

_MEANING: dict[Fault, tuple[Level, str]] = {
    "unreadable": ("fail", "jobs whose record no worker can read"),
    "undelivered": ("fail", "waiting jobs that no stream will hand over, so that they never run"),
    "unheld": ("fail", "active jobs that nobody holds, so that they stay active for ever"),
    "unpending": ("fail", "active jobs whose lease is nobody's: if their worker dies, they stay active for ever"),
    "unlisted": ("fail", "delayed jobs that never run, or ended ones that are never deleted, being in no index"),
    "doubled": ("warn", "jobs that a place of another state names too: counts and lists are wrong"),
    "stale": ("warn", "jobs with an entry in a stream that is not their own: counts are wrong until a worker drops it"),
    "unrecorded": ("warn", "ids without a record that an index, a stream or a trail names: counts are wrong"),
}


async def find_odd(context: Context, queue: Queue) -> list[Odd]:
    """What is wrong with the queue's jobs, each job and fault once for each place at which it was found."""
    keys = context.keys(queue)
    found: dict[Odd, None] = {}
    async for batch in batches(context, keys):
        odd = await context.store.run(audit(keys, batch))
        found |= dict.fromkeys(odd)
    return list(found)


async def read_kind(context: Context, keys: Keys, odd: Sequence[Odd]) -> str:
    """The type of the first record that no worker can read; `hash` if there is none."""
    for one in odd:
        if one.fault == "unreadable":
            kind: bytes = await context.store.command("TYPE", keys.job.encode() + one.mark.id)
            return kind.decode()
    return "hash"


def judge_records(keys: Keys, odd: Sequence[Odd], kind: str = "hash") -> list[Finding]:
    """One finding for each kind of fault, with how many jobs have it and the first of them.

    `kind` is the type of the first record that no worker can read.
    """
    subject = f"queue {keys.queue}"
    found: list[Finding] = []
    for fault, (level, meaning) in _MEANING.items():
        ids = list(dict.fromkeys(one.mark.id.decode(errors="backslashreplace") for one in odd if one.fault == fault))
        if ids:
            mend = f"python -m engine doctor --repair --queue {keys.queue}"
            if fault == "unreadable":
                mend = _mend_record(keys, ids[0], kind)
            found.append(Finding(level, subject, f"{meaning}: {len(ids)} ({some(ids)})", mend))
    return found or [Finding("ok", subject, "every record and every place agree")]


def _mend_record(keys: Keys, job_id: str, kind: str) -> str:
    """The command for a record that no repair touches: to look at a hash, and to move anything else out of the way."""
    key = shlex.quote(keys.job + job_id)
    if kind == "hash":
        return f"{REDIS_CLI} HGETALL {key}   # no repair touches it: mend it, or DEL it with what it holds"
    aside = shlex.quote(f"lost:{keys.queue}:{job_id}")
    return f"{REDIS_CLI} RENAMENX {key} {aside}   # it is a {kind}, no record; then doctor --repair"
