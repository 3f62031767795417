"""Everything of a queue that names a job: what an audit has to look at, page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from engine.doctor.context import Context
from engine.streams import Keys
from engine.streams.commands import PRUNED, Mark

_PAGE = 1_000
_BATCH = 100
"""Looked at in one call: a call of 250 would hold up the server for 10 ms."""
_TELL_S = 2.0


async def batches(context: Context, keys: Keys) -> AsyncGenerator[list[Mark]]:
    """The marks of the queue, as many as one call looks at; how far it is, is told every few seconds."""
    looked, told_s = 0, context.clock.monotonic_s()
    batch: list[Mark] = []
    async for mark in _marks(context, keys):
        batch.append(mark)
        if len(batch) == _BATCH:
            yield batch
            looked, batch = looked + len(batch), []
            if context.clock.monotonic_s() - told_s >= _TELL_S:
                told_s = context.clock.monotonic_s()
                context.tell(f"queue {keys.queue}: looked at {looked} records and places so far")
    if batch:
        yield batch


async def _marks(context: Context, keys: Keys) -> AsyncGenerator[Mark]:
    # A key's beginning holds no character that means something in a pattern: names are checked.
    for base in (keys.job.encode(), keys.trail.encode()):
        async for key in _scan(context, "SCAN", b"MATCH", base + b"*"):
            yield Mark(key[len(base) :])
    for name in ("delayed", *PRUNED, "trash"):
        async for member in _members(context, "ZSCAN", getattr(keys, name)):
            yield Mark(member)
    async for member in _members(context, "HSCAN", keys.active):
        yield Mark(member)
    for name in ("again", "ready", "suspect"):
        async for mark in _entries(context, name, getattr(keys, name)):
            yield mark


async def _scan(context: Context, command: str, *rest: str | bytes, key: str = "") -> AsyncGenerator[bytes]:
    cursor = b"0"
    while True:
        words = [command, *([key] if key else []), cursor, *rest, "COUNT", _PAGE]
        cursor, page = await context.store.command(*words)
        for item in page:
            yield item
        if cursor == b"0":
            return


async def _members(context: Context, command: str, key: str) -> AsyncGenerator[bytes]:
    """The members of a set, or the fields of a hash: every other item of the pages."""
    is_member = True
    async for item in _scan(context, command, key=key):
        if is_member:
            yield item
        is_member = not is_member


async def _entries(context: Context, name: str, stream: str) -> AsyncGenerator[Mark]:
    after = b"-"
    while True:
        page = await context.store.command("XRANGE", stream, after, "+", "COUNT", _PAGE)
        for entry, fields in page:
            if len(fields) > 1:
                yield Mark(fields[1], f"{name} ".encode() + entry)
        if len(page) < _PAGE:
            return
        after = b"(" + page[-1][0]
