"""One typed function for each Lua file that only reads."""

from engine.streams.reads.jobs import iso, list_jobs, recent, show, worker_label
from engine.streams.reads.queues import counts, limits, stats

__all__ = ["counts", "iso", "limits", "list_jobs", "recent", "show", "stats", "worker_label"]
