"""What a review source gives, whatever its wire format: pages of reviews, newest change first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

ErrorType = Literal[
    "API_ERROR",
    "RATE_LIMIT",
    "AUTH_FAILURE",
    "PARSE_ERROR",
    "VALIDATION_ERROR",
    "DUPLICATE",
    "TIMEOUT",
    "UNKNOWN",
]


MOST_ROWS_A_PAGE = 1_000
"""No source lists as many; each costs time on the event loop, and eight megabytes hold four million of them."""


class FetchedReview(Struct, frozen=True, kw_only=True):
    """One review as the source shows it now; every time is an aware UTC datetime.

    Texts are clean (`text.clean_text`) and safe to store; `content` is None where the author wrote nothing.
    """

    external_id: str
    rating: float | None
    """1 to 5 in steps that numeric(2,1) holds exactly, or None."""
    title: str | None = None
    content: str | None = None
    author_name: str | None = None
    author_id: str | None = None
    reviewed_at: datetime
    """When it was written; this never moves."""
    changed_at: datetime
    """When the source last changed it; `reviewed_at` where a source does not say."""
    response_text: str | None = None
    response_at: datetime | None = None
    likes: int = 0
    replies: int = 0
    helpful: int = 0
    language: str | None = None
    """What the source states; None leaves it to a `LanguageGuesser`."""


class RowError(Struct, frozen=True, kw_only=True):
    """One row that could not be read; the rest of its page is not lost."""

    external_id: str | None
    type: ErrorType
    message: str


class Page(Struct, frozen=True, kw_only=True):
    """One step of a listing."""

    reviews: tuple[FetchedReview, ...]
    errors: tuple[RowError, ...] = ()
    next_cursor: str | None = None
    """Gives the pages after this one, also to a later process; None at the end."""
    total: int | None = None
    """How many reviews the source says it has, if it says so."""
    shifted: bool = False
    """The listing moved while it was read: a review that was not seen may still exist."""
    slipped: bool = False
    """Reviews went while it was read: one that stood there before may have been drawn past the reader."""


class Source(Protocol):
    """One connector's reviews."""

    @property
    def source_type(self) -> str:
        """The connector's source type, GOOGLE for instance."""
        ...

    @property
    def lists_everything(self) -> bool:
        """Whether a complete listing holds every review there is, so that a missing one was deleted."""
        ...

    def pages(self, *, cursor: str | None = None, since: datetime | None = None) -> AsyncIterator[Page]:
        """Pages from `cursor` (from the first page without one), newest change first.

        With `since`, only reviews changed at or after it, and the listing ends with the first page that is
        wholly older. No id comes twice in one call. Nothing is held open between pages, so the caller may
        stop at any of them.

        Raises the errors of `jobs.connectors.errors`; after `StaleCursor` start again without a cursor.
        """
        ...
