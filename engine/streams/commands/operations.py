"""What plans and operations are made and carried out by, and what writes the book."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.queries import Query
from engine.streams.book import decode_operation, encode_actor
from engine.streams.call import Arg, Call
from engine.streams.commands.build import MAX_BATCH, build
from engine.streams.keys import Keys
from engine.types import State
from engine.views import Actor, Listed, Operation

Deed = Literal["retry", "cancel", "promote", "trash", "restore", "delete", "unretry", "uncancel", "unpromote"]
"""What is done to each job of an operation: its action, or what takes another one back."""


class Draft(Struct, frozen=True):
    """A plan in the making: `of` is the operation that it takes back, empty for any other."""

    id: str
    action: str
    deed: Deed
    selection: str
    of: str = ""


class Frozen(Struct, frozen=True):
    """What one call has added to a plan: `will` counts all of it so far, the rest is of this call.

    `after` is what to give for the next call, None if nothing is left; times are in ms, 0 for none.
    """

    expires_ms: int
    will: int
    looked: int
    oldest_ms: int
    newest_ms: int
    sample: list[str]
    skipped: dict[str, int]
    after: str | None = None


class Begun(Struct, frozen=True):
    """The operation that a plan has become, or why it has not: `expired` or `other_count`."""

    answer: Literal["ok", "expired", "other_count"]
    operation: Operation | None


class Batch(Struct, frozen=True):
    """The jobs that a driver is to change next, by id, run and state, or why there are none: `busy` or `over`.

    `cursor` names the batch; `looked` are its jobs with those that had changed since they were seen. `per_s`: 0 for no
    pace.
    """

    answer: Literal["ok", "busy", "over"]
    operation: Operation | None
    deed: Deed = "retry"
    cursor: int = 0
    looked: int = 0
    per_s: float = 0
    jobs: Sequence[tuple[str, int, State]] = ()

    @property
    def runs(self) -> list[tuple[str, int]]:
        return [(job_id, run) for job_id, run, _ in self.jobs]

    def now(self, operation: Operation | None) -> Batch:
        """The same, with the operation as it is by now."""
        return replace(self, operation=operation)


class Entry(Struct, frozen=True):
    """A change as the book tells it."""

    verb: str
    actor: Actor
    target: str = ""
    reason: str = ""
    detail: str = ""


def freeze(
    k: Keys, clock_us: int, draft: Draft, will: int, jobs: Sequence[tuple[str, int, str]] = (), passed: int = 0
) -> Call[Frozen]:
    """These jobs, by id, run and state, are in the plan too, those aside to which its action cannot be done.

    `will` jobs were in it before. A plan that takes an operation back asks for no jobs, but says how many of the
    operation's it has passed.
    """
    args: list[Arg] = [clock_us, draft.id, draft.action, draft.deed, draft.selection, draft.of, will, passed]
    for job in jobs:
        args += job
    return build("freeze", k, args, decode_frozen, len(jobs))


class Scan(Struct, frozen=True):
    """One page of a list: how many jobs to look at behind `after`, and what must hold of those that are meant."""

    listed: Listed
    query: Query = Query()
    looked: int = MAX_BATCH
    after: str | None = None


def gather(k: Keys, clock_us: int, draft: Draft, will: int, scan: Scan) -> Call[Frozen]:
    """Those of the next jobs of a list that match are in the plan, as they are now."""
    args: list[Arg] = [clock_us, draft.id, draft.action, draft.selection, will, scan.listed, scan.looked]
    args.append((scan.after or "").encode(errors="surrogateescape"))
    for term in scan.query.terms:
        args += (term.field, term.op, term.value)
    return build("gather", k, args, decode_frozen, items=scan.looked)


def decode_frozen(reply: Sequence[Any]) -> Frozen:
    """What a call has added to a plan."""
    expires_ms, will, looked, oldest_ms, newest_ms = (int(n) for n in reply[:5])
    reasons = reply[7:]
    return Frozen(
        expires_ms=expires_ms,
        will=will,
        looked=looked,
        oldest_ms=oldest_ms,
        newest_ms=newest_ms,
        sample=[job_id.decode(errors="backslashreplace") for job_id in reply[5]],
        after=reply[6].decode(errors="surrogateescape") or None,
        skipped={
            reason.decode().replace("_", " "): int(n) for reason, n in zip(reasons[::2], reasons[1::2], strict=True)
        },
    )


def begin(k: Keys, clock_us: int, plan_id: str, confirm: int, actor: Actor, reason: str, per_s: float) -> Call[Begun]:
    """The plan is an operation that is under way, and in the book, if it is still there and has so many jobs."""

    def decode(reply: list[Any]) -> Begun:
        return Begun(reply[0].decode(), decode_operation(k.queue, plan_id, reply[2]))

    words: list[Arg] = [confirm, encode_actor(actor), reason, f"{per_s:g}"]
    return build("operation", k, [clock_us, "begin", plan_id, *words], decode)


def next_batch(
    k: Keys, clock_us: int, operation_id: str, driver: str, size: int = MAX_BATCH, per_s: float | None = None
) -> Call[Batch]:
    """The operation's next batch is this driver's; without an id, that of one whose driver has fallen silent.

    A pace that is given holds from now on, whoever drives.
    """

    def decode(reply: list[Any]) -> Batch:
        answer, found = reply[0].decode(), reply[1].decode()
        operation = decode_operation(k.queue, found, reply[2])
        if answer != "ok" or operation is None:
            return Batch(answer, operation)
        fields = dict(zip(reply[2][::2], reply[2][1::2], strict=True))
        words = [word.decode() for word in reply[3]]
        return Batch(
            answer=answer,
            operation=operation,
            deed=fields[b"deed"].decode(),
            cursor=operation.done + operation.skipped,
            looked=len(fields[b"batch"]),
            per_s=float(fields[b"per_s"]),
            jobs=[
                (job_id, int(run), State(state))
                for job_id, run, state in zip(words[::3], words[1::3], words[2::3], strict=True)
            ],
        )

    given: list[Arg] = [driver, size, "" if per_s is None else f"{per_s:g}"]
    return build("operation", k, [clock_us, "next", operation_id, *given], decode, items=size)


def advance(k: Keys, clock_us: int, operation_id: str, cursor: int, changed: Sequence[bool]) -> Call[Operation | None]:
    """The batch at the cursor is counted, once however often this is sent; None: there is no such operation."""

    def decode(reply: list[Any]) -> Operation | None:
        return decode_operation(k.queue, operation_id, reply[2])

    marks = "".join("1" if each else "0" for each in changed)
    return build("operation", k, [clock_us, "advance", operation_id, cursor, marks], decode, items=len(changed))


def stop(k: Keys, clock_us: int, operation_id: str, actor: Actor, reason: str) -> Call[Operation | None]:
    """No further batch of the operation is handed out; None: there is no such operation."""

    def decode(reply: list[Any]) -> Operation | None:
        return decode_operation(k.queue, operation_id, reply[2])

    return build("operation", k, [clock_us, "stop", operation_id, encode_actor(actor), reason], decode)


def book(k: Keys, entry: Entry) -> Call[bool]:
    """The change that follows is in the book."""
    args: list[Arg] = [entry.verb, encode_actor(entry.actor), entry.target, entry.reason, entry.detail]
    return build("book", k, args, bool)
