"""Are a queue's own keys there, of their types, and configured."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping

from engine.doctor.context import Context, pairs
from engine.doctor.finding import REDIS_CLI, Finding
from engine.registry import Queue
from engine.streams import GROUP, Keys

STREAMS = ("again", "ready", "suspect")
_TYPES = {
    **dict.fromkeys((*STREAMS, "events", "bad", "audit"), "stream"),
    **dict.fromkeys(
        ("delayed", "completed", "failed", "cancelled", "trash", "groups", "operations", "operating"), "zset"
    ),
    **dict.fromkeys(("active", "control", "bucket"), "hash"),
    "wake": "list",
}


async def read_types(context: Context, keys: Keys) -> dict[str, str]:
    """The type of each of the queue's fixed keys, `none` if it is not there."""
    types = await asyncio.gather(*(context.store.command("TYPE", getattr(keys, name)) for name in _TYPES))
    return {name: kind.decode() for name, kind in zip(_TYPES, types, strict=True)}


def judge_types(keys: Keys, types: Mapping[str, str]) -> list[Finding]:
    """Keys that hold something else than the engine's."""
    return [
        Finding(
            "fail",
            f"queue {keys.queue}",
            f"its key {getattr(keys, name)} holds a {kind}, not a {_TYPES[name]}: calls that need it fail",
            f"{REDIS_CLI} RENAMENX {shlex.quote(getattr(keys, name))} {shlex.quote(f'lost:{keys.queue}:{name}')}"
            "   # then doctor --repair",
        )
        for name, kind in types.items()
        if kind not in ("none", _TYPES[name])
    ]


async def read_control(context: Context, keys: Keys) -> dict[str, str]:
    """The fields of `control`."""
    return pairs(await context.store.command("HGETALL", keys.control))


async def read_groups(context: Context, keys: Keys, types: Mapping[str, str]) -> dict[str, str]:
    """How far the group of each stream has read; streams without it are left out."""
    found: dict[str, str] = {}
    for name in STREAMS:
        if types[name] != "stream":
            continue
        for group in await context.store.command("XINFO", "GROUPS", getattr(keys, name)):
            fields = dict(zip(group[::2], group[1::2], strict=True))
            if fields[b"name"] == GROUP.encode():
                found[name] = fields[b"last-delivered-id"].decode()
    return found


def judge_groups(
    queue: Queue, types: Mapping[str, str], groups: Mapping[str, str], control: Mapping[str, str]
) -> list[Finding]:
    """Streams or groups that are gone from a queue that has been worked, or its settings."""
    subject = f"queue {queue.name}"
    mend = f"python -m engine doctor --repair --queue {queue.name}"
    if "lease_ms" not in control:
        if not groups:
            return [Finding("ok", subject, "no worker has run for it yet")]
        text = "its settings are gone: nothing is acquired until a worker's next turn writes them again"
        return [Finding("warn", subject, text, mend)]
    found: list[Finding] = []
    for name in STREAMS:
        if types[name] == "none":
            text = f"its stream {name} is gone: the jobs that waited in it never run"
            found.append(Finding("fail", subject, text, mend))
        elif name not in groups:
            text = f"its stream {name} has lost the group {GROUP!r}: a worker makes it anew at its next turn, and what "
            text += "was active in it runs again, uncharged"
            found.append(Finding("fail", subject, text, mend))
    return found or [Finding("ok", subject, "its streams and groups are there")]


def is_lost(groups: Mapping[str, str], control: Mapping[str, str]) -> bool:
    """Whether groups or settings have to be made anew; a queue that was never worked has lost nothing."""
    return bool(groups) if "lease_ms" not in control else len(groups) < len(STREAMS)
