"""What the table of reviews must hold, from the world alone: each column that the truth knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from typing import Any

from msgspec import Struct

from jobs.connectors import guess_language
from jobs.simulator import TrueReview, World
from tests.evidence.truth.exports import helpful, likes
from tests.evidence.truth.lines import LINES, Line

Key = tuple[str, str]
"""Connector, and the review's id at its source."""


class Original(Struct, frozen=True):
    """A standing review with a text that others may have too."""

    tenant: str
    text: str
    key: Key
    review: TrueReview


def expected_rows(world: World) -> dict[Key, dict[str, Any]]:
    """The columns of every review that stands, without those about other reviews."""
    return {
        (line.id, review.review_id): _columns(line, review) for line in LINES for review in world.truth(line.location)
    }


def expected_originals(world: World, ids: Mapping[Key, str]) -> dict[Key, Key]:
    """Copy → what it is a copy of: the earliest of its text and tenant, by date and row id, of another connector."""
    found: dict[Key, Key] = {}
    for equals in _equal_texts(world):
        first = min(equals, key=lambda one: (one.review.created, ids.get(one.key, "")))
        found |= {one.key: first.key for one in equals if one.key[0] != first.key[0]}
    return found


def _equal_texts(world: World) -> Iterator[list[Original]]:
    """The standing reviews of each text that a tenant has more than once."""
    standing = sorted(_originals(world), key=lambda one: (one.tenant, one.text))
    for _, group in groupby(standing, key=lambda one: (one.tenant, one.text)):
        equals = list(group)
        if len(equals) > 1:
            yield equals


def _originals(world: World) -> Iterable[Original]:
    for line in LINES:
        for review in world.truth(line.location):
            text = plain(review.text)
            if len(text) >= 20:
                yield Original(line.tenant, text, (line.id, review.review_id), review)


def plain(text: str | None) -> str:
    """The form in which texts are equal."""
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def _columns(line: Line, review: TrueReview) -> dict[str, Any]:
    text, guess = plain(review.text), guess_language(review.text)
    stated = review.language if line.reads in ("csv", "jsonl") else None
    return {
        "tenant_id": line.tenant,
        "source_type": line.source_type,
        "rating": None if review.rating is None else Decimal(review.rating),
        "title": review.title,
        "content": review.text,
        "author_name": review.author,
        "author_id": review.author_id,
        "review_date": review.created,
        "response_text": review.reply_text,
        "response_date": review.reply_at,
        "detected_language": stated or (None if guess == "unknown" else guess),
        "content_hash": sha256(text.encode()).hexdigest() if len(text) >= 20 else None,
        "text_length": len(review.text or ""),
        "quality_flags": [],
        **_counters(line, review),
    }


def _counters(line: Line, review: TrueReview) -> dict[str, int]:
    """What the source shows of how others reacted."""
    answers = int(review.reply_text is not None)
    match line.reads:
        case "google":
            counted = (0, answers, 0)
        case "hellopeter":
            counted = (0, review.replies, 0)
        case "outscraper":
            counted = (likes(review), answers, 0)
        case _:
            counted = (likes(review), review.replies, helpful(review))
    return dict(zip(("likes_count", "replies_count", "helpful_count"), counted, strict=True))
