"""Queues' event streams: their entries as values, and a tap that waits for new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.streams.blocking import BlockingLink
from engine.streams.call import Arg
from engine.types import Event

_BLOCK_S = 2.0
_PATIENCE_S = 2.0
"""How much later than the server said a reply may come, before the link counts as broken."""
_AT_ONCE = 100
"""Entries of a stream in one reply; each tells of up to 250 jobs."""


def decode_events(queue: str, entries: Sequence[Any]) -> list[Event]:
    """The events of these entries, in order, as XRANGE and XREAD reply them: each field a verb, each value an id."""
    return [
        Event(
            queue,
            entry.decode(),
            int(entry.split(b"-")[0]),
            verb.decode(errors="backslashreplace"),
            job_id.decode(errors="backslashreplace"),
        )
        for entry, flat in entries
        for verb, job_id in zip(flat[::2], flat[1::2], strict=True)
    ]


class EventTap:
    """Waits for events of some queues of one slot on a connection of its own.

    `streams` names the queue of each `events` key. It is never cancelled; close it, and its link with it.
    """

    def __init__(self, link: BlockingLink, streams: Mapping[str, str]) -> None:
        self._link = link
        self._streams = dict(streams)
        self._after: dict[str, str] = {}

    @property
    def listening(self) -> bool:
        """Whether nothing that happens from now on is missed, unless it is trimmed before it is read."""
        return bool(self._after)

    async def listen(self, after: Mapping[str, str] | None = None) -> None:
        """Reading goes on behind these ids; a stream that is not named, behind its newest entry."""
        found = dict(after or {})
        for key in self._streams:
            if key not in found:
                newest = await self._link.ask("XREVRANGE", key, "+", "-", "COUNT", 1, within_s=_BLOCK_S + _PATIENCE_S)
                found[key] = newest[0][0].decode() if newest else "0-0"
        self._after = found

    async def read(self) -> list[Event]:
        """The events since the last read, none after two quiet seconds; Unreachable if the link broke or is closed.

        The next read goes on where this one ended, also after an error.
        """
        if not self._after:
            await self.listen()
        words: list[Arg] = ["XREAD", "COUNT", _AT_ONCE, "BLOCK", round(_BLOCK_S * 1000), "STREAMS", *self._after]
        reply = await self._link.ask(*words, *self._after.values(), within_s=_BLOCK_S + _PATIENCE_S)
        events: list[Event] = []
        for key, entries in reply or ():
            self._after[key.decode()] = entries[-1][0].decode()
            events += decode_events(self._streams[key.decode()], entries)
        return events

    async def close(self) -> None:
        """The connection is closed; a read in progress ends as Unreachable."""
        await self._link.close()
