"""Work that a cancel does not cut off in the middle: closing what was opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def uncut(work: Coroutine[Any, Any, None], hurry: Callable[[], None] | None = None) -> None:
    """The work is done, however often the caller is cancelled meanwhile; then that cancel is raised.

    Each cancel calls `hurry`. An error of the work is raised as ever.
    """
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
            if hurry is not None:
                hurry()
    task.result()
    if cancelled is not None:
        raise cancelled
