"""Reads of failures by their fingerprint, and of who waits."""

from __future__ import annotations

from engine.fingerprint import plain
from engine.redaction import redact_text
from engine.streams.call import Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.streams.reads.jobs import failure_of, sentence
from engine.types import Failure
from engine.views import ErrorGroup, Waiter, Waiters

MOST_GROUPS = 1_000
MOST_WAITERS = 1_000
_FIELDS = 8


def groups(k: Keys, clock_us: int, minutes: int, limit: int, first: int) -> Call[tuple[int, list[ErrorGroup]]]:
    """How many groups from rank `first` on were looked at, and those that can be read; those that failed last first."""

    def decode(reply: list[bytes]) -> tuple[int, list[ErrorGroup]]:
        rows = [reply[i : i + _FIELDS] for i in range(1, len(reply), _FIELDS)]
        return int(reply[0]), [_group(k.queue, row) for row in rows]

    return build("groups", k, [clock_us, minutes, limit, first], decode, items=max(minutes, limit))


def _group(queue: str, row: list[bytes]) -> ErrorGroup:
    fingerprint, jobs, total, first, last, error, job_id, minutes = row
    failure = failure_of(error)
    return ErrorGroup(
        fingerprint=_text(fingerprint),
        queue=queue,
        title=redact_text(sentence(Failure(failure.type, plain(failure.message)))).text,
        jobs=int(jobs),
        total=int(total),
        first=int(first),
        last=int(last),
        sample=redact_text(sentence(failure)).text,
        stack=redact_text(failure.stack).text,
        job_id=_text(job_id),
        minutes=[int(count) for count in minutes.split()],
    )


def waiters(k: Keys) -> Call[Waiters]:
    """Whose jobs wait first, most jobs first."""

    def decode(reply: list[bytes]) -> Waiters:
        rows = [reply[i : i + 3] for i in range(2, len(reply), 3)]
        tenants = [Waiter(_text(tenant) or None, int(jobs), int(oldest)) for tenant, jobs, oldest in rows]
        return Waiters(
            sorted(tenants, key=lambda waiter: (-waiter.jobs, waiter.oldest_ms)), int(reply[0]), int(reply[1])
        )

    return build("waiters", k, [MOST_WAITERS], decode)


def _text(value: bytes) -> str:
    return value.decode(errors="backslashreplace")
