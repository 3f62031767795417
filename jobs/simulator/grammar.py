"""Puts an invented guest's opinions into words: a language's phrases, and how a review is built of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Literal

from msgspec import Struct

Mood = Literal["good", "fair", "bad"]
Theme = Literal["food", "service", "wait", "clean", "value", "ambiance", "menu", "portion", "location"]
ByMood = Mapping[Mood, Sequence[str]]

_GAP = re.compile(r"\{(\w+)\}")
# First words that lose their capital within a sentence; names, prices and "I" are not among them.
_UNCAPPED = frozenset(
    (
        "The",
        "We",
        "Our",
        "My",
        "Very",
        "They",
        "There",
        "Great",
        "Slow",
        "Half",
        "No",
        "Die",
        "Ons",
        "Baie",
        "Te",
    )
)


class Phrases(Struct, frozen=True, kw_only=True):
    """One language's sentences, with gaps such as {dish} that `words` fills."""

    openers: Sequence[str]
    closers: ByMood
    themes: Mapping[Theme, ByMood]
    short: ByMood
    replies: ByMood
    but: str
    words: Mapping[str, Sequence[str]]


class Opinion(Struct, frozen=True):
    """What a guest thinks of one theme."""

    theme: Theme
    mood: Mood


class Author:
    """One guest at the keyboard: who and what the review is about stays the same from sentence to sentence."""

    _STEADY = frozenset(("dish", "waiter", "day", "company", "count", "landmark", "price"))

    def __init__(self, phrases: Phrases, random: Random) -> None:
        self._phrases = phrases
        self._random = random
        self._facts: dict[str, str] = {}

    def review(self, opinions: Sequence[Opinion], overall: Mood) -> str:
        """A review that says each opinion in a sentence of its own, some of them joined by "but"."""
        phrases, random = self._phrases, self._random
        sentences = [self._say(phrases.themes[opinion.theme][opinion.mood]) for opinion in opinions]
        parts = _contrasted(phrases, opinions, sentences) if random.random() < 0.5 else sentences
        if random.random() < 0.35:
            parts.insert(0, self._say(phrases.openers))
        if random.random() < 0.4:
            parts.append(self._say(phrases.closers[overall]))
        return _mannered(parts, random)

    def longer(self, text: str, overall: Mood) -> str:
        """`text` with another closing sentence."""
        return f"{text} {self._say(self._phrases.closers[overall])}"

    def _say(self, templates: Sequence[str]) -> str:
        text = _GAP.sub(self._word, self._random.choice(templates))
        return text[0].upper() + text[1:]

    def _word(self, gap: re.Match[str]) -> str:
        name = gap[1]
        if name not in self._facts or name not in self._STEADY:
            self._facts[name] = self._random.choice(self._phrases.words[name])
        return self._facts[name]


def short_text(phrases: Phrases, mood: Mood, random: Random) -> str:
    """Two or three words, as many people leave."""
    return random.choice(phrases.short[mood])


def reply_text(phrases: Phrases, mood: Mood, name: str, random: Random) -> str:
    """The owner's answer to a guest."""
    return random.choice(phrases.replies[mood]).replace("{name}", name)


def _contrasted(phrases: Phrases, opinions: Sequence[Opinion], sentences: list[str]) -> list[str]:
    """The sentences, the first good one followed by a bad one (or the reverse) made one with "but"."""
    for here in range(len(opinions) - 1):
        if {opinions[here].mood, opinions[here + 1].mood} == {"good", "bad"}:
            first, second = sentences[here], sentences[here + 1]
            joined = f"{first.rstrip('.!')}, {phrases.but} {_lower_first(second)}"
            return [*sentences[:here], joined, *sentences[here + 2 :]]
    return sentences


def _lower_first(sentence: str) -> str:
    word = sentence.split(" ", 1)[0]
    return sentence[0].lower() + sentence[1:] if word in _UNCAPPED else sentence


def _mannered(parts: list[str], random: Random) -> str:
    """The sentences as one text, in the manner of its author: paragraphs, shouting, no capitals, emphasis."""
    manner = random.random()
    if manner < 0.06 and len(parts) > 2:
        return "\n\n".join((parts[0], " ".join(parts[1:])))
    text = " ".join(parts)
    if manner < 0.10:
        return text.lower().rstrip(".")
    if manner < 0.12:
        return text.upper()
    if manner < 0.18:
        return text.rstrip(".") + random.choice(("!!", " 👍", "!!!", " 🙂", "…"))
    return text
