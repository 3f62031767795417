"""One typed function for each Lua file that only reads."""

from engine.streams.reads.audit import Odd, audit, rights
from engine.streams.reads.detail import Found, decode_log, detail, entry_order, log_behind, newest_log
from engine.streams.reads.ending import Ending, decode_ending, ending
from engine.streams.reads.groups import MOST_GROUPS, groups, waiters
from engine.streams.reads.jobs import follow, iso, json_value, show, worker_label
from engine.streams.reads.lists import Place, list_jobs, place_of, recent, window
from engine.streams.reads.queues import counts, limits, stats
from engine.streams.reads.search import query_words, search
from engine.streams.reads.server import INFO, decode_server
from engine.streams.reads.snapshot import QueueState, Seen, SlotState, snapshot
from engine.streams.reads.workers import MOST_WORKERS, decode_worker

__all__ = [
    "INFO",
    "MOST_GROUPS",
    "MOST_WORKERS",
    "Ending",
    "Found",
    "Odd",
    "Place",
    "QueueState",
    "Seen",
    "SlotState",
    "audit",
    "counts",
    "decode_ending",
    "decode_log",
    "decode_server",
    "decode_worker",
    "detail",
    "ending",
    "entry_order",
    "follow",
    "groups",
    "iso",
    "json_value",
    "limits",
    "list_jobs",
    "log_behind",
    "newest_log",
    "place_of",
    "query_words",
    "recent",
    "rights",
    "search",
    "show",
    "snapshot",
    "stats",
    "waiters",
    "window",
    "worker_label",
]
