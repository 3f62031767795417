"""Fetched reviews made by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from jobs.connectors import FetchedReview


def fetched(
    external_id: str,
    *,
    content: str | None = "The bread was warm and the coffee came quickly.",
    rating: float | None = 4,
    day: date = date(2026, 10, 1),
    author: str | None = None,
    likes: int = 0,
) -> FetchedReview:
    """A review of one day at noon."""
    at = datetime.combine(day, time(12), UTC)
    return FetchedReview(
        external_id=external_id,
        rating=rating,
        content=content,
        author_name=author,
        reviewed_at=at,
        changed_at=at,
        likes=likes,
    )
