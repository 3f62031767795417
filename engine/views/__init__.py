"""What the operator's side is shown, as frozen Structs: no behaviour beyond reading them."""

from engine.views.detail import Check, ErrorGroup, Explanation, JobDetail, Waiter, Waiters
from engine.views.operations import (
    Action,
    Actor,
    AuditEntry,
    AuditPage,
    Chosen,
    Matching,
    Operation,
    Plan,
)
from engine.views.pages import EventPage, Hits, JobPage, Listed, LogEntry, LogPage, Window
from engine.views.queues import Histogram, Limit, LimitsView, MinuteStats
from engine.views.snapshot import Minute, QueueView, ServerView, Snapshot

__all__ = [
    "Action",
    "Actor",
    "AuditEntry",
    "AuditPage",
    "Check",
    "Chosen",
    "ErrorGroup",
    "EventPage",
    "Explanation",
    "Histogram",
    "Hits",
    "JobDetail",
    "JobPage",
    "Limit",
    "LimitsView",
    "Listed",
    "LogEntry",
    "LogPage",
    "Matching",
    "Minute",
    "MinuteStats",
    "Operation",
    "Plan",
    "QueueView",
    "ServerView",
    "Snapshot",
    "Waiter",
    "Waiters",
    "Window",
]
