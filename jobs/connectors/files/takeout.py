"""The reviews that Google's export of a business profile holds: the rows of its API under "reviews"."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from jobs.connectors.files.document import DocumentTable, cannot_read, read_document
from jobs.connectors.files.folder import FolderFile
from jobs.connectors.files.record import Row, unreadable
from jobs.connectors.files.settings import FileSettings
from jobs.connectors.google_rows import read_row
from jobs.connectors.source import RowError


class _Export(Struct, frozen=True):
    reviews: list[Raw]


def open_takeout(file: FolderFile, settings: FileSettings) -> DocumentTable:
    """The export's rows. Raises BadAnswer for a document that is no export."""
    try:
        export = msgspec.json.decode(read_document(file, settings), type=_Export)
    except (msgspec.DecodeError, RecursionError) as error:
        raise cannot_read(file, error, 'an export with a list "reviews"') from None
    return DocumentTable(file, export.reviews, _read)


def _read(raw: Raw, number: int) -> Row:
    try:
        row = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        return unreadable(number, f"it is not a JSON object: {error}")
    found = read_row(Raw(msgspec.json.encode({**row, "reviewId": row.get("reviewId") or _id_in(row.get("name"))})))
    if isinstance(found, RowError):
        return msgspec.structs.replace(found, message=f"row {number}: {found.message}")
    return found


def _id_in(name: Any) -> str:
    """The id at the end of accounts/1/locations/2/reviews/ID: the same that the API gives as `reviewId`."""
    return name.rpartition("/")[2] if isinstance(name, str) and "/reviews/" in name else ""
