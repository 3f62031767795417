"""What an operator does: plans, the operations that carry them out, and the book of all changes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.types import JobLine
from engine.views.pages import Listed

Action = Literal["retry", "cancel", "promote", "trash", "restore", "delete"]
"""What can be done to jobs. `delete` is for good; every other one can be undone."""
Progressing = Literal["running", "done", "stopped", "undone"]


class Actor(Struct, frozen=True, rename="camel"):
    """Who changes something: a name, from where, by which tool; it says so itself, Redis knows no persons."""

    name: str
    origin: str = ""
    tool: str = ""


class Chosen(Struct, frozen=True, rename="camel"):
    """Jobs named one by one, each as it was seen: an action skips those of another run or state."""

    jobs: list[JobLine]


class Matching(Struct, frozen=True, rename="camel"):
    """All jobs of one list that a query matches (an empty one: all of them), as they are when the plan is made."""

    listed: Listed
    query: str = ""


class Plan(Struct, frozen=True, rename="camel", kw_only=True):
    """What an action would do, on a set that is frozen until `expires_ms`; nothing has been changed.

    `will` jobs are meant, `skipped` counts the others by reason. `undo` says how far it can be taken back. `sample` are
    some ids; `oldest_ms` and `newest_ms` span the chosen jobs' times.
    """

    id: str
    queue: str
    action: str
    """An `Action`, or `undo`."""
    will: int
    skipped: dict[str, int]
    sample: list[str]
    warnings: list[str]
    undo: str
    made_ms: int
    expires_ms: int
    oldest_ms: int | None = None
    newest_ms: int | None = None
    selection: str = ""


class Operation(Struct, frozen=True, rename="camel", kw_only=True):
    """A plan that was applied: it goes on batch by batch, carried by who applied it or else by any worker.

    `done` of `total` jobs were changed, `skipped` had changed meanwhile. `undo_until_ms`: 0 if it cannot be undone.
    """

    id: str
    queue: str
    action: str
    state: Progressing
    total: int
    done: int
    skipped: int
    actor: Actor
    reason: str
    started_ms: int
    ended_ms: int | None = None
    undo_until_ms: int = 0
    selection: str = ""

    @property
    def left(self) -> int:
        return self.total - self.done - self.skipped


class AuditEntry(Struct, frozen=True, rename="camel", kw_only=True):
    """One change that was made to a queue or its jobs; `operation` is there for what was applied by plan.

    `detail` says what: the values before and after of settings, the id of a single job.
    """

    id: str
    at_ms: int
    queue: str
    verb: str
    actor: Actor
    target: str = ""
    reason: str = ""
    detail: str = ""
    operation: Operation | None = None


class AuditPage(Struct, frozen=True, rename="camel"):
    """Changes, newest first, and what to give as `before` for older ones; None: there are none."""

    entries: list[AuditEntry]
    before: str | None = None
