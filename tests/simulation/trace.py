"""What happened, line by line with virtual times: the same seed gives the same lines."""

from __future__ import annotations

from collections.abc import Callable


class Trace:
    """Keeps every line."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self.lines: list[str] = []

    def tell(self, who: str, what: str) -> None:
        """The line is kept, with the time and who it is about."""
        self.lines.append(f"{self._now_s():9.4f}  {who:<9} {what}")

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)
