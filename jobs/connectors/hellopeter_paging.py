"""How a listing in numbered pages is read while it moves: pure.

Pages count from the newest review on, so every review that comes or goes moves all after it. What comes pushes reviews
into the next page, where they are met again. What goes draws reviews from the next page into one that has been read:
they would slip past. A page that begins with something read before, or newer, hides no such hole; one that does not is
believed while the listing's total stays what it was, and else the page before it is looked at again. The order is by
creation and never changes, so a later process can tell as well where the reading had come to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from jobs.connectors.errors import BadAnswer, StaleCursor
from jobs.connectors.source import FetchedReview, Page, RowError

MOST_PAGES = 20_000
"""A listing that goes on after that goes round in circles."""
MOST_IDLE_PAGES = 20
"""So many pages in a row without a new review: they are always the same ones."""
MOST_LOOKS_BACK = 3
"""So often in vain: the pages are of different ages, as a cache gives them, and will not agree."""

PageNumber = Annotated[int, Meta(ge=1, le=MOST_PAGES)]


class Numbers(Struct, frozen=True, kw_only=True):
    """What a page says of the listing."""

    total: int
    last_page: int
    current_page: int | None = None
    to: int | None = None
    """The number of its last review, counted from the newest."""


class Place(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How far a listing has been read: all down to `last_id` of `last_at`, which stood at the end of `page`."""

    page: PageNumber
    total: int
    last_id: str | None = None
    last_at: datetime | None = None
    shifted: bool = False


class Reading:
    """One call's way through a listing: which page to `ask` for, and what a page gives."""

    def __init__(self, name: str, cursor: str | None, since: datetime | None) -> None:
        self.ask = 1
        """The page to ask for next."""
        self.ended = False
        self._name = name
        self._since = since
        self._place = _read_cursor(cursor)
        self._seen: set[str] = set()
        self._resumed = self._place is not None
        self._looks_back = 0
        self._idle = 0
        if self._place is not None and self._place.last_at is not None:
            self.ask = self._place.page

    def take(self, numbers: Numbers, rows: Sequence[FetchedReview | RowError]) -> Page | None:
        """What is new in the page that was asked for; None if an earlier one must be asked for first.

        Raises BadAnswer where a listing would never end.
        """
        listed = [row for row in rows if isinstance(row, FetchedReview)]
        if not self._goes_on(numbers, listed):
            self.ask = max(1, min(self.ask - 1, numbers.last_page))
            self._looks_back += 1
            return None
        shifted = self._has_moved(numbers, listed)
        given_up = self._has_given_up(listed)
        fresh = self._take_unseen(rows)
        self._watch(found=bool(fresh))
        after = self._step(numbers, listed, shifted=shifted)
        cut_short = after is None and numbers.to is not None and numbers.to < numbers.total
        return Page(
            reviews=tuple(row for row in fresh if isinstance(row, FetchedReview) and self._wanted(row)),
            errors=tuple(row for row in fresh if isinstance(row, RowError)),
            next_cursor=msgspec.json.encode(after).decode() if after else None,
            total=numbers.total,
            shifted=shifted or cut_short,
            slipped=given_up or cut_short,
        )

    def _wanted(self, row: FetchedReview) -> bool:
        return self._since is None or row.changed_at >= self._since

    def _goes_on(self, numbers: Numbers, listed: list[FetchedReview]) -> bool:
        """Whether no review can have slipped past between what has been read and this page."""
        if numbers.current_page not in (None, self.ask):
            if self.ask > numbers.last_page:
                return False  # some answer with their last page where they have no such page
            raise BadAnswer(f"{self._name}: asked for page {self.ask}, the answer is page {numbers.current_page}")
        place = self._place
        if self.ask == 1 or any(self._was_read(row) for row in listed):
            return True
        if place is None or self._resumed or self.ask != place.page + 1:
            return False
        return numbers.total == place.total or self._looks_back >= MOST_LOOKS_BACK

    def _has_given_up(self, listed: list[FetchedReview]) -> bool:
        """Whether a page was believed that does not go on from what has been read."""
        looked = self._looks_back >= MOST_LOOKS_BACK and self.ask > 1
        return looked and not any(self._was_read(row) for row in listed)

    def _was_read(self, row: FetchedReview) -> bool:
        place = self._place
        if place is None or place.last_at is None:
            return row.external_id in self._seen
        return row.external_id in self._seen or row.external_id == place.last_id or row.reviewed_at > place.last_at

    def _has_moved(self, numbers: Numbers, listed: list[FetchedReview]) -> bool:
        """Whether reviews came or went since the reading began; one that was not met may then still exist."""
        place = self._place
        if place is None:
            return False
        if place.shifted or self._looks_back or numbers.total != place.total:
            return True
        if self._resumed:  # what was the last page then, is read again
            return not listed or listed[-1].external_id != place.last_id
        return any(self._was_read(row) for row in listed)

    def _take_unseen(self, rows: Sequence[FetchedReview | RowError]) -> list[FetchedReview | RowError]:
        fresh: list[FetchedReview | RowError] = []
        for row in rows:
            if row.external_id is None or row.external_id not in self._seen:
                fresh.append(row)
            if row.external_id is not None:
                self._seen.add(row.external_id)
        return fresh

    def _watch(self, *, found: bool) -> None:
        """Counts pages that bring nothing new."""
        if found:
            self._idle = self._looks_back = 0
        else:
            self._idle += 1
        if self._idle > MOST_IDLE_PAGES or self.ask >= MOST_PAGES:
            raise BadAnswer(f"{self._name}: the listing does not end: stopped at page {self.ask}")

    def _step(self, numbers: Numbers, listed: list[FetchedReview], *, shifted: bool) -> Place | None:
        """The place after this page, from which the reading goes on; None at the end."""
        since, before = self._since, self._place
        wholly_older = since is not None and bool(listed) and all(row.changed_at < since for row in listed)
        self.ended = wholly_older or self.ask >= numbers.last_page
        self._resumed = False
        place = Place(page=self.ask, total=numbers.total, shifted=shifted)
        if listed:
            place = replace(place, last_id=listed[-1].external_id, last_at=listed[-1].reviewed_at)
        elif before is not None:
            place = replace(place, last_id=before.last_id, last_at=before.last_at)
        self._place = place
        self.ask += 1
        return None if self.ended else place


def _read_cursor(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        return msgspec.json.decode(cursor, type=Place)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise StaleCursor("the stored cursor cannot be read") from None
