"""The Hellopeter connector over scripted answers: what it asks for, how it paces itself, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest

from engine import Snooze, UnrecoverableError
from jobs.connectors import ConnectorConfig, Http, Page, SourceError, StaleCursor, open_source
from jobs.connectors.errors import BadAnswer, BadSettings, NotFound, RateLimited, RequestRefused, SourceUnavailable
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop

SLUG = "example-bistro"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
Reply = tuple[int, Any]
Site = Callable[[httpx.Request], Reply]


def row(number: int) -> dict[str, Any]:
    """A row written so many minutes after the start of the month."""
    at = datetime(2026, 1, 1, 2) + timedelta(minutes=number)  # noqa: DTZ001 - as the source writes them
    return {"id": number, "created_at": at.isoformat(" "), "review_rating": 5}


def page_of(rows: list[dict[str, Any]], number: int, last: int, **more: Any) -> dict[str, Any]:
    """A page in the manner of the site; its links lead astray."""
    return {
        "current_page": number,
        "data": rows,
        "last_page": last,
        "per_page": "11",
        "total": 3,
        "next_page_url": "http://elsewhere.test/?page=2",
        **more,
    }


class Reader:
    """A connector whose requests a function answers; keeps what was asked and how long it paused."""

    def __init__(self, site: Site, slug: str = SLUG, **settings: Any) -> None:
        self.config = ConnectorConfig(source_type="HELLOPETER", external_id=slug, settings=settings)
        self.asked: list[httpx.URL] = []
        self.paused: list[float] = []
        self._site = site

    async def read(self, cursor: str | None = None, since: datetime | None = None) -> list[Page]:
        """All pages."""
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as client:
            http = Http(client, random=Random(1), now=lambda: NOW, sleep=self._pause)
            source = open_source(self.config, http, _save)
            assert (source.source_type, source.lists_everything) == ("HELLOPETER", True)
            return [page async for page in source.pages(cursor=cursor, since=since)]

    async def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        assert "authorization" not in request.headers
        self.asked.append(request.url)
        status, body = self._site(request)
        if isinstance(body, bytes):
            return httpx.Response(status, content=body)
        return httpx.Response(status, json=body)


async def _save(_credentials: dict[str, Any]) -> None:
    raise AssertionError("there are none")


def pages(*answers: Reply) -> Site:
    """Gives these answers in turn."""
    left = list(answers)
    return lambda _request: left.pop(0)


TWO_PAGES = ((202, page_of([row(3), row(2)], 1, 2)), (200, page_of([row(1)], 2, 2)))


def ids(read: list[Page]) -> list[str]:
    """The ids in the order read."""
    return [review.external_id for page in read for review in page.reviews]


async def test_reads_every_page() -> None:
    """Pages are asked for by number from the first on, any 2xx is an answer, and links are not followed."""
    reader = Reader(pages(*TWO_PAGES))
    read = await reader.read()
    assert ids(read) == ["3", "2", "1"]
    assert [page.total for page in read] == [3, 3]
    assert not any(page.shifted for page in read)
    assert [str(url) for url in reader.asked] == [
        f"https://api.hellopeter.com/consumer/business/{SLUG}/reviews?page={number}" for number in (1, 2)
    ]


async def test_the_other_host() -> None:
    """Host, path and page size are settings."""
    reader = Reader(pages(*TWO_PAGES), baseUrl="https://api-v6.example.test/api/consumer/business/", count=10)
    await reader.read()
    assert str(reader.asked[0]) == (f"https://api-v6.example.test/api/consumer/business/{SLUG}/reviews?page=1&count=10")


async def test_pace() -> None:
    """A second passes between two pages unless the settings say otherwise, and none before the first."""
    for reader, paused in ((Reader(pages(*TWO_PAGES)), 1.0), (Reader(pages(*TWO_PAGES), pauseS=0.25), 0.25)):
        await reader.read()
        assert reader.paused == [paused]


async def test_goes_on_from_a_cursor() -> None:
    """Another reader begins with the page that was read last, and one that is gone by then is no dead end."""
    first = (await Reader(pages(*TWO_PAGES)).read())[0]
    later = Reader(pages(*TWO_PAGES))
    assert ids(await later.read(cursor=first.next_cursor)) == ["3", "2", "1"]
    assert [url.params["page"] for url in later.asked] == ["1", "2"]
    with pytest.raises(StaleCursor, match="no page 2 any longer"):
        await Reader(pages(TWO_PAGES[0], (404, {}))).read()


async def test_review_that_slips_past() -> None:
    """A review that a deletion draws into a page that was read already is fetched from there."""
    moved = page_of([row(2), row(1)], 1, 1, total=2)
    reader = Reader(pages(TWO_PAGES[0], (200, page_of([], 2, 1, total=2)), (200, moved)))
    read = await reader.read()
    assert ids(read) == ["3", "2", "1"]
    assert read[-1].shifted
    assert [url.params["page"] for url in reader.asked] == ["1", "2", "1"]


async def test_times_in_another_zone() -> None:
    """The zone of the listing's times is a setting."""
    (page,) = await Reader(pages((200, page_of([row(1)], 1, 1, total=1))), timezone="Africa/Lagos").read()
    assert page.reviews[0].reviewed_at == datetime(2026, 1, 1, 1, 1, tzinfo=UTC)


