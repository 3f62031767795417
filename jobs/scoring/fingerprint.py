"""What a score run depends on, as one hash: the same fingerprint gives the same scores."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from jobs.scoring.period import Period
from jobs.scoring.rules import RuleSet


class Stamp(Struct, frozen=True, array_like=True):
    """A review as far as it tells one set of reviews from another."""

    id: str
    version: int
    removed: bool
    duplicate_of: str | None


class Basis(Struct, frozen=True):
    """How a run scores, whatever the reviews; the rules count beside their id, for a draft may change under it."""

    period: Period
    parameters: str
    """The id of their snapshot, which is a hash of what it says."""
    rules_id: str
    rules: RuleSet
    text_model: str
    extractor: str
    theme_set: str


def fingerprint(basis: Basis, stamps: Sequence[Stamp]) -> str:
    """SHA-256 (hex) of how a run scores and of the reviews it reads, newest first."""
    # Lengths are part of JSON's form, so no two inputs can run into each other.
    return hashlib.sha256(msgspec.json.encode([basis, stamps], order="sorted")).hexdigest()
