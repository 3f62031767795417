"""Consumers whose process is gone: with what they held, and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.doctor.context import Context, some
from engine.doctor.finding import Finding
from engine.registry import Queue
from engine.streams import GROUP, Keys, Registry

_EMPTY = "consumers of ended workers that hold nothing"


class Dead(Struct, frozen=True):
    """A consumer without a heartbeat, and how many deliveries it holds."""

    name: bytes
    pending: int

    @property
    def shown(self) -> str:
        return self.name.decode(errors="backslashreplace")


async def read_dead(context: Context, keys: Keys, groups: Mapping[str, str]) -> list[Dead]:
    """The consumers of the queue that are silent and have no heartbeat."""
    pending: dict[bytes, int] = {}
    idle_ms: dict[bytes, int] = {}
    for stream in groups:
        for flat in await context.store.command("XINFO", "CONSUMERS", getattr(keys, stream), GROUP):
            fields = dict(zip(flat[::2], flat[1::2], strict=True))
            name: bytes = fields[b"name"]
            pending[name] = pending.get(name, 0) + fields[b"pending"]
            idle_ms[name] = min(idle_ms.get(name, fields[b"idle"]), fields[b"idle"])
    registry = Registry(context.settings.prefix)
    silent = [name for name, idle in idle_ms.items() if idle >= context.silent_ms]
    return [
        Dead(name, pending[name])
        for name in silent
        if not await context.store.command("EXISTS", registry.worker(name.decode(errors="surrogateescape")))
    ]


def judge_consumers(queue: Queue, dead: Sequence[Dead], *, swept: bool) -> list[Finding]:
    """What becomes of dead consumers, and of what they hold; `swept`: a worker of the queue lives."""
    subject, run = f"queue {queue.name}", f"python -m engine run --queues {queue.name}"
    found: list[Finding] = []
    empty = [one.shown for one in dead if one.pending == 0]
    holding = [one.shown for one in dead if one.pending > 0]
    if empty and swept:
        found.append(Finding("ok", subject, f"{_EMPTY}: {some(empty)}; the sweep deletes them within minutes"))
    elif empty:
        mend = f"python -m engine doctor --repair --queue {queue.name}"
        found.append(Finding("warn", subject, f"{_EMPTY}: {some(empty)}; no worker runs to sweep them", mend))
    if holding:
        held = sum(one.pending for one in dead)
        lease_s = queue.options.lease_s
        then = f"the sweep hands them back within {lease_s:g} s" if swept else "no worker runs to take them back"
        text = f"deliveries that workers hold that no longer beat: {held} ({some(holding)}); {then}"
        found.append(Finding("warn", subject, text, f"{run}   # or wait" if swept else run))
    return found
