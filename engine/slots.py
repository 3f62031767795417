"""Which slot each queue's keys live in: written down once, because another one would hide its stored jobs."""

from __future__ import annotations

from engine.errors import SettingError
from engine.registry import Queue
from engine.streams import Keys, Registry, Store
from engine.streams.reads import counts


async def claim_slots(store: Store, prefix: str, queues: list[Queue]) -> None:
    """Each queue's slot is on record; SettingError if it has stored jobs in another one."""
    registry = Registry(prefix)
    members = [member.decode() for member in await store.command("ZRANGE", registry.queues, 0, -1)]
    for queue in queues:
        for member in members:
            slot, _, name = member.partition("/")
            if name == queue.name and slot != queue.slot:
                await _refuse_if_stored(store, Keys(prefix, slot, name), queue)
                await store.command("ZREM", registry.queues, member)
        if f"{queue.slot}/{queue.name}" not in members:  # a write that a full Redis would refuse
            await store.command("ZADD", registry.queues, 0, f"{queue.slot}/{queue.name}")


async def _refuse_if_stored(store: Store, old: Keys, queue: Queue) -> None:
    found = await store.run(counts(old, 0, queue.options.keep_completed, queue.options.keep_failed))
    if found.waiting or found.delayed or found.active:
        raise SettingError(
            f"queue {queue.name} has stored jobs in slot {old.slot!r}, not {queue.slot!r}: "
            f"work them with slot={old.slot!r} first"
        )
