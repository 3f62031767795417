"""One list of a queue as a source of rows."""

from __future__ import annotations

from admin_tui.admin import Eyes
from admin_tui.asking import Calls
from engine import Listed, Window


class Listing:
    """The jobs of one list, read where they are looked at."""

    def __init__(self, eyes: Eyes, calls: Calls, queue: str, listed: Listed) -> None:
        self._eyes, self._calls = eyes, calls
        self.queue = queue
        self.listed: Listed = listed

    async def window(self, size: int, *, rank: int | None = None, above: str = "", below: str = "") -> Window:
        """Up to `size` rows, as `Eyes.window` gives them."""
        with self._calls:
            return await self._eyes.window(self.queue, self.listed, size, rank=rank, above=above, below=below)
