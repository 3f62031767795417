"""Hellopeter's consumer listing (public JSON): every review of one business, newest first.

The source does not say when a review was changed or answered. An incremental sync therefore reads back by creation
time, and sees edits and answers of reviews within its overlap only (`overlapHours`); a full sync sees them all.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Raw, Struct

from jobs.connectors.config import ConnectorConfig, SaveCredentials, read_settings
from jobs.connectors.errors import BadAnswer, BadSettings, RequestRefused, SourceError, StaleCursor
from jobs.connectors.hellopeter_paging import Numbers, Reading
from jobs.connectors.hellopeter_rows import read_row
from jobs.connectors.http import Answer, Ask, Http, refusal
from jobs.connectors.source import MOST_ROWS_A_PAGE, Page

_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?", re.ASCII)


class HellopeterSettings(Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the listing is, and how it is read."""

    base_url: str = "https://api.hellopeter.com/consumer/business"
    """Up to the slug; the newer host's is https://api-v6.hellopeter.com/api/consumer/business."""
    count: Annotated[int, Meta(ge=1, le=100)] | None = None
    """Reviews a page, for a host that lets its clients choose."""
    timezone: str = "Africa/Johannesburg"
    """That of the listing's times, which name none."""
    pause_s: Annotated[float, Meta(ge=0, le=60)] = 1.0
    """Left between two pages: no limit is published, and a page a second is what the site bears."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("baseUrl must be an http or https URL without a user name")
        if parts.query or parts.fragment:
            raise ValueError("baseUrl must end with its path, before the slug: no ? and no #")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"timezone {self.timezone!r} is no IANA name such as Africa/Johannesburg") from None


class _Listing(Numbers, frozen=True, kw_only=True):
    """A page on the wire. Rows stay raw: a bad one spoils only itself. Its links to other pages are not followed."""

    data: Annotated[list[Raw], Meta(max_length=MOST_ROWS_A_PAGE)]


class HellopeterSource:
    """One business on Hellopeter, by its slug."""

    source_type = "HELLOPETER"
    lists_everything = True

    def __init__(self, config: ConnectorConfig, http: Http, _save_credentials: SaveCredentials) -> None:
        if not _SLUG.fullmatch(config.external_id):
            raise BadSettings(
                "the external id of a Hellopeter connector must be the business's slug, the last part of its page's"
                " address, as in example-bistro"
            )
        settings = read_settings(config, HellopeterSettings)
        self._slug = config.external_id
        self._url = f"{settings.base_url.rstrip('/')}/{config.external_id}/reviews"
        self._count = settings.count
        self._zone = ZoneInfo(settings.timezone)
        self._pause_s = settings.pause_s
        self._http = http

    async def pages(self, *, cursor: str | None = None, since: datetime | None = None) -> AsyncIterator[Page]:
        """See `Source.pages`; "changed" is "written" here."""
        reading = Reading(self._slug, cursor, since)
        asked = False
        while not reading.ended:
            if asked:
                await self._http.pause(self._pause_s)
            asked = True
            listing = await self._list(reading.ask)
            page = reading.take(listing, [read_row(raw, self._zone) for raw in listing.data])
            if page is not None:
                yield page

    async def _list(self, page: int) -> _Listing:
        params = {"page": str(page)} | ({} if self._count is None else {"count": str(self._count)})
        headers = {"Accept": "application/json"}
        answer = await self._http.send(Ask(method="GET", url=self._url, params=params, headers=headers))
        if not answer.ok:
            raise self._refusal(answer, page)
        try:
            return msgspec.json.decode(answer.body, type=_Listing)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadAnswer(f"{self._slug}: page {page} cannot be read: {error}") from None

    def _refusal(self, answer: Answer, page: int) -> SourceError:
        if answer.status == 404 and page > 1:  # the business may have fewer pages by now, or be gone
            return StaleCursor(f"{self._slug}: there is no page {page} any longer")
        if answer.status in (401, 403):  # there are no credentials that could be wrong
            return RequestRefused(
                f"{self._slug}: Hellopeter turns this reader away ({answer.status});"
                " try again later with a longer pauseS, or the other host by baseUrl"
            )
        return refusal(answer, self._slug)
