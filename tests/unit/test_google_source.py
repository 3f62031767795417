"""The Google connector over scripted answers: paging, tokens, refusals and listings that move."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest

from engine import UnrecoverableError
from jobs.connectors import ConnectorConfig, Http, Page, SourceError, StaleCursor, open_source
from jobs.connectors.errors import AccessDenied, AuthFailure, BadAnswer, BadSettings, NotFound, RequestRefused
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOCATION = "accounts/1/locations/2"
GOOD = {"accessToken": "hush-0", "refreshToken": "hush-r", "clientId": "id", "clientSecret": "hush-s"}
Reply = tuple[int, Any]
Google = Callable[[httpx.Request], Reply]


def row(id_: str, days_ago: int = 0) -> dict[str, Any]:
    """A row changed so many days before now."""
    at = (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"reviewId": id_, "starRating": "FIVE", "createTime": at, "updateTime": at}


class Reader:
    """A connector whose requests a function answers; keeps what was asked and saved."""

    def __init__(self, google: Google, *, location: str = LOCATION, **changes: Any) -> None:
        self.config = ConnectorConfig(
            source_type="GOOGLE",
            external_id=location,
            settings=changes.pop("settings", {}),
            credentials=GOOD | changes,
        )
        self.asked: list[httpx.Request] = []
        self.saved: list[dict[str, Any]] = []
        self._google = google

    async def read(self, cursor: str | None = None, since: datetime | None = None) -> list[Page]:
        """All pages."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as client:
            http = Http(client, random=Random(1), now=lambda: NOW)
            source = open_source(self.config, http, self._save)
            return [page async for page in source.pages(cursor=cursor, since=since)]

    async def _save(self, credentials: dict[str, Any]) -> None:
        self.saved.append(credentials)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        status, body = self._google(request)
        if isinstance(body, bytes):
            return httpx.Response(status, content=body)
        return httpx.Response(status, json=body)


def listing(*pages: Reply | dict[str, Any]) -> Google:
    """Gives these listings in turn, and a token whenever one is asked for."""
    left = list(pages)

    def google(request: httpx.Request) -> Reply:
        if request.method == "POST":
            return 200, {"access_token": "hush-1", "expires_in": 3599}
        page = left.pop(0)
        return page if isinstance(page, tuple) else (200, page)

    return google


def ids(pages: list[Page]) -> list[str]:
    """The ids in the order read."""
    return [review.external_id for page in pages for review in page.reviews]


async def test_pages_in_order() -> None:
    """Pages follow their tokens to the end; the query asks for fifty at a time, newest change first."""
    reader = Reader(
        listing(
            {"reviews": [row("a"), row("b", 1)], "totalReviewCount": 3, "nextPageToken": "t/2"},
            {"reviews": [row("c", 2)], "totalReviewCount": 3},
        )
    )
    pages = await reader.read()
    assert ids(pages) == ["a", "b", "c"]
    assert [page.total for page in pages] == [3, 3]
    assert pages[0].next_cursor is not None
    assert pages[1].next_cursor is None
    assert not any(page.shifted for page in pages)
    first, second = (request.url for request in reader.asked)
    assert first.path == f"/v4/{LOCATION}/reviews"
    assert dict(first.params) == {"pageSize": "50", "orderBy": "updateTime desc"}
    assert second.params["pageToken"] == "t/2"


async def test_empty_location() -> None:
    """An empty location answers an empty object: one page without reviews."""
    (page,) = await Reader(listing({})).read()
    assert page == Page(reviews=())


async def test_goes_on_from_a_cursor() -> None:
    """A cursor that was kept gives the pages after it, to another reader too."""
    first = {"reviews": [row("a")], "nextPageToken": "t2"}
    pages = await Reader(listing(first, {})).read()
    later = Reader(listing({"reviews": [row("b", 1)]}))
    assert ids(await later.read(cursor=pages[0].next_cursor)) == ["b"]
    assert later.asked[0].url.params["pageToken"] == "t2"


