"""Ratings, counts and ids as people and exports write them: pure. ValueError says what is wrong with any other."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from engine import escape

LONGEST_ID = 512
LARGEST_COUNT = 2**31 - 1
_LONGEST_SHOWN = 40

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_NUMBER = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,6})?)(?:\s*(?:/|out of)\s*(5|10)(?:[.,]0{1,6})?)?(?:\s*(?:stars?|[★⭐]))?", re.ASCII
)
_WORD = re.compile(r"(one|two|three|four|five)(?:[\s_-]*stars?)?")
_STARS = re.compile(r"([★⭐*]{1,5})([☆✩]{0,4})")
_STEP = Decimal("0.1")


def read_rating(text: str) -> float | None:
    """1 to 5 in steps of a tenth, from "4", "4,5", "4/5", "8/10", "FIVE", "4 stars" or "★★★★☆"; None for ""."""
    plain = text.strip().casefold().replace("\ufe0f", "")
    if not plain:
        return None
    rating = _rating(plain)
    if rating is None:
        raise ValueError(f"is not a rating: {shown(text)}; write 1 to 5, as in 4, 4.5 or 4/5")
    if not 1 <= rating <= 5:
        raise ValueError(f"is not between 1 and 5: {shown(text)}")
    return float(rating.quantize(_STEP, ROUND_HALF_UP))


def read_count(text: str) -> int:
    """A whole number from 0 on; 0 for ""."""
    plain = text.strip().removesuffix(".0")
    if not plain:
        return 0
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 12):
        raise ValueError(f"is not a whole number from 0 on: {shown(text)}")
    return min(int(plain), LARGEST_COUNT)


def read_id(text: str) -> str:
    """An id of one line without spaces around it; "" for ""."""
    plain = text.strip()
    if len(plain) > LONGEST_ID or not plain.isprintable():
        raise ValueError(f"is too long or holds control characters: {shown(text)}")
    return plain


def text_of(value: Any) -> str:
    """A JSON value as the text that a cell would hold; lists and objects are given as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return f"{value}".removesuffix(".0")
        case _:
            return msgspec.json.encode(value).decode()


def shown(text: str) -> str:
    """The text as an error may quote it: short, on one line, in quotes."""
    short = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
    return f'"{escape(short)}"'


def _rating(plain: str) -> Decimal | None:
    if found := _NUMBER.fullmatch(plain):
        value = Decimal(found[1].replace(",", "."))
        return value / 2 if found[2] == "10" else value
    if found := _WORD.fullmatch(plain):
        return Decimal(_WORDS[found[1]])
    if (found := _STARS.fullmatch(plain)) and len(found[1] + found[2]) in (5, len(found[1])):
        return Decimal(len(found[1]))
    return None
