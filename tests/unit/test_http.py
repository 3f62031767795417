"""One request made well: tries, waits, limits and errors without secrets."""

from __future__ import annotations

import gzip
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from random import Random

import httpx
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from engine import Snooze, UnrecoverableError
from jobs.connectors import Http, HttpLimits
from jobs.connectors.errors import BadAnswer, BadSettings, RateLimited, SourceUnavailable
from jobs.connectors.google_errors import retry_info_s, status_name
from jobs.connectors.http import Answer, Ask, refusal
from jobs.connectors.retry_after import LONGEST_S, retry_after_s

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ASK = Ask(method="GET", url="https://source.test/reviews?key=hush", headers={"Authorization": "Bearer hush"})
Handler = Callable[[httpx.Request], httpx.Response]


class Waits:
    """A sleep that only writes down for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def send(handler: Handler, ask: Ask = ASK, waits: Waits | None = None, **limits: int) -> Answer:
    """The answer to one request served by `handler`."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        http = Http(
            client,
            random=Random(1),
            now=lambda: NOW,
            sleep=waits or Waits(),
            limits=HttpLimits(**limits),
        )
        return await http.send(ask, retry_info_s)


def script(*answers: httpx.Response | Exception) -> Handler:
    """Gives the answers in turn and then the last one for ever."""
    left = list(answers)

    def handler(_request: httpx.Request) -> httpx.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    return handler


def raw(body: bytes, headers: dict[str, str]) -> Handler:
    """Gives the bytes as they are, whatever the headers say of them."""

    async def parts() -> AsyncIterator[bytes]:
        yield body

    return lambda _request: httpx.Response(200, headers=headers, content=parts())


@pytest.mark.parametrize("status", [200, 202, 206])
async def test_any_2xx_is_success(status: int) -> None:
    """Any 2xx carries a good body."""
    answer = await send(script(httpx.Response(status, content=b"{}")))
    assert answer.ok
    assert answer.body == b"{}"


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(408),
        httpx.ConnectError("no"),
        httpx.ReadError("cut"),
        httpx.RemoteProtocolError("cut"),
        httpx.ReadTimeout("late"),
    ],
)
async def test_passing_trouble_is_tried_again(trouble: httpx.Response | Exception) -> None:
    """Three failures in a row are survived, with growing waits between the tries."""
    waits = Waits()
    answer = await send(script(trouble, trouble, trouble, httpx.Response(200)), waits=waits)
    assert answer.ok
    assert len(waits.seconds) == 3
    assert all(0.5 * cap <= wait <= cap for wait, cap in zip(waits.seconds, (0.5, 1.0, 2.0), strict=True))


async def test_lasting_trouble_is_unavailable() -> None:
    """After the last try an ordinary error names the host and the trouble, without the query."""
    with pytest.raises(SourceUnavailable, match=r"https://source\.test/reviews: HTTP 500") as caught:
        await send(script(httpx.Response(500)))
    assert caught.value.type == "API_ERROR"
    assert not isinstance(caught.value, UnrecoverableError | Snooze)
    assert "hush" not in str(caught.value)


async def test_lasting_silence_is_a_timeout() -> None:
    """A source that never answers in time gives an error of type TIMEOUT."""
    with pytest.raises(SourceUnavailable) as caught:
        await send(script(httpx.ConnectTimeout("late")))
    assert caught.value.type == "TIMEOUT"


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410])
async def test_other_answers_are_given_back(status: int) -> None:
    """What is neither success nor trouble is the caller's to judge, at once."""
    waits = Waits()
    assert (await send(script(httpx.Response(status)), waits=waits)).status == status
    assert waits.seconds == []


RETRY_INFO = b'{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"@type":"x"},\
{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.5s"}]}}'


