"""Plans, operations and the book as plain values, and how Redis holds them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from engine.streams.book import decode_operation
from engine.views import Operation
from tests.support.snapshot import Snapshot

Record = dict[str, str]
Seen = tuple[str, int, str]
"""A job's id, run and state, as they were seen."""


class Plan(Struct, eq=False):
    """A plan, or the operation that it has become: its fields, and the jobs that are left before those changed."""

    id: str
    fields: Record = {}
    jobs: list[Seen] = []

    @property
    def state(self) -> str:
        return self.fields.get("state", "")

    @property
    def deed(self) -> str:
        return self.fields["deed"]

    @property
    def batch(self) -> str | None:
        return self.fields.get("batch")

    @property
    def cursor(self) -> int:
        return self.number("done") + self.number("skipped")

    def number(self, name: str) -> int:
        """A counter; an absent one is 0."""
        return int(self.fields.get(name, "0"))

    def shown(self, queue: str) -> Operation | None:
        """As an operator is shown it; None for a plan."""
        words = [word.encode() for pair in self.fields.items() for word in pair]
        return decode_operation(queue, self.id, words)


class Plans:
    """All of a queue's."""

    def __init__(self) -> None:
        self.known: dict[str, Plan] = {}
        self.begun: dict[str, int] = {}
        """When each operation began, in ms."""
        self.heard: dict[str, int] = {}
        """Those that are under way, by when a driver was last heard of, in ms."""
        self.book: list[Record] = []

    def write(self, now: Record) -> None:
        """One more entry is in the book."""
        names = ("verb", "actor", "target", "reason", "detail", "operation")
        self.book.append({name: now.get(name, "") for name in names})


def wanted(plans: Plans) -> dict[str, Any]:
    """What Redis should hold; the jobs of an operation that nobody can take back may be gone at any moment."""
    return {
        "plans": {plan.id: plan.fields for plan in plans.known.values()},
        "frozen": {plan.id: plan.jobs for plan in plans.known.values() if plan.jobs and _is_kept(plan.fields)},
        "operations": plans.begun,
        "operating": plans.heard,
        "book": plans.book,
    }


def found(seen: Snapshot) -> dict[str, Any]:
    """The same, as Redis holds it."""
    keys = seen.keys
    hashes = {name: seen.fields(keys.operation + name) for name in seen.under(keys.operation)}
    return {
        "plans": hashes,
        "frozen": {
            name: [_job(item) for item in items]
            for name, items in seen.under(keys.frozen).items()
            if _is_kept(hashes.get(name, {}))
        },
        "operations": seen.scores(keys.operations),
        "operating": seen.scores(keys.operating),
        "book": seen.pairs(keys.audit),
    }


def _is_kept(fields: Record) -> bool:
    return fields.get("state") in {"planned", "running"} or int(fields.get("undo_until", "0")) > 0


def _job(item: bytes) -> Seen:
    run, state, job_id = item.decode().split(" ", 2)
    return job_id, int(run), state
