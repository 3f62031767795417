"""Waits for wake-ups on a connection of its own."""

from __future__ import annotations

from engine.streams.blocking import BlockingLink
from engine.streams.call import Arg

_LISTEN_S = 5


class Doorbell:
    """BLPOP over the wake lists of one slot. It is never cancelled: a wake-up in flight would be lost; close it."""

    def __init__(self, link: BlockingLink, wake_lists: list[str]) -> None:
        self._link = link
        self._words: tuple[Arg, ...] = ("BLPOP", *wake_lists, _LISTEN_S)

    async def wait(self) -> str | None:
        """The list that rang, or None after a few quiet seconds; Unreachable if the link broke or is closed."""
        reply: list[bytes] | None = await self._link.ask(*self._words, within_s=_LISTEN_S * 2)
        return None if reply is None else reply[0].decode()

    async def close(self) -> None:
        """The connection is closed; a wait in progress ends as Unreachable."""
        await self._link.close()
