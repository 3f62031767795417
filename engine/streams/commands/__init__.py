"""One typed function for each Lua file that changes state; each returns a `Call` and does no I/O."""

from engine.streams.commands.build import MAX_BATCH, MAX_BYTES
from engine.streams.commands.operator import Requeued, cancel, configure, number, pause, promote, requeue, set_limits
from engine.streams.commands.producer import NewJob, Refused, enqueue
from engine.streams.commands.repair import Fault, Mark, Mended, drop_consumers, repair
from engine.streams.commands.worker import (
    PRUNED,
    Acquired,
    Holding,
    Note,
    Renewed,
    Settle,
    Settled,
    Swept,
    acquire,
    note,
    prune,
    reclaim,
    renew,
    settle,
)

__all__ = [
    "MAX_BATCH",
    "MAX_BYTES",
    "PRUNED",
    "Acquired",
    "Fault",
    "Holding",
    "Mark",
    "Mended",
    "NewJob",
    "Note",
    "Refused",
    "Renewed",
    "Requeued",
    "Settle",
    "Settled",
    "Swept",
    "acquire",
    "cancel",
    "configure",
    "drop_consumers",
    "enqueue",
    "note",
    "number",
    "pause",
    "promote",
    "prune",
    "reclaim",
    "renew",
    "repair",
    "requeue",
    "set_limits",
    "settle",
]
