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


def build(name: str, k: Keys, args: list[Arg], decode: Callable[[Any], R]) -> Call[R]:
    """The call of the script of this name over the queue's keys that its header asks for."""
    script = load(name)
    return Call(script, k.of(script.keys), args, decode)


def oks(reply: list[bytes]) -> list[bool]:
    """True for each `ok`."""
    return [answer == b"ok" for answer in reply]
