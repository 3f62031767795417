"""Waiting for something to become true, with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast, overload

import anyio

T = TypeVar("T")


@overload
async def eventually(
    condition: Callable[[], Awaitable[T | None]], *, within_s: float = ..., every_s: float = ...
) -> T: ...
@overload
async def eventually(condition: Callable[[], T | None], *, within_s: float = ..., every_s: float = ...) -> T: ...
async def eventually(
    condition: Callable[[], Awaitable[T | None]] | Callable[[], T | None],
    *,
    within_s: float = 5.0,
    every_s: float = 0.01,
) -> T:
    """The first true value of `condition`, which may be async; AssertionError if there is none in time."""
    end = time.monotonic() + within_s
    while True:
        answer = condition()
        value = cast("T | None", await answer if inspect.isawaitable(answer) else answer)
        if value:
            return value
        _check_deadline(end, within_s, condition, value)
        await anyio.sleep(every_s)


def eventually_sync(condition: Callable[[], T | None], *, within_s: float = 5.0, every_s: float = 0.01) -> T:
    """The first true value of `condition`; AssertionError if there is none in time."""
    end = time.monotonic() + within_s
    while True:
        value = condition()
        if value:
            return value
        _check_deadline(end, within_s, condition, value)
        time.sleep(every_s)


def _check_deadline(end: float, within_s: float, condition: object, value: object) -> None:
    if time.monotonic() > end:
        name = getattr(condition, "__qualname__", repr(condition))
        raise AssertionError(f"{name} was not true within {within_s:g} s; it gave {value!r}")