async def test_since_is_inclusive_and_ends_the_listing() -> None:
    """Only reviews changed at or after `since` come, and the first page that is wholly older is the last."""
    reader = Reader(
        listing(
            {"reviews": [row("a", 1), row("b", 2)], "nextPageToken": "2"},
            {"reviews": [row("c", 2), row("d", 3)], "nextPageToken": "3"},
            {"reviews": [row("e", 4)], "nextPageToken": "4"},
        )
    )
    pages = await reader.read(since=NOW - timedelta(days=2))
    assert ids(pages) == ["a", "b", "c"]
    assert pages[-1].next_cursor is None
    assert len(reader.asked) == 3


async def test_bad_row_spoils_itself_only() -> None:
    """A row that cannot be read is an error beside the good ones."""
    (page,) = await Reader(listing({"reviews": [row("a"), {"reviewId": "b"}, 7, row("c")]})).read()
    assert [review.external_id for review in page.reviews] == ["a", "c"]
    assert [(error.external_id, error.type) for error in page.errors] == [
        ("b", "VALIDATION_ERROR"),
        (None, "PARSE_ERROR"),
    ]


@pytest.mark.parametrize(
    ("second", "total"),
    [
        pytest.param([row("b", 1), row("c", 2)], 3, id="a row comes again: one was added or edited"),
        pytest.param([row("c", 2)], 2, id="the total changed: one was added or deleted"),
        pytest.param([row("x", 0), row("c", 2)], 3, id="a newer change on a later page: many were added"),
    ],
)
@pytest.mark.parametrize("resumed", [False, True])
async def test_moved_listing_is_told(second: list[dict[str, Any]], total: int, *, resumed: bool) -> None:
    """A listing that moved while it was read says so, also across a restart, and whether more went than came."""
    first = {"reviews": [row("a"), row("b", 1)], "totalReviewCount": 3, "nextPageToken": "2"}
    rest = {"reviews": second, "totalReviewCount": total}
    pages = await Reader(listing(first, rest)).read()
    if resumed:
        pages = await Reader(listing(rest)).read(cursor=pages[0].next_cursor)
    assert pages[-1].shifted
    assert pages[-1].slipped == (total < 3)
    assert len(set(ids(pages))) == len(ids(pages))


async def test_expired_token_is_refreshed_once() -> None:
    """A token that is refused is refreshed and saved, whole, before the page is asked for again."""
    reader = Reader(listing((401, {}), {"reviews": [row("a")]}), note="kept")
    assert ids(await reader.read()) == ["a"]
    assert [request.method for request in reader.asked] == ["GET", "POST", "GET"]
    assert b"grant_type=refresh_token" in reader.asked[1].content
    assert reader.asked[2].headers["Authorization"] == "Bearer hush-1"
    assert reader.saved == [GOOD | {"accessToken": "hush-1", "expiresAt": "2026-01-31T12:59:59Z", "note": "kept"}]


@pytest.mark.parametrize(
    ("credentials", "methods"),
    [
        ({"expiresAt": "2026-01-31T12:00:30Z"}, ["POST", "GET"]),
        ({"accessToken": None}, ["POST", "GET"]),
        ({"expiresAt": "2026-01-31T14:05:00+02:00"}, ["GET"]),
        ({"expiresAt": None}, ["GET"]),
    ],
)
async def test_token_near_its_end_is_refreshed_first(credentials: dict[str, Any], methods: list[str]) -> None:
    """A missing token, or one with less than a minute left, is refreshed before it is used."""
    reader = Reader(listing({}), **credentials)
    await reader.read()
    assert [request.method for request in reader.asked] == methods


def says_always(status: int, body: Any) -> Google:
    """Answers everything so."""
    return lambda _request: (status, body)


def token_answer(status: int, body: Any) -> Google:
    """Refuses every listing, and answers token requests so."""
    return lambda request: (status, body) if request.method == "POST" else (401, {})


