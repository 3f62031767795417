"""What every check is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from engine.clock import Clock
from engine.config import Settings
from engine.errors import StoreError, StoreFull, StoreMisused
from engine.registry import Queue
from engine.streams import Keys, Store

_NO_RIGHT = "no permissions"
"""What a server says to a user whom it knows; a wrong password is told otherwise."""


class Context(Struct, frozen=True, kw_only=True):
    """A way to Redis, the queues to look at, the time, and where progress is told."""

    store: Store
    settings: Settings
    queues: Mapping[str, Queue]
    clock: Clock
    wall_s: Callable[[], float]
    """This machine's clock, in seconds since 1970."""
    tell: Callable[[str], None]
    silent_ms: int = 60_000
    """Silence after which a consumer without a heartbeat counts as dead."""

    def keys(self, queue: Queue) -> Keys:
        """The queue's keys."""
        return Keys(self.settings.prefix, queue.slot, queue.name)

    async def now_us(self) -> int:
        """The server's clock."""
        seconds, micros = await self.store.command("TIME")
        return int(seconds) * 1_000_000 + int(micros)


async def reach_server(store: Store) -> None:
    """The server answers, be it that it is full, or that this user may not ask.

    Raises Unreachable, or StoreMisused where it does not let this user in.
    """
    try:
        await store.command("PING")
    except StoreFull:
        return
    except StoreMisused as error:
        if _NO_RIGHT not in str(error):
            raise


async def ask(store: Store, *words: str | bytes | int) -> Any | None:
    """The reply, or None where this server or the user's rights refuse the command."""
    try:
        return await store.command(*words)
    except StoreError:
        return None


async def user_of(context: Context) -> str:
    """The name by which the server knows this connection's user."""
    told = await ask(context.store, "ACL", "WHOAMI")
    return told.decode() if told is not None else unquote(urlsplit(context.settings.redis_url).username or "default")


def pairs(flat: list[bytes]) -> dict[str, str]:
    """The fields and values of a flat reply, as text."""
    words = [word.decode(errors="backslashreplace") for word in flat]
    return dict(zip(words[::2], words[1::2], strict=True))


def some(names: list[str], most: int = 3) -> str:
    """The first of the names, and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