async def test_empty_business() -> None:
    """A business without reviews is one empty page."""
    empty: dict[str, Any] = {"current_page": 1, "data": [], "from": None, "to": None, "last_page": 1, "total": 0}
    assert await Reader(pages((200, empty))).read() == [Page(reviews=(), total=0)]


async def test_bad_row_spoils_itself_only() -> None:
    """A row that cannot be read is an error beside the good ones."""
    (page,) = await Reader(pages((200, page_of([row(3), {"id": 2}, row(1)], 1, 1)))).read()
    assert ids([page]) == ["3", "1"]
    assert [(error.external_id, error.type) for error in page.errors] == [("2", "VALIDATION_ERROR")]


def says_always(status: int, body: Any) -> Site:
    """Answers everything so."""
    return lambda _request: (status, body)


REFUSALS: list[tuple[Site, type[Exception], str]] = [
    (says_always(404, {"message": "gone"}), NotFound, f"{SLUG}: not found .404.; check the connector's external id"),
    (says_always(410, {}), NotFound, "external id"),
    (says_always(403, b"<html>"), RequestRefused, "turns this reader away .403.; try again later with a longer pauseS"),
    (says_always(401, b""), RequestRefused, "turns this reader away"),
    (says_always(400, {}), RequestRefused, "HTTP 400"),
    (says_always(302, b""), RequestRefused, "HTTP 302"),
    (says_always(429, {}), RateLimited, "rate limited for"),
    (says_always(500, {}), SourceUnavailable, "HTTP 500"),
    (says_always(202, b"<html>Just a moment</html>"), BadAnswer, f"{SLUG}: page 1 cannot be read: JSON is malformed"),
    (says_always(202, b""), BadAnswer, "page 1 cannot be read"),
    (says_always(200, []), BadAnswer, "cannot be read"),
    (says_always(200, {"data": []}), BadAnswer, "missing required field `total`"),
    (says_always(200, {"data": 7, "total": 1, "last_page": 1}), BadAnswer, "data"),
    (says_always(200, page_of([row(3)], 1, 2)), BadAnswer, "asked for page 2, the answer is page 1"),
    (says_always(200, {"data": [row(3)], "total": 9, "last_page": 9000}), BadAnswer, "does not end"),
]


@pytest.mark.parametrize(("site", "error", "says"), REFUSALS)
async def test_refusals(site: Site, error: type[Exception], says: str) -> None:
    """Each refusal has its error, with a text that helps; only what trying again cannot mend is final."""
    with pytest.raises(error, match=says) as caught:
        await Reader(site).read()
    assert isinstance(caught.value, SourceError)
    assert isinstance(caught.value, UnrecoverableError) == (error in (NotFound, RequestRefused))
    assert isinstance(caught.value, Snooze) == (error is RateLimited)


@pytest.mark.parametrize(
    ("slug", "settings", "says"),
    [
        ("", {}, "as in example-bistro"),
        ("..", {}, "as in example-bistro"),
        ("a/../b", {}, "as in example-bistro"),
        ("https://www.hellopeter.com/example-bistro", {}, "the last part of its page's address"),
        ("x?y", {}, "slug"),
        (SLUG, {"mode": "business"}, "not supported yet"),
        (SLUG, {"baseUrl": "ftp://x"}, "baseUrl must be"),
        (SLUG, {"baseUrl": "https://user@x.test"}, "baseUrl must be"),
        (SLUG, {"baseUrl": "https://x.test/?a=b"}, "baseUrl must end with its path"),
        (SLUG, {"timezone": "Mars/Olympus"}, "'Mars/Olympus' is no IANA name"),
        (SLUG, {"timezone": "../x"}, "is no IANA name"),
        (SLUG, {"timezone": ""}, "is no IANA name"),
        (SLUG, {"pauseS": -1}, "pauseS"),
        (SLUG, {"pauseS": 3600}, "pauseS"),
        (SLUG, {"count": 0}, "count"),
    ],
)
async def test_bad_settings(slug: str, settings: dict[str, Any], says: str) -> None:
    """Settings that cannot be used end the job before any request, and name what is wrong."""
    reader = Reader(pages(), slug, **settings)
    with pytest.raises(BadSettings, match=says):
        await reader.read()
    assert reader.asked == []


async def test_a_page_of_rows_without_end() -> None:
    """It is no listing: each row would hold the event loop."""
    body = {"total": 1, "last_page": 1, "data": [0] * 1_001}
    with pytest.raises(BadAnswer, match="page 1 cannot be read"):
        await Reader(says_always(200, body)).read()
