"""The only way by which text reaches the terminal."""

from __future__ import annotations

from typing import NewType

Safe = NewType("Safe", str)
"""Text without control, format and bidi characters, of known width; only `safe` makes one from what a job wrote."""


def safe(text: str, cells: int = 256) -> Safe:
    """The text on one line, at most so many cells wide, with what could steer a terminal shown as its number."""
    raise NotImplementedError
