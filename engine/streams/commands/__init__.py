"""One typed function for each Lua file that changes state; each returns a `Call` and does no I/O."""

from engine.streams.commands.build import MAX_BATCH, MAX_BYTES
from engine.streams.commands.operator import cancel, configure, pause
from engine.streams.commands.producer import NewJob, enqueue
from engine.streams.commands.worker import (
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
    "Acquired",
    "Holding",
    "NewJob",
    "Note",
    "Renewed",
    "Settle",
    "Swept",
    "acquire",
    "cancel",
    "configure",
    "enqueue",
    "note",
    "pause",
    "prune",
    "reclaim",
    "renew",
    "settle",
]
