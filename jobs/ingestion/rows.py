"""Reviews into their table, many at a time: what is there, insert, update, and what they said before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import asyncpg
from msgspec import Struct

from jobs.connectors import FetchedReview, content_hash, guess_language
from jobs.database import Connection
from jobs.ingestion.changes import Counters, Stored, Words, counters_of, words_of
from jobs.ingestion.connector import Claim

FUTURE_AFTER = timedelta(hours=24)
"""A review dated further ahead than clocks can differ is flagged."""

_FIND = """
    SELECT id, external_review_id, rating, title, content, response_text, response_date, likes_count, replies_count,
           helpful_count, content_hash, removed_at
    FROM reviews WHERE connector_id = $1 AND external_review_id = ANY($2)
"""
_INSERT = """
    INSERT INTO reviews (tenant_id, connector_id, source_type, id, external_review_id, rating, title, content,
                         response_text, response_date, likes_count, replies_count, helpful_count, content_hash,
                         text_length, detected_language, author_name, author_id, review_date, quality_flags)
    SELECT c.tenant_id, c.id, c.source_type, new.id, external_review_id, rating, title, content, response_text,
           response_date, likes, replies, helpful, content_hash, text_length, language, author_name, author_id,
           review_date, CASE WHEN future THEN ARRAY['FUTURE_DATE'] ELSE '{}' END
    FROM connectors c, unnest($3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[],
                              $9::timestamptz[], $10::int[], $11::int[], $12::int[], $13::text[], $14::int[],
                              $15::text[], $16::text[], $17::text[], $18::timestamptz[], $19::bool[])
         AS new (id, external_review_id, rating, title, content, response_text, response_date, likes, replies, helpful,
                 content_hash, text_length, language, author_name, author_id, review_date, future)
    WHERE c.tenant_id = $1 AND c.id = $2
"""
# A text that is another text is no longer a copy of what it was a copy of.
_UPDATE = """
    UPDATE reviews r
    SET rating = new.rating, title = new.title, content = new.content, response_text = new.response_text,
        response_date = new.response_date, likes_count = likes, replies_count = replies, helpful_count = helpful,
        content_hash = new.content_hash, text_length = new.text_length, detected_language = language,
        duplicate_of = CASE WHEN r.content_hash IS NOT DISTINCT FROM new.content_hash THEN r.duplicate_of END,
        version = r.version + $15::bool::int, removed_at = NULL, updated_at = now()
    FROM unnest($3::text[], $4::numeric[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::int[], $10::int[],
                $11::int[], $12::text[], $13::int[], $14::text[])
         AS new (id, rating, title, content, response_text, response_date, likes, replies, helpful, content_hash,
                 text_length, language)
    WHERE r.tenant_id = $1 AND r.connector_id = $2 AND r.id = new.id
"""
_KEEP = """
    INSERT INTO review_versions (tenant_id, review_id, version, rating, title, content, response_text, response_date,
                                 replaced_by_run_id)
    SELECT tenant_id, id, version, rating, title, content, response_text, response_date, $3
    FROM reviews WHERE connector_id = $1 AND external_review_id = ANY($2)
"""


class Fetched(Struct, frozen=True):
    """A fetched review as the columns of its row."""

    review: FetchedReview
    id: str
    words: Words
    counters: Counters
    content_hash: str | None
    language: str | None
    future: bool

    @classmethod
    def of(cls, review: FetchedReview, claim: Claim, now: datetime) -> Fetched:
        """The row of a connector's review; its id is always the same, whoever stores it and when."""
        words = words_of(review)
        guessed = guess_language(words.content)
        return cls(
            review=review,
            id=str(uuid5(NAMESPACE_URL, f"{claim.connector_id} {review.external_id}")),
            words=words,
            counters=counters_of(review),
            content_hash=content_hash(words.content),
            language=review.language or (None if guessed == "unknown" else guessed),
            future=review.reviewed_at > now + FUTURE_AFTER,
        )

    @property
    def external_id(self) -> str:
        return self.review.external_id

    @property
    def changing(self) -> tuple[object, ...]:
        """The columns that an update writes, after the id."""
        words, counters = self.words, self.counters
        return (
            *(words.rating, words.title, words.content, words.response_text, words.response_date),
            *(counters.likes, counters.replies, counters.helpful),
            *(self.content_hash, len(words.content or ""), self.language),
        )

    @property
    def fixed(self) -> tuple[object, ...]:
        """The columns that only an insert writes."""
        return self.review.author_name, self.review.author_id, self.review.reviewed_at, self.future


async def find_stored(connection: Connection, claim: Claim, external_ids: list[str]) -> dict[str, Stored]:
    """The connector's reviews of these external ids, by external id."""
    rows = await connection.fetch(_FIND, claim.connector_id, external_ids)
    return {row["external_review_id"]: _stored(row) for row in rows}


async def insert_reviews(connection: Connection, claim: Claim, rows: Sequence[Fetched]) -> None:
    """The reviews are in the table, as version 1."""
    if rows:
        columns = _columns([(row.id, row.external_id, *row.changing, *row.fixed) for row in rows])
        await connection.execute(_INSERT, claim.tenant_id, claim.connector_id, *columns)


async def update_reviews(connection: Connection, claim: Claim, rows: Sequence[Fetched], *, new_version: bool) -> None:
    """The reviews read as fetched, are no longer gone, and have the next version if `new_version`."""
    if rows:
        columns = _columns([(row.id, *row.changing) for row in rows])
        await connection.execute(_UPDATE, claim.tenant_id, claim.connector_id, *columns, new_version)


async def keep_versions(connection: Connection, run_id: str, external_ids: list[str], claim: Claim) -> None:
    """What the reviews say now is kept as the versions they are at."""
    if external_ids:
        await connection.execute(_KEEP, claim.connector_id, external_ids, run_id)


def _columns(rows: list[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _stored(row: asyncpg.Record) -> Stored:
    return Stored(
        id=row["id"],
        words=Words(row["rating"], row["title"], row["content"], row["response_text"], row["response_date"]),
        counters=Counters(row["likes_count"], row["replies_count"], row["helpful_count"]),
        content_hash=row["content_hash"],
        removed=row["removed_at"] is not None,
    )
