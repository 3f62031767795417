"""One typed function for each Lua file that changes state; each returns a `Call` and does no I/O."""

from engine.streams.commands.build import MAX_BATCH, MAX_BYTES
from engine.streams.commands.operator import Requeued, cancel, configure, number, pause, promote, requeue, set_limits
from engine.streams.commands.producer import NewJob, enqueue
from engine.streams.commands.worker import (
    PRUNED,
    Acquired,
    Holding,
    Note,
    Renewed,
    Settle,
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
    "Holding",
    "NewJob",
    "Note",
    "Renewed",
    "Requeued",
    "Settle",
    "Swept",
    "acquire",
    "cancel",
    "configure",
    "enqueue",
    "note",
    "number",
    "pause",
    "promote",
    "prune",
    "reclaim",
    "renew",
    "requeue",
    "set_limits",
    "settle",
]