@pytest.mark.parametrize(
    ("status", "header", "body", "delay_s"),
    [
        (429, "7", b"", 7),
        (429, "7", RETRY_INFO, 7),
        (429, "Sat, 31 Jan 2026 12:00:30 GMT", b"", 30),
        (429, "Sat, 31 Jan 2026 11:00:00 GMT", b"", 1),
        (429, "0", b"", 1),
        (429, None, RETRY_INFO, 12.5),
        (429, "whenever", RETRY_INFO, 12.5),
        (429, "99999999", b"", LONGEST_S),
        (503, "7", b"", 7),
    ],
)
async def test_rate_limit(status: int, header: str | None, body: bytes, delay_s: float) -> None:
    """A request for patience puts the job off: by the header, else by the body; it is not tried again here."""
    headers = {} if header is None else {"Retry-After": header}
    waits = Waits()
    with pytest.raises(RateLimited) as caught:
        await send(script(httpx.Response(status, headers=headers, content=body)), waits=waits)
    assert caught.value.delay_s == delay_s
    assert caught.value.type == "RATE_LIMIT"
    assert isinstance(caught.value, Snooze)
    assert waits.seconds == []


async def test_rate_limit_without_a_hint() -> None:
    """A 429 that names no delay means half a minute to a minute."""
    with pytest.raises(RateLimited) as caught:
        await send(script(httpx.Response(429, content=b"<html>")))
    assert 30 <= caught.value.delay_s <= 60


async def test_size_limit() -> None:
    """A body over the limit is not kept, and the error says so."""
    with pytest.raises(BadAnswer, match="larger than 10 bytes"):
        await send(script(httpx.Response(200, content=b"x" * 11)), max_bytes=10)


async def test_encodings_one_over_another() -> None:
    """They are not unpacked: a kilobyte may hold a gigabyte."""
    body = gzip.compress(gzip.compress(b"0" * 100_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(BadAnswer, match="encoded more than once"):
            await send(raw(body, {"content-encoding": "gzip, gzip"}))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


async def test_whole_limit() -> None:
    """The limit of a whole try ends one that never stops dripping."""

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await checkpoint()
            yield b"x"

    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=drip())

    with pytest.raises(SourceUnavailable) as caught:
        await send(handler, tries=1, whole_s=0)
    assert caught.value.type == "TIMEOUT"


async def test_redirects_are_not_followed() -> None:
    """A token is not carried to another host."""
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://elsewhere.test/"})

    assert (await send(handler)).status == 302
    assert hosts == ["source.test"]


async def test_unusable_header_shows_no_secret() -> None:
    """A header that cannot be sent ends the job, and nothing that is shown quotes it."""

    def handler(_request: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError("Illegal header value b'Bearer hush'")

    with pytest.raises(BadSettings) as caught:
        await send(handler)
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_reprs_show_no_secret() -> None:
    """Requests and answers can be printed."""
    ask = Ask(method="POST", url="https://a.test/token?hush", headers={"a": "hush"}, form={"b": "hush"})
    assert repr(ask) == "Ask(POST https://a.test/token)"
    assert repr(Answer(200, b"hush")) == "Answer(200, 4 bytes)"


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 410])
def test_refusals_are_terminal(status: int) -> None:
    """Trying again cannot help against a refusal."""
    assert isinstance(refusal(Answer(status, b""), "x"), UnrecoverableError)


@given(st.text(max_size=40))
def test_retry_after_reads_anything(header: str) -> None:
    """Any header is a wait within a day, or none."""
    delay_s = retry_after_s(header, NOW)
    assert delay_s is None or 0 <= delay_s <= LONGEST_S


@given(st.binary(max_size=60))
def test_error_bodies_read_anything(body: bytes) -> None:
    """Any body is read without an error."""
    assert retry_info_s(body) is None
    assert isinstance(status_name(body), str)


async def test_a_host_that_is_no_name() -> None:
    """It is a bad setting, however the library words it."""
    with pytest.raises(BadSettings, match="cannot be requested"):
        await send(script(httpx.Response(200)), Ask(method="GET", url="http://xn--a/x"))
