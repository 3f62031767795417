"""The keys that move in text that is longer than its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from admin_tui.widgets.lines import Lines


def scroll_commands(lines: Lines) -> Mapping[str, Callable[[], None]]:
    """What the keys of screens that are read do to these lines."""
    return {
        "line_down": lambda: lines.scroll_relative(y=1, animate=False),
        "line_up": lambda: lines.scroll_relative(y=-1, animate=False),
        "page_down": lambda: lines.scroll_relative(y=max(1, lines.size.height - 1), animate=False),
        "page_up": lambda: lines.scroll_relative(y=-max(1, lines.size.height - 1), animate=False),
        "first_line": lambda: lines.scroll_home(animate=False),
        "last_line": lambda: lines.scroll_end(animate=False),
    }
