"""One typed function for each Lua file that only reads."""

from engine.streams.reads.audit import Odd, audit, rights
from engine.streams.reads.ending import Ending, decode_ending, ending
from engine.streams.reads.jobs import follow, iso, show, worker_label
from engine.streams.reads.lists import Place, list_jobs, recent, window
from engine.streams.reads.queues import counts, limits, stats
from engine.streams.reads.server import INFO, decode_server
from engine.streams.reads.snapshot import QueueState, Seen, SlotState, snapshot
from engine.streams.reads.workers import MOST_WORKERS, decode_worker

__all__ = [
    "INFO",
    "MOST_WORKERS",
    "Ending",
    "Odd",
    "Place",
    "QueueState",
    "Seen",
    "SlotState",
    "audit",
    "counts",
    "decode_ending",
    "decode_server",
    "decode_worker",
    "ending",
    "follow",
    "iso",
    "limits",
    "list_jobs",
    "recent",
    "rights",
    "show",
    "snapshot",
    "stats",
    "window",
    "worker_label",
]
