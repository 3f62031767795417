"""Google Business Profile (API v4): every review of one location, newest change first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from jobs.connectors.config import ConnectorConfig, SaveCredentials, read_settings
from jobs.connectors.errors import BadAnswer, BadSettings, StaleCursor
from jobs.connectors.google_errors import retry_info_s, status_name
from jobs.connectors.google_rows import read_row
from jobs.connectors.guard import check_url
from jobs.connectors.http import Answer, Ask, Http, refusal
from jobs.connectors.oauth import AccessToken
from jobs.connectors.source import MOST_ROWS_A_PAGE, FetchedReview, Page, RowError

PAGE_SIZE = 50
_MOST_PAGES = 20_000
"""A million reviews: a listing that goes on after that goes round in circles."""
_LOCATION = re.compile(r"accounts/[\w.~-]{1,128}/locations/[\w.~-]{1,128}", re.ASCII)


class GoogleSettings(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the two services are; other hosts are for tests and the simulator."""

    base_url: str = "https://mybusiness.googleapis.com/v4"
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - a URL

    def __post_init__(self) -> None:
        for name, url in (("baseUrl", self.base_url), ("tokenUrl", self.token_url)):
            check_url(url, name)


class _Listing(Struct, frozen=True, rename="camel"):
    """A page on the wire; an empty location answers `{}`. Rows stay raw: a bad one spoils only itself."""

    reviews: Annotated[list[Raw], Meta(max_length=MOST_ROWS_A_PAGE)] | None = None
    total_review_count: int | None = None
    next_page_token: str | None = None


class _Place(Struct, frozen=True, omit_defaults=True):
    """Where a listing has been read to: the cursor, and what shows whether the listing has moved since."""

    token: str | None = None
    total: int | None = None
    last_id: str | None = None
    last_change: datetime | None = None
    shifted: bool = False


class GoogleSource:
    """One location of a Google Business Profile account."""

    source_type = "GOOGLE"
    lists_everything = True

    def __init__(self, config: ConnectorConfig, http: Http, save_credentials: SaveCredentials) -> None:
        if not _LOCATION.fullmatch(config.external_id):
            raise BadSettings("the external id of a Google connector must look like accounts/1/locations/2")
        settings = read_settings(config, GoogleSettings)
        self._location = config.external_id
        self._url = f"{settings.base_url.rstrip('/')}/{config.external_id}/reviews"
        self._http = http
        self._token = AccessToken(config, settings.token_url, http, save_credentials)

    async def pages(self, *, cursor: str | None = None, since: datetime | None = None) -> AsyncIterator[Page]:
        """See `Source.pages`."""
        place = _read_cursor(cursor)
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            page, after = _page(await self._list(place.token), place, seen, since)
            yield page
            if after is None:
                return
            place = after
        raise BadAnswer(f"{self._location}: the listing does not end")

    async def _list(self, token: str | None) -> _Listing:
        params = {"pageSize": str(PAGE_SIZE), "orderBy": "updateTime desc"}
        if token is not None:
            params["pageToken"] = token
        answer = await self._get(params, await self._token.bearer())
        if answer.status == 401:
            answer = await self._get(params, await self._token.renew())
        if token is not None and answer.status == 400 and status_name(answer.body) == "INVALID_ARGUMENT":
            raise StaleCursor(f"{self._location}: Google no longer knows the page token")
        if not answer.ok:
            raise refusal(answer, self._location)
        listing = self._read(answer)
        if listing.next_page_token is not None and listing.next_page_token == token:
            raise BadAnswer(f"{self._location}: the next page is the same page")
        return listing

    async def _get(self, params: dict[str, str], bearer: str) -> Answer:
        headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
        return await self._http.send(Ask(method="GET", url=self._url, params=params, headers=headers), retry_info_s)

    def _read(self, answer: Answer) -> _Listing:
        try:
            return msgspec.json.decode(answer.body, type=_Listing)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadAnswer(f"{self._location}: the listing cannot be read: {error}") from None


def _page(listing: _Listing, place: _Place, seen: set[str], since: datetime | None) -> tuple[Page, _Place | None]:
    """The page of a listing without what `seen` holds (it grows), and the place after it, None at the end."""
    rows = [read_row(raw) for raw in listing.reviews or ()]
    listed = [row for row in rows if isinstance(row, FetchedReview)]
    shifted = place.shifted or _has_moved(listing, listed, place, seen)
    fresh = _take_unseen(listed, seen)
    if since is not None:
        fresh = [review for review in fresh if review.changed_at >= since]
    wholly_older = since is not None and bool(listed) and all(row.changed_at < since for row in listed)
    after: _Place | None = None
    if listing.next_page_token and not wholly_older:
        last = listed[-1] if listed else None
        after = _Place(
            token=listing.next_page_token,
            total=listing.total_review_count,
            last_id=last.external_id if last else place.last_id,
            last_change=last.changed_at if last else place.last_change,
            shifted=shifted,
        )
    page = Page(
        reviews=tuple(fresh),
        errors=tuple(row for row in rows if isinstance(row, RowError)),
        next_cursor=msgspec.json.encode(after).decode() if after else None,
        total=listing.total_review_count,
        shifted=shifted,
        slipped=_has_shrunk(listing, place),
    )
    return page, after


def _take_unseen(listed: list[FetchedReview], seen: set[str]) -> list[FetchedReview]:
    fresh: list[FetchedReview] = []
    for review in listed:
        if review.external_id not in seen:
            seen.add(review.external_id)
            fresh.append(review)
    return fresh


def _has_moved(listing: _Listing, listed: list[FetchedReview], place: _Place, seen: set[str]) -> bool:
    """Whether reviews came, went or were changed while the listing was read.

    Each of these pushes rows over a page's border: a row comes again, a later page begins with a newer
    change, or the total differs. A row pushed to the front, past the reader, is in none of the pages.
    """
    if place.total is not None and listing.total_review_count not in (None, place.total):
        return True
    if any(review.external_id in seen or review.external_id == place.last_id for review in listed):
        return True
    return bool(listed) and place.last_change is not None and listed[0].changed_at > place.last_change


def _has_shrunk(listing: _Listing, place: _Place) -> bool:
    """Whether more went than came since the page before: only then are rows drawn towards the front, unseen.

    What comes, and what is edited, is newer than the reading; it pushes rows back, where they are met again.
    """
    before, now = place.total, listing.total_review_count
    return before is not None and now is not None and now < before


def _read_cursor(cursor: str | None) -> _Place:
    if cursor is None:
        return _Place()
    try:
        return msgspec.json.decode(cursor, type=_Place)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise StaleCursor("the stored cursor cannot be read") from None
