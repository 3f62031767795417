"""Sentiment by word lists, English and Afrikaans at once: negation, strengthening words and "but" are understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import fsum, sqrt

from jobs.scoring.text import words_af, words_en
from jobs.scoring.text.clauses import Part, split
from jobs.scoring.text.sentiment import Clause, Reading

LONGEST_READ = 20_000
"""Characters; what follows is not read, so that no text takes long."""
REACH = 4
"""A negator turns what stands at most this many words after it."""
TURNED = -0.7
"""What a negator makes of a weight: "not great" is less bad than "terrible"."""
STRONGER, WEAKER = 1.3, 0.6
_SOFTENING = 0.6
"""The larger, the more words it takes to come near -1 or 1."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LONGEST_PHRASE = 6

Hit = tuple[int, int, float]
"""From which word, to before which word, with what weight."""


class Lexicon:
    """A text model of word lists: a clause scores the softened sum of its words, a text the mean of its clauses."""

    version = "lexicon-1.0.0"

    def __init__(self) -> None:
        self._weights = _single_words(words_en.WEIGHTS) | _single_words(words_af.WEIGHTS)
        self._phrases = _phrases(words_en.PHRASES) | _phrases(words_af.PHRASES)
        self._phrase_starts = frozenset(phrase[0] for phrase in self._phrases)
        self._negators = frozenset(words_en.NEGATORS.split())
        self._paired_negators = frozenset(words_af.NEGATORS.split())
        self._boosters = frozenset(f"{words_en.BOOSTERS} {words_af.BOOSTERS}".split())
        self._dampers = frozenset(f"{words_en.DAMPERS} {words_af.DAMPERS}".split())

    def read(self, text: str) -> Reading:
        """The text's clauses and scores."""
        parts = split(text[:LONGEST_READ])
        clauses = tuple(Clause(part.text, self._clause_score(part.text)) for part in parts)
        return Reading(_mean(parts, clauses), clauses)

    def _clause_score(self, text: str) -> float | None:
        words = [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
        hits = list(self._hits(words))
        denials = self._denials(words, hits)
        found = [self._in_context(words, denials, hit) for hit in hits]
        felt = [weight for weight in found if weight]
        if not felt:
            return None
        total = fsum(felt)
        return total / sqrt(total * total + _SOFTENING)

    def _hits(self, words: Sequence[str]) -> Iterator[Hit]:
        """The words and phrases that weigh something, left to right, the longest phrase first."""
        place = 0
        while place < len(words):
            end, weight = self._match(words, place)
            if weight is not None:
                yield place, end, weight
            place = end

    def _match(self, words: Sequence[str], place: int) -> tuple[int, float | None]:
        if words[place] in self._phrase_starts:
            for length in range(min(_LONGEST_PHRASE, len(words) - place), 1, -1):
                weight = self._phrases.get(tuple(words[place : place + length]))
                if weight is not None:
                    return place + length, weight
        if words[place] in self._boosters and self._strengthens(words, place):
            return place + 1, None
        return place + 1, self._weights.get(words[place])

    def _strengthens(self, words: Sequence[str], place: int) -> bool:
        """Whether a word such as "terribly" only strengthens the good word that follows it."""
        return self._weights.get(words[place + 1] if place + 1 < len(words) else "", 0.0) > 0

    def _denials(self, words: Sequence[str], hits: Sequence[Hit]) -> list[bool]:
        """Which words deny what follows them.

        In "nie lekker nie" only the first does, the second closes it; in "not bad", a phrase, none does.
        """
        denials: list[bool] = []
        closes = False
        for word in words:
            paired = word in self._paired_negators
            denials.append(word in self._negators or (paired and not (closes and word == "nie")))
            closes = denials[-1] if paired else closes
        for start, end, _ in hits:
            denials[start:end] = [False] * (end - start)
        return denials

    def _in_context(self, words: Sequence[str], denials: Sequence[bool], hit: Hit) -> float:
        """The hit's weight as the words before it make it."""
        start, _, weight = hit
        before = words[start - 1] if start else ""
        if before in self._boosters:
            weight *= STRONGER
        elif before in self._dampers:
            weight *= WEAKER
        return weight * TURNED if sum(denials[max(0, start - REACH) : start]) % 2 else weight


def _mean(parts: Sequence[Part], clauses: Sequence[Clause]) -> float | None:
    """The weighted mean of the clauses that tell an opinion."""
    told = [
        (part.weight, clause.score) for part, clause in zip(parts, clauses, strict=True) if clause.score is not None
    ]
    if not told:
        return None
    return fsum(weight * score for weight, score in told) / fsum(weight for weight, _ in told)


def _single_words(lists: Mapping[float, str]) -> dict[str, float]:
    return {word: weight for weight, words in lists.items() for word in words.split()}


def _phrases(lists: Mapping[float, str]) -> dict[tuple[str, ...], float]:
    return {tuple(phrase.split()): weight for weight, phrases in lists.items() for phrase in phrases.split("|")}
