"""The read of many queues at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.commands.build import check_bounds
from engine.streams.keys import Keys
from engine.streams.reads.queues import decode_counts, decode_limits
from engine.streams.scripts import load
from engine.types import Keep, QueueCounts
from engine.views import LimitsView, Minute


class Seen(Struct, frozen=True):
    """A queue to be looked at: its keys, how long its ended jobs are kept, and its configured places."""

    keys: Keys
    keep_completed: Keep
    keep_failed: Keep
    concurrency: int


class QueueState(Struct, frozen=True):
    """What one queue was; `minutes` are those that were asked for, by their number since the epoch."""

    counts: QueueCounts
    limits: LimitsView
    trash: int
    minutes: dict[int, Minute | None]


class SlotState(Struct, frozen=True):
    """What the queues of a slot were, and `spoilt`: whose keys hold something else. `cost_us` is the server's CPU."""

    at_us: int
    cost_us: int
    queues: list[QueueState]
    spoilt: list[str]


def snapshot(seen: Sequence[Seen], clock_us: int, minutes: int, since: int) -> Call[SlotState]:
    """The queues of one slot at one moment; of their newest minutes those from number `since` on, 0: all."""
    check_bounds("snapshot", max(minutes, len(seen)))
    script = load("snapshot")
    args: list[Arg] = [clock_us, minutes, since]
    for queue in seen:
        kept = (queue.keep_completed, queue.keep_failed, queue.keep_completed)
        args += [int(keep.age_s * 1000) for keep in kept]

    def decode(reply: list[Any]) -> SlotState:
        rows = list(zip(seen, reply[3:], strict=True))
        return SlotState(
            at_us=int(reply[0]),
            cost_us=int(reply[1]),
            queues=[_state(queue, reply[0], reply[2], row) for queue, row in rows if row],
            spoilt=[queue.keys.queue for queue, row in rows if not row],
        )

    keys = [key for queue in seen for key in queue.keys.of(script.each)]
    return Call(script, (*seen[0].keys.of(script.keys), *keys), args, decode)


def _state(queue: Seen, now_us: bytes, bucket: list[bytes], row: list[Any]) -> QueueState:
    tally, control, suspects, trash, minutes = row
    name, first = queue.keys.queue, int(now_us) // 60_000_000 - len(minutes) + 1
    return QueueState(
        counts=decode_counts(name, tally),
        limits=decode_limits(name, queue.concurrency, [now_us, tally[2], suspects, control, bucket]),
        trash=trash,
        minutes={first + n: _minute(text) for n, text in enumerate(minutes)},
    )


def _minute(text: bytes) -> Minute | None:
    if not text:
        return None
    enqueued, completed, failed, retried = (int(n) for n in text.split())
    return Minute(enqueued=enqueued, completed=completed, failed=failed, retried=retried)
