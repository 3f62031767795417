"""A job engine on Redis Streams: declare queues and jobs, enqueue from anywhere, run workers in any asyncio service."""

from engine.app import App
from engine.backoff import Backoff, Constant, Exponential, Linear
from engine.clock import Clock, SystemClock
from engine.config import Settings, read_environment
from engine.context import JobContext
from engine.doctor import Finding
from engine.errors import (
    EmbeddedError,
    EngineError,
    EnqueueUnknown,
    JobFailed,
    LeaseLost,
    PayloadError,
    QueueFull,
    ResultTimeout,
    SettingError,
    Snooze,
    StartRefused,
    StoreError,
    StoreFull,
    StoreMisused,
    StoreReset,
    UnknownJob,
    UnknownQueue,
    Unreachable,
    UnrecoverableError,
)
from engine.escaping import escape, escape_lines
from engine.inspector import Inspector, LimitSettings
from engine.posting import Spec
from engine.queue import Client
from engine.registry import Job, Queue
from engine.sync_client import SyncClient
from engine.types import (
    Attempt,
    Enqueued,
    JobLine,
    JobStatus,
    Keep,
    Progress,
    QueueCounts,
    Rate,
    State,
    WorkerInfo,
    days,
)
from engine.version import VERSION
from engine.viewer import Viewer
from engine.views import EventPage, Histogram, JobPage, Limit, LimitsView, MinuteStats
from engine.worker import Worker, WorkerOptions

__all__ = [
    "VERSION",
    "App",
    "Attempt",
    "Backoff",
    "Client",
    "Clock",
    "Constant",
    "EmbeddedError",
    "EngineError",
    "EnqueueUnknown",
    "Enqueued",
    "EventPage",
    "Exponential",
    "Finding",
    "Histogram",
    "Inspector",
    "Job",
    "JobContext",
    "JobFailed",
    "JobLine",
    "JobPage",
    "JobStatus",
    "Keep",
    "LeaseLost",
    "Limit",
    "LimitSettings",
    "LimitsView",
    "Linear",
    "MinuteStats",
    "PayloadError",
    "Progress",
    "Queue",
    "QueueCounts",
    "QueueFull",
    "Rate",
    "ResultTimeout",
    "SettingError",
    "Settings",
    "Snooze",
    "Spec",
    "StartRefused",
    "State",
    "StoreError",
    "StoreFull",
    "StoreMisused",
    "StoreReset",
    "SyncClient",
    "SystemClock",
    "UnknownJob",
    "UnknownQueue",
    "Unreachable",
    "UnrecoverableError",
    "Viewer",
    "Worker",
    "WorkerInfo",
    "WorkerOptions",
    "days",
    "escape",
    "escape_lines",
    "read_environment",
]
