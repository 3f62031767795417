"""The mentions of themes that a run found, stored so that no later run has to look for them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from jobs.database import Connection
from jobs.scoring.queries import Extraction
from jobs.scoring.review_scores import ReviewScore

AT_ONCE = 500
"""Rows per statement: enough to make round trips cheap, few enough to build without holding the event loop."""
T = TypeVar("T")

# Ids in order, so that two runs that share reviews wait for each other and never in a circle. What a run with a
# newer snapshot extracted stays.
_EXTRACTED = """
    INSERT INTO review_extractions (tenant_id, review_id, review_version, extractor, theme_set)
    SELECT $1, id, version, $4, $5 FROM unnest($2::text[], $3::int[]) AS new (id, version) ORDER BY id
    ON CONFLICT (review_id) DO UPDATE
    SET review_version = excluded.review_version, extractor = excluded.extractor, theme_set = excluded.theme_set,
        extracted_at = now()
    WHERE review_extractions.review_version <= excluded.review_version
    RETURNING review_id
"""
_FORGET_MENTIONS = "DELETE FROM review_themes WHERE tenant_id = $1 AND review_id = ANY($2::text[]) AND NOT hand_made"
_MENTIONS = """
    INSERT INTO review_themes (tenant_id, review_id, theme_id, review_version, extractor, theme_set, sentiment,
                               clause_score, confidence, excerpt, keywords)
    SELECT $1, review_id, theme_id, version, $2, $3, sentiment, score, confidence, excerpt,
           string_to_array(keywords, E'\\n')
    FROM unnest($4::text[], $5::text[], $6::int[], $7::text[], $8::float8[], $9::float8[], $10::text[], $11::text[])
         AS new (review_id, theme_id, version, sentiment, score, confidence, excerpt, keywords)
    ON CONFLICT (review_id, theme_id) DO NOTHING
"""


async def store_extractions(
    connection: Connection, tenant_id: str, extraction: Extraction, scores: Iterable[ReviewScore]
) -> None:
    """What was found just now in these reviews is stored, for each of them once."""
    by = (extraction.extractor, extraction.theme_set)
    new = {score.review.id: score for score in scores if score.found is not None}
    for some in batches([new[review_id] for review_id in sorted(new)]):
        ids, versions = [one.review.id for one in some], [one.review.version for one in some]
        rows = await connection.fetch(_EXTRACTED, tenant_id, ids, versions, *by)
        taken = {row["review_id"] for row in rows}
        await connection.execute(_FORGET_MENTIONS, tenant_id, sorted(taken))
        mentions = [
            (
                one.review.id,
                found.mention.theme_id,
                one.review.version,
                found.sentiment,
                found.mention.score,
                found.mention.confidence,
                found.mention.excerpt,
                "\n".join(found.mention.keywords),
            )
            for one in some
            if one.review.id in taken
            for found in one.found or ()
        ]
        if mentions:
            columns = zip(*mentions, strict=True)
            await connection.execute(_MENTIONS, tenant_id, *by, *map(list, columns))


def batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows in order, at most `AT_ONCE` at a time."""
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
