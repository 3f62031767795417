"""Explains stored scores term by term, from what is stored beside them, and says where that does not fit together."""

from jobs.scoring.explaining.fix import FixExplanation, explain_fix
from jobs.scoring.explaining.fix_text import fix_text
from jobs.scoring.explaining.review import ReviewExplanation, explain_review
from jobs.scoring.explaining.review_text import review_text
from jobs.scoring.explaining.theme import ThemeExplanation, explain_theme
from jobs.scoring.explaining.theme_text import theme_text

__all__ = [
    "FixExplanation",
    "ReviewExplanation",
    "ThemeExplanation",
    "explain_fix",
    "explain_review",
    "explain_theme",
    "fix_text",
    "review_text",
    "theme_text",
]
