"""What operators call, and a worker at its start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast, overload

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.types import CancelAnswer, QueueLimits, State

Answer = Literal["ok", "not", "unknown"]
"""Of one run: it is so now, or was before; another state or run, so that nothing was done; there is no such job."""


class Requeued(Struct, frozen=True):
    """What became of one job: `ok`, `not` (another state or run) or `unknown`; and the run that waits now."""

    answer: Answer
    run: int


@overload
def cancel(k: Keys, clock_us: int, job_id: str, run: int) -> Call[CancelAnswer]: ...
@overload
def cancel(k: Keys, clock_us: int, job_id: str, run: int, state: State) -> Call[CancelAnswer | Literal["changed"]]: ...
def cancel(k: Keys, clock_us: int, job_id: str, run: int, state: State | None = None) -> Call[Any]:
    """A waiting or delayed job has ended as cancelled; an active one is flagged.

    With `state` only if it is in that one; `changed` says that it is not, and that nothing was done.
    """

    def decode(reply: bytes) -> CancelAnswer | Literal["changed"]:
        return cast("CancelAnswer", reply.decode())

    return build("cancel", k, [clock_us, job_id, run, state or ""], decode)


def requeue(k: Keys, clock_us: int, tenant_ttl_s: int, runs: Sequence[tuple[str, int]]) -> Call[list[Requeued]]:
    """The named failed or cancelled runs wait again, each as a new run with all its attempts."""
    return _requeue(k, [clock_us, tenant_ttl_s, "requeue"], runs)


def promote(k: Keys, clock_us: int, runs: Sequence[tuple[str, int]]) -> Call[list[Requeued]]:
    """The named delayed runs wait no longer for their time."""
    return _requeue(k, [clock_us, 0, "promote"], runs)


def trash(
    k: Keys, clock_us: int, verb: Literal["trash", "restore", "delete"], runs: Sequence[tuple[str, int]]
) -> Call[list[Answer]]:
    """The named ended runs are in the trash, back from it, or gone for good; `delete` of what is gone is `ok`."""
    return _act("trash", k, [clock_us, verb], runs)


def revert(
    k: Keys, clock_us: int, done: Literal["requeue", "cancel", "promote"], runs: Sequence[tuple[str, int]]
) -> Call[list[Answer]]:
    """The runs are where they were before this was done to them; not those that were handed over since.

    Each is named as it was when it was done: a requeued one by the run that ended.
    """
    return _act("revert", k, [clock_us, done], runs)


def _act(name: str, k: Keys, args: list[Arg], runs: Sequence[tuple[str, int]]) -> Call[list[Answer]]:
    for run in runs:
        args += run

    def decode(reply: list[bytes]) -> list[Answer]:
        return [cast("Answer", answer.decode()) for answer in reply]

    return build(name, k, args, decode, len(runs))


def _requeue(k: Keys, args: list[Arg], runs: Sequence[tuple[str, int]]) -> Call[list[Requeued]]:
    for run in runs:
        args += run

    def decode(reply: list[bytes]) -> list[Requeued]:
        answers: list[Any] = [answer.decode() for answer in reply[::2]]
        return [Requeued(answer, int(run)) for answer, run in zip(answers, reply[1::2], strict=True)]

    return build("requeue", k, args, decode, len(runs))


def configure(k: Keys, limits: QueueLimits) -> Call[bool]:
    """The queue's groups exist and its configured settings are these."""
    args: list[Arg] = ["configure"]
    for name in limits.__struct_fields__:
        value = getattr(limits, name)
        args += (name, number(value))
    return build("control", k, args, bool)


def set_limits(k: Keys, values: Mapping[str, str]) -> Call[bool]:
    """These settings hold from now on, over the configured ones; an empty value takes back what was set."""
    args: list[Arg] = ["limit"]
    for pair in values.items():
        args += pair
    return build("control", k, args, bool, len(values))


def pause(k: Keys, *, paused: bool) -> Call[bool]:
    """Nothing of the queue is acquired until it is resumed; True if that changed something."""
    verb = "pause" if paused else "resume"
    return build("control", k, [verb], bool)


def number(value: float) -> str:
    """The number as `control` holds it: the shortest text that reads back as the same."""
    return f"{value:.17g}"
