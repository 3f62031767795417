"""An Outscraper export: places with their `reviews_data`, or a plain list of reviews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from jobs.connectors.errors import BadSettings
from jobs.connectors.files.columns import listed
from jobs.connectors.files.dates import Calendar
from jobs.connectors.files.document import DocumentTable, cannot_read, read_document
from jobs.connectors.files.folder import FolderFile
from jobs.connectors.files.record import Row, read_record, unreadable
from jobs.connectors.files.settings import FileSettings
from jobs.connectors.files.values import text_of

_CALENDAR = Calendar(UTC, day_first=False)
"""`review_datetime_utc` is MM/DD/YYYY."""
_FIELDS = {
    # Field → where it stands, the first that says something.
    "id": ("review_id",),
    "rating": ("review_rating",),
    "title": ("review_title",),
    "content": ("review_text",),
    "author": ("author_title",),
    "authorId": ("author_id",),
    "date": ("review_timestamp", "review_datetime_utc"),
    "responseText": ("owner_answer",),
    "responseDate": ("owner_answer_timestamp",),
    "likes": ("review_likes",),
}
_WANTED = "an Outscraper export: a list of places or of reviews"


class _Element(Struct, frozen=True):
    """A place, or a review that names its place."""

    place_id: str | None = None
    google_id: str | None = None
    reviews_data: list[Raw] | None = None


class _Answer(Struct, frozen=True):
    """The export as the service itself answers it."""

    data: list[Raw] | None = None


class _Placed(Struct, frozen=True):
    review: Raw
    place: tuple[str, ...]
    """The names that its place goes by, none if it is not said."""


def open_outscraper(file: FolderFile, settings: FileSettings, place: str) -> DocumentTable:
    """The reviews of the place, which may be left open where the export holds only one.

    Raises BadAnswer for a document that is no export, BadSettings if it is about other places.
    """
    data = read_document(file, settings)
    try:
        placed = list(_reviews(_elements(data)))
    except (msgspec.DecodeError, RecursionError) as error:
        raise cannot_read(file, error, _WANTED) from None
    places = dict.fromkeys(review.place for review in placed if review.place)
    if len(places) > 1:
        if not any(place in names for names in places):
            known = listed(names[0] for names in places)
            raise BadSettings(
                f"{file.path} holds {len(places)} places: set the connector's external id to one of {known}"
            )
        placed = [review for review in placed if place in review.place]
    return DocumentTable(file, [review.review for review in placed], _read)


def _elements(data: bytes) -> list[Raw]:
    if data.lstrip()[:1] == b"[":
        return msgspec.json.decode(data, type=list[Raw])
    answer = msgspec.json.decode(data, type=_Answer)
    return [Raw(data)] if answer.data is None else answer.data


def _reviews(elements: list[Raw], place: tuple[str, ...] = ()) -> Iterator[_Placed]:
    for raw in elements:
        if bytes(memoryview(raw)[:1]) == b"[":  # the answer to several queries: a list for each
            yield from _reviews(msgspec.json.decode(raw, type=list[Raw]))
            continue
        element = _decode(raw, _Element) or _Element()
        names = tuple(name for name in (element.place_id, element.google_id) if name) or place
        if element.reviews_data is None:
            yield _Placed(raw, names)
        else:
            yield from _reviews(element.reviews_data, names)


def _read(raw: Raw, number: int) -> Row:
    values = _decode(raw, dict[str, Any])
    if values is None:
        return unreadable(number, "it is not a JSON object")
    fields = {
        name: next((text for key in keys if (text := text_of(values.get(key)))), "") for name, keys in _FIELDS.items()
    }
    return read_record(fields, _CALENDAR, number)


_T = TypeVar("_T")


def _decode(raw: Raw, of: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(raw, type=of)
    except (msgspec.ValidationError, RecursionError):
        return None
