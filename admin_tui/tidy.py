"""Memory is looked through while nobody waits: Python's own full collection may come between a key and its screen."""

from __future__ import annotations

import gc
from collections.abc import Callable

EVERY_S = 20.0
QUIET_S = 1.0
"""Behind a key there is often another one."""
_RARELY = 100
"""Times 7,000 objects: where keys never cease, Python does it after all."""


def begin() -> None:
    """What there is by now stays for good and is never looked through; all else when a `Tidier` says so, or rarely."""
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], _RARELY)


class Tidier:
    """Knows when keys were pressed, and when memory was looked through as a whole: that takes some 0.03 s."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._pressed_s = self._tidied_s = now_s()

    def pressed(self) -> None:
        """Somebody waits for a screen."""
        self._pressed_s = self._now_s()

    def tidy(self) -> bool:
        """Cycles of objects that nobody has any more are gone, if it is time and no key came lately."""
        now_s = self._now_s()
        due = now_s - self._tidied_s >= EVERY_S and now_s - self._pressed_s >= QUIET_S
        if due:
            gc.collect()
            self._tidied_s = now_s
        return due
