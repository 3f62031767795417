"""The fake's book of changes, newest first by its reader."""

from __future__ import annotations

from bisect import bisect_left

from msgspec import Struct

from engine import Actor, AuditEntry, AuditPage, Operation, SettingError

_MOST = 10_000


class Entry(Struct, frozen=True):
    """A change as it is to be written down."""

    queue: str
    verb: str
    actor: Actor
    target: str = ""
    reason: str = ""
    detail: str = ""
    operation: Operation | None = None


class Book:
    """Every change with who made it; ids rise with time."""

    def __init__(self) -> None:
        self._entries: list[AuditEntry] = []
        self._orders: list[tuple[int, int]] = []

    def write(self, at_ms: int, said: Entry) -> None:
        """The change is in the book."""
        ms, number = self._orders[-1] if self._orders else (0, 0)
        order = (at_ms, 0) if at_ms > ms else (ms, number + 1)
        entry = AuditEntry(
            id=f"{order[0]}-{order[1]}",
            at_ms=at_ms,
            queue=said.queue,
            verb=said.verb,
            actor=said.actor,
            target=said.target,
            reason=said.reason,
            detail=said.detail,
            operation=said.operation,
        )
        self._entries.append(entry)
        self._orders.append(order)
        if len(self._entries) > _MOST:
            del self._entries[0], self._orders[0]

    def page(self, before: str | None, limit: int, queue: str | None) -> AuditPage:
        """Up to `limit` entries older than `before`, newest first."""
        if not 1 <= limit <= 250:
            raise SettingError(f"limit must be between 1 and 250, not {limit}")
        end = len(self._orders) if before is None else bisect_left(self._orders, _order(before))
        found: list[AuditEntry] = []
        while end > 0 and len(found) < limit:
            end -= 1
            if queue is None or self._entries[end].queue == queue:
                found.append(self._entries[end])
        older = any(queue is None or entry.queue == queue for entry in self._entries[:end])
        return AuditPage(found, found[-1].id if found and older else None)


def _order(entry_id: str) -> tuple[int, int]:
    ms, _, number = entry_id.partition("-")
    try:
        return int(ms), int(number or 0)
    except ValueError:
        raise SettingError(f"before {entry_id!r}: give what a page of the book answered") from None
