"""Text on its way to the terminal."""

from admin_tui.text.safe import Safe, safe

__all__ = ["Safe", "safe"]
