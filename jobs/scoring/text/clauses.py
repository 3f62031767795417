"""A text split into clauses: parts that can each hold an opinion of their own."""

from __future__ import annotations

import re

from msgspec import Struct

_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$)|[\n;]+|\s[-–—]\s")
# "but" turns an opinion round wherever it stands; "and" only ends a clause where a comma goes before it.
_TURN = re.compile(
    r"[,:]?\s*\b(?:but|however|although|though|except|unfortunately|maar|egter|alhoewel|hoewel|behalwe|ongelukkig)\b",
    re.IGNORECASE,
)
_PAUSE = re.compile(r"[,:](?!\d)\s*(?:(?:and|en)\b)?", re.IGNORECASE)

BEFORE_TURN, AFTER_TURN, PLAIN = 0.6, 1.4, 1.0


class Part(Struct, frozen=True):
    """A clause's words, and how much it counts in its text: what comes after a "but" counts more than before it."""

    text: str
    weight: float = PLAIN


def split(text: str) -> list[Part]:
    """The clauses of a text in order, none of them blank."""
    parts: list[Part] = []
    for sentence in _SENTENCE_END.split(text):
        sides = _TURN.split(sentence)
        for place, side in enumerate(sides):
            weight = _weight(place, len(sides), first_is_blank=not sides[0].strip())
            parts.extend(Part(clause.strip(), weight) for clause in _PAUSE.split(side) if clause.strip())
    return parts


def _weight(place: int, sides: int, *, first_is_blank: bool) -> float:
    """A sentence that begins with "but" turns against the one before, which is left as it is."""
    if sides == 1 or (first_is_blank and sides == 2):
        return PLAIN
    return AFTER_TURN if place == sides - 1 else BEFORE_TURN
