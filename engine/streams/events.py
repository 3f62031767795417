"""Queues' event streams: their entries as values, and a tap that waits for new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from redis.exceptions import RedisError

from engine.errors import Unreachable
from engine.streams.call import Arg
from engine.streams.packing import pack
from engine.streams.replies import LINK_ERRORS, to_engine_error
from engine.streams.store import connection_to
from engine.types import Event

_BLOCK_S = 2.0
_AT_ONCE = 100
"""Entries of a stream in one reply; each tells of up to 250 jobs."""


def decode_events(queue: str, entries: Sequence[Any]) -> list[Event]:
    """The events of these entries, in order, as XRANGE and XREAD reply them: each field a verb, each value an id."""
    return [
        Event(queue, entry.decode(), int(entry.split(b"-")[0]), verb.decode(), job_id.decode(errors="backslashreplace"))
        for entry, flat in entries
        for verb, job_id in zip(flat[::2], flat[1::2], strict=True)
    ]


class EventTap:
    """Waits for events of some queues of one slot on a connection of its own.

    `streams` names the queue of each `events` key. It is never cancelled: the reply in flight would be lost; close it.
    """

    def __init__(self, url: str, streams: Mapping[str, str]) -> None:
        self._connection = connection_to(url, timeout_s=5.0)
        self._streams = dict(streams)
        self._after: dict[str, str] = {}
        self._closed = False

    @property
    def listening(self) -> bool:
        """Whether nothing that happens from now on is missed, unless it is trimmed before it is read."""
        return bool(self._after)

    async def listen(self, after: Mapping[str, str] | None = None) -> None:
        """Reading goes on behind these ids; a stream that is not named, behind its newest entry."""
        found = dict(after or {})
        for key in self._streams:
            if key not in found:
                newest = await self._exchange("XREVRANGE", key, "+", "-", "COUNT", 1)
                found[key] = newest[0][0].decode() if newest else "0-0"
        self._after = found

    async def read(self) -> list[Event]:
        """The events since the last read, none after two quiet seconds; Unreachable if the link broke or is closed.

        The next read goes on where this one ended, also after an error.
        """
        if not self._after:
            await self.listen()
        block_ms = round(_BLOCK_S * 1000)
        words: list[Arg] = ["XREAD", "COUNT", _AT_ONCE, "BLOCK", block_ms, "STREAMS", *self._after]
        reply = await self._exchange(*words, *self._after.values())
        events: list[Event] = []
        for key, entries in reply or ():
            self._after[key.decode()] = entries[-1][0].decode()
            events += decode_events(self._streams[key.decode()], entries)
        return events

    async def close(self) -> None:
        """The connection is closed; a read in progress ends as Unreachable."""
        self._closed = True
        await self._connection.disconnect(nowait=True)

    async def _exchange(self, *words: Arg) -> Any:
        if self._closed:
            raise Unreachable("the tap is closed")
        try:
            await self._connection.connect()  # type: ignore[no-untyped-call]
            if self._closed:
                raise ConnectionAbortedError("the tap was closed")
            await self._connection.send_packed_command(pack(self._connection, [words]), check_health=False)
            # A server that is gone without a word is found out by the read's own limit.
            return cast("Any", await self._connection.read_response(True, timeout=_BLOCK_S * 2))  # noqa: FBT003 - bytes, undecoded
        except (RedisError, *LINK_ERRORS) as error:
            await self._connection.disconnect(nowait=True)
            raise to_engine_error(error) from error
