"""Every Redis key of the engine. Nothing else spells one."""

from __future__ import annotations

import re

from engine.errors import SettingError

GROUP = "workers"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}\Z")
_RESERVED = {"bucket"}
MAX_ID_BYTES = 512


def check_name(what: str, name: str) -> str:
    """The name, if it may stand in a key; SettingError if not."""
    if not _NAME.match(name) or name in _RESERVED:
        raise SettingError(f"{what} {name!r}: use letters, digits, '_', '-' and '.' (and not {', '.join(_RESERVED)!r})")
    return name


def check_id(job_id: str) -> str:
    """The job id, if it can be stored; SettingError if not."""
    try:
        size = len(job_id.encode())
    except UnicodeEncodeError:
        size = 0
    if not 1 <= size <= MAX_ID_BYTES:
        raise SettingError(f"job id {job_id[:50]!a}: use a text of 1 to {MAX_ID_BYTES} bytes")
    return job_id


class Keys:
    """The keys of one queue: `prefix:{slot}:queue:kind`, all in one Cluster slot."""

    def __init__(self, prefix: str, slot: str, queue: str) -> None:
        base = f"{check_name('prefix', prefix)}:{{{check_name('slot', slot)}}}:{check_name('queue', queue)}:"
        self.prefix, self.slot, self.queue, self.base = prefix, slot, queue, base
        self.again = base + "again"
        self.ready = base + "ready"
        self.suspect = base + "suspect"
        self.delayed = base + "delayed"
        self.active = base + "active"
        self.control = base + "control"
        self.wake = base + "wake"
        self.events = base + "events"
        self.bad = base + "bad"
        self.completed = base + "completed"
        self.failed = base + "failed"
        self.cancelled = base + "cancelled"
        self.trash = base + "trash"
        self.groups = base + "groups"
        self.operations = base + "operations"
        self.operating = base + "operating"
        self.audit = base + "audit"
        self.job = base + "job:"
        self.trail = base + "trail:"
        self.tenant = base + "tenant:"
        self.stats = base + "stats:"
        self.group = base + "group:"
        self.operation = base + "operation:"
        self.frozen = base + "frozen:"
        self.bucket = f"{prefix}:{{{slot}}}:bucket:shared"
        self._of: dict[tuple[str, ...], tuple[str, ...]] = {}

    def of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The keys of these names, in this order: what a script's header asks for."""
        keys = self._of.get(names)
        if keys is None:
            keys = self._of[names] = tuple(getattr(self, name) for name in names)
        return keys

    def op(self, op: str) -> str:
        """The reply of one enqueue call."""
        return f"{self.base}op:{op}"


class Registry:
    """The keys that no script touches: who works, and which queues there are."""

    def __init__(self, prefix: str) -> None:
        self.workers = f"{check_name('prefix', prefix)}:workers"
        self.queues = f"{prefix}:queues"
        self._worker = f"{prefix}:worker:"

    def worker(self, consumer: str) -> str:
        """What one worker process told of itself with its last heartbeat."""
        return self._worker + consumer
