"""One typed function for each Lua file that only reads."""

from engine.streams.reads.audit import Odd, audit, rights
from engine.streams.reads.ending import Ending, decode_ending, ending
from engine.streams.reads.jobs import follow, iso, list_jobs, recent, show, worker_label
from engine.streams.reads.queues import counts, limits, stats

__all__ = [
    "Ending",
    "Odd",
    "audit",
    "counts",
    "decode_ending",
    "ending",
    "follow",
    "iso",
    "limits",
    "list_jobs",
    "recent",
    "rights",
    "show",
    "stats",
    "worker_label",
]
