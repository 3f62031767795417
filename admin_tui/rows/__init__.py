"""Rows of lists of any length: where they come from, which ones are held, where the cursor is. Pure; no Textual."""

from admin_tui.rows.cursor import Cursor
from admin_tui.rows.feed import Feed
from admin_tui.rows.source import InMemory, Source, Windowed

__all__ = ["Cursor", "Feed", "InMemory", "Source", "Windowed"]
