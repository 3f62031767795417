"""What operators call, and a worker at its start."""

from __future__ import annotations

from typing import cast

from engine.streams.call import Arg, Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.types import CancelAnswer, QueueLimits


def cancel(k: Keys, clock_us: int, job_id: str, run: int) -> Call[CancelAnswer]:
    """A waiting or delayed job has ended as cancelled; an active one is flagged."""

    def decode(reply: bytes) -> CancelAnswer:
        return cast("CancelAnswer", reply.decode())

    return build("cancel", k, [clock_us, job_id, run], decode)


def configure(k: Keys, limits: QueueLimits) -> Call[bool]:
    """The queue's groups exist and its configured settings are these."""
    args: list[Arg] = ["configure"]
    for name in limits.__struct_fields__:
        value = getattr(limits, name)
        args += (name, f"{value:.17g}" if isinstance(value, float) else str(value))
    return build("control", k, args, bool)


def pause(k: Keys, *, paused: bool) -> Call[bool]:
    """Nothing of the queue is acquired until it is resumed; True if that changed something."""
    verb = "pause" if paused else "resume"
    return build("control", k, [verb], bool)