Refusal = tuple[Google, dict[str, Any], type[Exception], str]
REFUSALS: list[Refusal] = [
    (token_answer(400, {"error": "invalid_grant"}), {}, AuthFailure, "connect the source again"),
    (token_answer(401, {"error": "invalid_client"}), {}, AuthFailure, "invalid_client"),
    (token_answer(400, b"<html>"), {}, AuthFailure, "HTTP 400"),
    (token_answer(200, {"access_token": "hush-1"}), {}, AuthFailure, "401"),
    (token_answer(200, {"token": "?"}), {}, BadAnswer, "token endpoint"),
    (token_answer(200, {"access_token": "hush\n1"}), {}, BadAnswer, "access_token"),
    (token_answer(200, {}), {"refreshToken": None}, AuthFailure, "nothing to refresh"),
    (says_always(403, {}), {}, AccessDenied, "403"),
    (says_always(404, {}), {}, NotFound, "external id"),
    (says_always(410, {}), {}, NotFound, "410"),
    (says_always(400, {"error": {"status": "INVALID_ARGUMENT"}}), {}, RequestRefused, "400"),
    (says_always(200, b"<html>"), {}, BadAnswer, "cannot be read"),
    (says_always(200, []), {}, BadAnswer, "cannot be read"),
    (says_always(200, {"reviews": 7}), {}, BadAnswer, "cannot be read"),
]


@pytest.mark.parametrize(("google", "changes", "error", "says"), REFUSALS)
async def test_refusals(google: Google, changes: dict[str, Any], error: type[Exception], says: str) -> None:
    """Each refusal has its error with a text that helps; none quotes a secret, in its traceback either."""
    with pytest.raises(error, match=says) as caught:
        await Reader(google, **changes).read()
    assert isinstance(caught.value, SourceError)
    assert isinstance(caught.value, UnrecoverableError) == (error is not BadAnswer)
    lines = "".join(traceback.format_exception(caught.value, limit=0))
    assert "hush" not in lines


async def test_stale_token() -> None:
    """A page token that Google no longer knows, or a cursor that is none, says: start again."""
    stale = (400, {"error": {"status": "INVALID_ARGUMENT"}})
    with pytest.raises(StaleCursor):
        await Reader(listing({"reviews": [row("a")], "nextPageToken": "2"}, stale)).read()
    with pytest.raises(StaleCursor):
        await Reader(listing()).read(cursor="what is this")


async def test_page_that_leads_to_itself() -> None:
    """A listing that hands out the token it was asked with would never end."""
    page = {"reviews": [row("a")], "nextPageToken": "2"}
    with pytest.raises(BadAnswer, match="same page"):
        await Reader(listing(page, page)).read()


@pytest.mark.parametrize(
    ("location", "changes", "says"),
    [
        ("locations/2", {}, "accounts/1/locations/2"),
        ("accounts/1/locations/../../x", {}, "accounts/1/locations/2"),
        (LOCATION, {"settings": {"mode": "places"}}, "not supported yet"),
        (LOCATION, {"settings": {"mode": ["x"]}}, "settings.mode is one of business, places"),
        (LOCATION, {"settings": {"baseUrl": "ftp://x"}}, "baseUrl"),
        (LOCATION, {"settings": {"tokenUrl": 7}}, "tokenUrl"),
        (LOCATION, {"accessToken": "with space"}, "access_token"),
        (LOCATION, {"refreshToken": ["hush"]}, "refreshToken"),
        (LOCATION, {"expiresAt": "tomorrow"}, "expiresAt"),
    ],
)
async def test_bad_settings(location: str, changes: dict[str, Any], says: str) -> None:
    """Settings that cannot be used end the job before any request, and name what is wrong."""
    reader = Reader(listing(), location=location, **changes)
    with pytest.raises(BadSettings, match=says):
        await reader.read()
    assert reader.asked == []


async def test_unknown_source_type() -> None:
    """A connector of a type that nothing fetches says which types there are."""
    reader = Reader(listing())
    reader.config = ConnectorConfig(source_type="CSV", external_id="x")
    with pytest.raises(BadSettings, match="known: BOOKING, FACEBOOK, GOOGLE"):
        await reader.read()


def test_config_shows_no_secret() -> None:
    """A connector's configuration can be printed."""
    config = ConnectorConfig(source_type="GOOGLE", external_id="x", credentials=GOOD)
    assert repr(config) == "ConnectorConfig(GOOGLE x)"
