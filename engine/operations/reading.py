"""Operations and the book, read by plain commands: a user of Redis who may only read can look."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.errors import SettingError
from engine.listing import check_count
from engine.streams import Keys, Store
from engine.streams.book import decode_entry, decode_operation
from engine.views import AuditEntry, AuditPage, Operation

_CURSOR = re.compile(r"(\d{1,15})-(\d{1,15}) (\S+)\Z")


class Records:
    """Reads what was changed, and how far operations are."""

    def __init__(self, store: Store, keys: Mapping[str, Keys]) -> None:
        self._store, self._keys = store, keys

    async def operation(self, queue: str, operation_id: str) -> Operation | None:
        """How far the operation is; None if there is none of this id, or no more."""
        flat = await self._store.command("HGETALL", self._keys[queue].operation + operation_id)
        return decode_operation(queue, operation_id, flat)

    async def operations(self, queue: str, limit: int) -> Sequence[Operation]:
        """The queue's newest operations, newest first; they are kept for a week."""
        check_count("limit", limit)
        found = await self._store.command("ZREVRANGE", self._keys[queue].operations, 0, limit - 1)
        return await self._all([(queue, operation_id.decode()) for operation_id in found])

    async def audit(self, queues: Sequence[str], before: str | None, limit: int) -> AuditPage:
        """Changes of these queues, newest first, behind what a page before gave as `before`."""
        check_count("limit", limit)
        found = _CURSOR.match(before) if before is not None else None
        if before is not None and found is None:
            raise SettingError(f"before {before!r}: give what a page of the book has as `before`")
        asked = [
            self._store.submit_command(
                "XREVRANGE", self._keys[queue].audit, _end(found, queue), "-", "COUNT", limit + 1
            )
            for queue in queues
        ]
        entries = [
            decode_entry(queue, entry)
            for queue, page in zip(queues, await asyncio.gather(*asked), strict=True)
            for entry in page
        ]
        entries.sort(key=lambda each: (*_order(each[0].id), each[0].queue), reverse=True)
        page = await self._with_operations(entries[:limit])
        last = page[-1] if len(entries) > limit else None
        return AuditPage(page, f"{last.id} {last.queue}" if last is not None else None)

    async def _with_operations(self, entries: Sequence[tuple[AuditEntry, str]]) -> list[AuditEntry]:
        wanted = list({(entry.queue, operation_id): None for entry, operation_id in entries if operation_id})
        known = {(each.queue, each.id): each for each in await self._all(wanted)}
        return [
            msgspec.structs.replace(entry, operation=known.get((entry.queue, operation_id)))
            for entry, operation_id in entries
        ]

    async def _all(self, wanted: Sequence[tuple[str, str]]) -> list[Operation]:
        asked = [
            self._store.submit_command("HGETALL", self._keys[queue].operation + operation_id)
            for queue, operation_id in wanted
        ]
        replies: list[Any] = await asyncio.gather(*asked)
        found = [decode_operation(*names, flat) for names, flat in zip(wanted, replies, strict=True)]
        return [operation for operation in found if operation is not None]


def _order(entry_id: str) -> tuple[int, int]:
    ms, _, number = entry_id.partition("-")
    return int(ms), int(number)


def _end(found: re.Match[str] | None, queue: str) -> str:
    """Where a queue's part of the page begins: entries of one id come by the names of their queues."""
    if found is None:
        return "+"
    entry_id = f"{found[1]}-{found[2]}"
    return entry_id if queue < found[3] else f"({entry_id}"
