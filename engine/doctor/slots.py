"""Are the queues' keys where this app looks for them."""

from __future__ import annotations

from engine.doctor.context import Context
from engine.doctor.finding import Finding
from engine.registry import Queue
from engine.streams import Keys, Registry
from engine.streams.reads import counts


async def check_slots(context: Context) -> list[Finding]:
    """A queue that is on record in another slot, where its jobs would stay unseen."""
    members = await context.store.command("ZRANGE", Registry(context.settings.prefix).queues, 0, -1)
    found: list[Finding] = []
    for member in members:
        slot, _, name = member.decode().partition("/")
        queue = context.queues.get(name)
        if queue is not None and slot != queue.slot:
            found.append(await _judge(context, queue, slot))
    return found


async def _judge(context: Context, queue: Queue, slot: str) -> Finding:
    keep, subject = queue.options, f"queue {queue.name}"
    old = Keys(context.settings.prefix, slot, queue.name)
    stored = await context.store.run(counts(old, 0, keep.keep_completed, keep.keep_failed))
    live = stored.waiting + stored.delayed + stored.active
    if live:
        text = f"jobs in slot {slot!r}, while this app looks in {queue.slot!r}: {live}; workers refuse to start"
        mend = f"python -m engine run --queues {queue.name} --drain   # with an app that still says slot={slot!r}"
        return Finding("fail", subject, text, mend)
    text = f"it is on record in slot {slot!r}, which is empty; the next worker's start moves it to {queue.slot!r}"
    return Finding("warn", subject, text, f"python -m engine run --queues {queue.name}")
