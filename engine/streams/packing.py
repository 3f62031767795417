"""Commands to bytes: in C where hiredis is installed, else by the connection itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from redis.asyncio.connection import AbstractConnection

from engine.streams.call import Arg


def _find_packer() -> Callable[[tuple[Arg, ...]], bytes] | None:
    try:
        import hiredis  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return cast("Callable[[tuple[Arg, ...]], bytes]", hiredis.pack_command)


_PACK = _find_packer()


def pack(connection: AbstractConnection, commands: Sequence[Sequence[Arg]]) -> list[bytes]:
    """The commands in Redis's protocol, ready to send on the connection."""
    if _PACK is None:
        return connection.pack_commands(commands)
    return [_PACK(tuple(words)) for words in commands]
