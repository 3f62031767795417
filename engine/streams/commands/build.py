"""How a function of this package makes its `Call`, and the limits that all of them keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from engine.streams.call import Arg, Call
from engine.streams.keys import Keys
from engine.streams.scripts import load

R = TypeVar("R")

MAX_BATCH = 250
"""Items in one call."""
MAX_BYTES = 1 << 20
"""Payload or result bytes in one call."""


def build(
    name: str, k: Keys, args: list[Arg], decode: Callable[[Any], R], items: int = 0, size_bytes: int = 0
) -> Call[R]:
    """The call of this script over the queue's keys that its header asks for; ValueError if it is too long."""
    check_bounds(name, items, size_bytes)
    script = load(name)
    return Call(script, k.of(script.keys), args, decode)


def check_bounds(name: str, items: int, size_bytes: int = 0) -> None:
    """One call of the script may carry so much, or one item however large; ValueError if not."""
    if items > MAX_BATCH:
        raise ValueError(f"one call of {name} takes at most {MAX_BATCH} items, not {items}")
    if items > 1 and size_bytes > MAX_BYTES:
        raise ValueError(f"one call of {name} takes at most {MAX_BYTES:,} bytes, not {size_bytes:,}")


def oks(reply: list[bytes]) -> list[bool]:
    """True for each `ok`."""
    return [answer == b"ok" for answer in reply]
