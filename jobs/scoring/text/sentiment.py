"""The interface of text models: what reading a text gives, whoever reads it."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Clause(Struct, frozen=True):
    """A part of a text that holds one opinion; `score` is in [-1, 1], None where it tells none."""

    text: str
    score: float | None


class Reading(Struct, frozen=True):
    """A text as a model understands it; `score` is in [-1, 1], None where the text tells no opinion."""

    score: float | None
    clauses: tuple[Clause, ...]


class TextModel(Protocol):
    """Reads texts; the same version gives the same reading of the same text, for ever."""

    @property
    def version(self) -> str:
        """Names the model and all that its readings depend on."""
        ...

    def read(self, text: str) -> Reading:
        """The text's clauses and scores."""
        ...
