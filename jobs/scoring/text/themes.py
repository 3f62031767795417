"""Which themes a text names, by whole words, and how the clauses that name them feel."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

import msgspec
from msgspec import Struct

from jobs.scoring.text.sentiment import Clause, Reading
from jobs.scoring.text.theme_words import SYSTEM_WORDS

MATCHER_VERSION = "words-1.0.0"
LONGEST_EXCERPT = 300


class ThemeRecord(Struct, frozen=True):
    """A theme as it is stored; without an organisation it is one of the system's."""

    id: str
    organisation_id: str | None
    name: str
    keywords: tuple[str, ...] = ()
    is_active: bool = True


class ThemeSet(Struct, frozen=True):
    """The themes that hold for one organisation, and the words that name each."""

    names: Mapping[str, str]
    """Theme id to its name."""
    words: Mapping[str, frozenset[str]]
    """Theme id to its words, plain."""

    @property
    def version(self) -> str:
        """Names the set: equal sets find the same mentions."""
        content = sorted((theme, sorted(words)) for theme, words in self.words.items())
        return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:16]


class Mention(Struct, frozen=True):
    """A theme named in a text; `score` is the mean of its clauses that tell an opinion, None if none does."""

    theme_id: str
    score: float | None
    confidence: float
    excerpt: str
    keywords: tuple[str, ...]


def effective_themes(records: Iterable[ThemeRecord]) -> ThemeSet:
    """The active themes, an organisation's in the place of the system's of the same name.

    A theme without words of its own has those that the system knows for its name.
    """
    by_name: dict[str, ThemeRecord] = {}
    for record in sorted(records, key=lambda one: (one.organisation_id is not None, one.id)):
        by_name[_plain(record.name)] = record
    active = [record for record in by_name.values() if record.is_active]
    return ThemeSet(
        names={record.id: record.name for record in active},
        words={record.id: _words_of(record) for record in active},
    )


class ThemeMatcher:
    """Finds the themes of one set in texts, each phrase as whole words, the longest first."""

    def __init__(self, themes: ThemeSet) -> None:
        self.version = themes.version
        self._themes_of: dict[str, list[str]] = {}
        for theme in sorted(themes.words):
            for word in sorted(themes.words[theme]):
                self._themes_of.setdefault(word, []).append(theme)
        longest_first = sorted(self._themes_of, key=lambda word: (-len(word), word))
        choices = "|".join(re.escape(word) for word in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{choices})(?!\w)") if choices else None

    def mentions(self, reading: Reading) -> list[Mention]:
        """One mention of each theme that the text names, in order of theme id."""
        naming: dict[str, list[Clause]] = {}
        words: dict[str, set[str]] = {}
        for clause in reading.clauses:
            for word in self._found(clause.text):
                for theme in self._themes_of[word]:
                    clauses = naming.setdefault(theme, [])
                    if not clauses or clauses[-1] is not clause:
                        clauses.append(clause)
                    words.setdefault(theme, set()).add(word)
        return [_mention(theme, naming[theme], words[theme]) for theme in sorted(naming)]

    def _found(self, text: str) -> Sequence[str]:
        return self._pattern.findall(_plain(text)) if self._pattern else ()


def _mention(theme: str, clauses: Sequence[Clause], words: set[str]) -> Mention:
    told = [clause.score for clause in clauses if clause.score is not None]
    return Mention(
        theme_id=theme,
        score=fsum(told) / len(told) if told else None,
        confidence=min(0.9, 0.5 + 0.1 * len(words)),
        excerpt=" … ".join(clause.text for clause in clauses)[:LONGEST_EXCERPT],
        keywords=tuple(sorted(words)),
    )


def _words_of(record: ThemeRecord) -> frozenset[str]:
    own = frozenset(_plain(word) for word in record.keywords if word.strip())
    return own or _SYSTEM.get(_plain(record.name), frozenset())


def _plain(text: str) -> str:
    """The form in which words are compared: case, spacing and the kind of apostrophe do not count."""
    return " ".join(text.casefold().replace("’", "'").split())


_SYSTEM = {_plain(name): frozenset(map(_plain, words.split("|"))) for name, words in SYSTEM_WORDS.items()}
