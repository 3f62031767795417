"""A row's fields as a review: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from jobs.connectors.files.dates import Calendar, read_date
from jobs.connectors.files.values import read_count, read_id, read_rating
from jobs.connectors.source import FetchedReview, RowError
from jobs.connectors.text import clean_line, clean_text, normalise

Row = FetchedReview | RowError
Fields = Mapping[str, str]
"""Field of FIELDS → its text; a missing one is empty."""

_T = TypeVar("_T")


def read_record(fields: Fields, calendar: Calendar, row: int) -> Row:
    """The review that the fields tell of, or what is wrong with them; `row` is its number for people."""
    try:
        return _review(fields, calendar)
    except ValueError as error:
        return RowError(external_id=_named(fields), type="VALIDATION_ERROR", message=f"row {row}: {error}")


def unreadable(row: int, why: str) -> RowError:
    """The error of a row that is no record at all."""
    return RowError(external_id=None, type="PARSE_ERROR", message=f"row {row}: {why}")


def _review(fields: Fields, calendar: Calendar) -> FetchedReview:
    def read(name: str, reader: Callable[[str], _T]) -> _T:
        try:
            return reader(fields.get(name, ""))
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None

    def moment(text: str) -> datetime:
        return read_date(text, calendar)

    def moment_if_any(text: str) -> datetime | None:
        return moment(text) if text.strip() else None

    reviewed_at = read("date", moment)
    rating = read("rating", read_rating)
    title, content = clean_line(fields.get("title")), clean_text(fields.get("content"))
    if rating is None and title is None and content is None:
        raise ValueError("neither a rating nor a text")
    author = clean_line(fields.get("author"))
    response_text = clean_text(fields.get("responseText"))
    response_at = read("responseDate", moment_if_any)
    return FetchedReview(
        external_id=read("id", read_id) or _made_id(author, reviewed_at, rating, title, content),
        rating=rating,
        title=title,
        content=content,
        author_name=author,
        author_id=read("authorId", read_id) or None,
        reviewed_at=reviewed_at,
        changed_at=max(reviewed_at, read("updated", moment_if_any) or reviewed_at),
        response_text=response_text,
        response_at=response_at if response_text else None,
        likes=read("likes", read_count),
        replies=read("replies", read_count) or int(response_text is not None),
        helpful=read("helpful", read_count),
        language=clean_line(fields.get("language")),
    )


def _made_id(author: str | None, at: datetime, rating: float | None, title: str | None, content: str | None) -> str:
    """An id for a row that has none: the same row has the same one in every export."""
    if not (author or title or content):
        raise ValueError("without an id, an author or a text it could not be told from other rows: map one of them")
    words = (normalise(text or "") for text in (author, title, content))
    told = "\x1f".join((*words, at.isoformat(), "" if rating is None else f"{rating:g}"))
    return f"row-{sha256(told.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _named(fields: Fields) -> str | None:
    try:
        return read_id(fields.get("id", "")) or None
    except ValueError:
        return None
