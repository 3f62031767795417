"""What a review's text says: its clauses, how it feels about things, and which themes it names."""

from jobs.scoring.text.lexicon import Lexicon
from jobs.scoring.text.sentiment import Clause, Reading, TextModel
from jobs.scoring.text.themes import Mention, ThemeMatcher, ThemeRecord, ThemeSet, effective_themes

__all__ = [
    "Clause",
    "Lexicon",
    "Mention",
    "Reading",
    "TextModel",
    "ThemeMatcher",
    "ThemeRecord",
    "ThemeSet",
    "effective_themes",
]
