"""Scores a tenant's period: every review, and every theme that its reviews mention."""

from jobs.scoring.job import score
from jobs.scoring.report import ThemeRow, format_themes, theme_table

__all__ = ["ThemeRow", "format_themes", "score", "theme_table"]
