"""How a terminal writes: its pen, and what turns one into another in few bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_ANY = "any"
"""The ink of a blank, which nobody sees."""
_DRAWN = frozenset(("4", "7", "9", "21", "53"))
"""Attributes that show on a blank too: lines, and ink turned into ground."""


class Pen(NamedTuple):
    """How the terminal writes from here on; each part is in the words of SGR, none: the terminal's own way."""

    ink: str = ""
    ground: str = ""
    more: frozenset[str] = frozenset()
    """Bold, underline and so on."""


PLAIN = Pen()


@lru_cache(maxsize=1024)
def after(pen: Pen, words: str) -> Pen:
    """The pen behind these parameters of SGR."""
    parts = words.split(";")
    while parts:
        word = parts.pop(0)
        if word in ("", "0"):
            pen = PLAIN
        elif word in ("38", "48"):
            size = 4 if parts[:1] == ["2"] else 2
            colour, parts = ";".join([word, *parts[:size]]), parts[size:]
            pen = pen._replace(ink=colour) if word == "38" else pen._replace(ground=colour)
        elif _in(word, 30, 90):
            pen = pen._replace(ink="" if word == "39" else word)
        elif _in(word, 40, 100):
            pen = pen._replace(ground="" if word == "49" else word)
        else:
            pen = pen._replace(more=pen.more | {word})
    return pen


def _in(word: str, dark: int, bright: int) -> bool:
    return dark <= int(word) <= dark + 9 or bright <= int(word) <= bright + 7


@lru_cache(maxsize=1024)
def of_blank(pen: Pen) -> Pen:
    """What of the pen is seen of a blank."""
    return pen if pen.more & _DRAWN else Pen(_ANY, pen.ground)


@lru_cache(maxsize=4096)
def turned(pen: Pen, wanted: Pen) -> tuple[Pen, str]:
    """The pen that writes as is wanted, and the bytes that make it of the one before."""
    if wanted.ink == _ANY:
        wanted = wanted._replace(ink=pen.ink, more=pen.more - _DRAWN)
    if pen.more - wanted.more:  # an attribute is taken back with everything else
        words, pen = ["0"], PLAIN
    else:
        words = []
    words += sorted(wanted.more - pen.more)
    if wanted.ink != pen.ink:
        words.append(wanted.ink or "39")
    if wanted.ground != pen.ground:
        words.append(wanted.ground or "49")
    return wanted, f"\x1b[{';'.join(words)}m" if words else ""
