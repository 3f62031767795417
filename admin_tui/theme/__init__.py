"""How styles look."""

from admin_tui.theme.palettes import DARK, LIGHT, NO_COLOUR, PALETTES, Look, Palette

__all__ = ["DARK", "LIGHT", "NO_COLOUR", "PALETTES", "Look", "Palette"]
