"""A line on the screen: spans of safe text, each with the name of a style."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from admin_tui.text import Safe

Style = Literal[
    "plain", "dim", "title", "key", "good", "warn", "bad", "waiting", "active", "delayed", "retrying", "completed",
    "failed", "cancelled", "paused", "held", "mark", "cursor", "input",
]  # fmt: skip
"""What a span means; a theme says how that looks. Nothing is told by style alone: a letter or a word says it too."""


class Span(NamedTuple):
    """A piece of a line."""

    text: Safe
    style: Style = "plain"


Line = Sequence[Span]
"""One row of the screen, from the left."""
