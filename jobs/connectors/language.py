"""A guess at a review's language by its commonest words: English, Afrikaans or unknown."""

from __future__ import annotations

import re
from typing import Literal, Protocol

Language = Literal["en", "af", "unknown"]

SHORTEST_GUESSED = 20
"""Characters; anything shorter is unknown."""
_CLEAR_LEAD = 1.5
_FEWEST_WORDS = 2

# Words that the two share ("is", "in", "so", "my", "was", "met", "van") are in neither list.
_ENGLISH = """
    the and of to for with this that it we you have had but not they our are were very at from would will be
    there their your been has as on by an or us me good great food service place nice time here when never
    always again back just really too out all went which who what only because after before staff best
"""
_AFRIKAANS = """
    die en nie het ons ek baie vir dit te maar aan op om sal hulle ook weer kan wat jy dis daar soos hierdie
    kos diens lekker plek toe nooit altyd gaan se heerlik moes wees tyd hier geen 'n eers na oor sy
    uitstekend vriendelik goeie regtig gewag bietjie nog nou alles almal mense omdat sonder jou julle
"""
# Close relatives that would pass for Afrikaans: Dutch and German.
_OTHERS = """
    de een niet ik zijn wij voor heel naar zeer erg hebben heeft jullie deze waren lekkere
    der das und nicht ist wir sehr ein eine mit für auf war waren auch gut essen
"""

_WORDS: dict[Language, frozenset[str]] = {
    "en": frozenset(_ENGLISH.split()),
    "af": frozenset(_AFRIKAANS.split()),
    "unknown": frozenset(_OTHERS.split()),
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|'n\b")


class LanguageGuesser(Protocol):
    """Anything that names the language of a text."""

    def __call__(self, text: str | None) -> Language:
        """The language of `text`, "unknown" when in doubt."""
        ...


def guess_language(text: str | None) -> Language:
    """The language whose stop words clearly lead, else "unknown"; always so under 20 characters."""
    if text is None or len(text) < SHORTEST_GUESSED:
        return "unknown"
    words = _WORD.findall(text.casefold().replace("\u2019", "'"))
    counts: dict[Language, int] = {language: sum(word in known for word in words) for language, known in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    second = max(count for language, count in counts.items() if language != best)
    return best if counts[best] >= max(_FEWEST_WORDS, _CLEAR_LEAD * second) else "unknown"
