"""One HTTP request made well: time limits, a size limit, a few tries, and typed errors without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from random import Random

import httpx
from msgspec import Struct, field

from jobs.connectors.errors import (
    AccessDenied,
    AuthFailure,
    BadAnswer,
    BadSettings,
    NotFound,
    RateLimited,
    RequestRefused,
    SourceError,
    SourceUnavailable,
)
from jobs.connectors.retry_after import retry_after_s

Sleep = Callable[[float], Awaitable[None]]
Now = Callable[[], datetime]
Hint = Callable[[bytes], float | None]

UNSTATED_WAIT_S = 30.0
"""The wait after a 429 that names none, before jitter: quotas are counted by the minute."""
SHORTEST_WAIT_S = 1.0


class HttpLimits(Struct, frozen=True, kw_only=True):
    """How long, how often and how much."""

    tries: int = 4
    base_s: float = 0.5
    cap_s: float = 8.0
    connect_s: float = 5.0
    read_s: float = 20.0
    whole_s: float = 60.0
    """For one try from connecting to the last byte: one that drips bytes passes every other limit."""
    max_bytes: int = 8 * 1024 * 1024


class Ask(Struct, frozen=True, kw_only=True):
    """A request; its repr shows neither headers nor form, since both may hold secrets."""

    method: str
    url: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"Ask({self.method} {self.where})"

    @property
    def where(self) -> str:
        """Scheme, host and path: what an error may name."""
        return self.url.partition("?")[0]


class Answer(Struct, frozen=True):
    """A whole response; its repr shows the size of the body only."""

    status: int
    body: bytes
    retry_after: str | None = None

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes)"

    @property
    def ok(self) -> bool:
        """Any 2xx: one source answers 202 with its full listing."""
        return 200 <= self.status < 300


def utc_now() -> datetime:
    """The machine's time, aware."""
    return datetime.now(UTC)


def no_hint(_body: bytes) -> float | None:
    """For sources whose bodies say nothing about waiting."""
    return None


def refusal(answer: Answer, what: str) -> SourceError:
    """The terminal error of a 3xx or 4xx answer; `what` says what was asked for."""
    match answer.status:
        case 401:
            return AuthFailure(f"{what}: the credentials are refused (401); connect the source again")
        case 403:
            return AccessDenied(f"{what}: access denied (403); give this account access to the location")
        case 404 | 410:
            return NotFound(f"{what}: not found ({answer.status}); check the connector's external id")
        case 301 | 302 | 303 | 307 | 308:
            return RequestRefused(f"{what}: HTTP {answer.status} leads elsewhere, which is not followed; mend the URL")
        case status:
            return RequestRefused(f"{what}: refused with HTTP {status}")


class Http:
    """Sends requests over one shared httpx client; the clock, randomness and sleep are given."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        random: Random,
        now: Now = utc_now,
        sleep: Sleep = asyncio.sleep,
        limits: HttpLimits | None = None,
    ) -> None:
        self.now = now
        self._client = client
        self._random = random
        self._sleep = sleep
        self._limits = limits or HttpLimits()

    async def send(self, ask: Ask, hint: Hint = no_hint) -> Answer:
        """The answer, whatever its status, unless it is one that asks for patience.

        429, and 503 with Retry-After, raise `RateLimited`, with the delay from the header, else from
        `hint(body)`. Other 5xx, time-outs and broken connections are tried again with jitter, and raise
        `SourceUnavailable` after the last try.
        """
        fault = SourceUnavailable(f"{ask.where}: not tried")
        for attempt in range(self._limits.tries):
            if attempt:
                await self._sleep(self._wait_s(attempt))
            try:
                answer = await self._once(ask)
            except (httpx.TimeoutException, TimeoutError):
                fault = SourceUnavailable(f"{ask.where}: no answer in time", "TIMEOUT")
            except httpx.ConnectError as error:  # its text is about the host and its certificate
                fault = SourceUnavailable(f"{ask.where}: connection failed ({str(error) or type(error).__name__})")
            except httpx.TransportError as error:
                fault = SourceUnavailable(f"{ask.where}: connection failed ({type(error).__name__})")
            else:
                if answer.status == 429 or (answer.status == 503 and answer.retry_after):
                    raise self._rate_limited(ask, answer, hint)
                if answer.status < 500 and answer.status != 408:
                    return answer
                fault = SourceUnavailable(f"{ask.where}: HTTP {answer.status}")
        raise fault

    async def pause(self, seconds: float) -> None:
        """So much time has passed: what a source is given between two pages."""
        await self._sleep(seconds)

    async def _once(self, ask: Ask) -> Answer:
        limits = self._limits
        timeout = httpx.Timeout(limits.read_s, connect=limits.connect_s)
        try:
            async with (
                asyncio.timeout(limits.whole_s),
                self._client.stream(
                    ask.method,
                    ask.url,
                    params=ask.params or None,
                    headers=ask.headers,
                    data=ask.form,
                    timeout=timeout,
                    follow_redirects=False,  # a token goes to nobody but the host it was made for
                ) as response,
            ):
                body = await _read(response, limits.max_bytes, ask)
                return Answer(response.status_code, body, response.headers.get("retry-after"))
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
            # UnicodeError: an impossible host, as xn--a. The cause's text may quote a header, so it is cut off.
            raise BadSettings(f"{ask.where}: cannot be requested; check its URL and credentials") from None
        except httpx.DecodingError:
            raise BadAnswer(f"{ask.where}: the answer's encoding is broken") from None

    def _wait_s(self, attempt: int) -> float:
        longest_s = min(self._limits.cap_s, self._limits.base_s * 2.0 ** (attempt - 1))
        return longest_s * self._random.uniform(0.5, 1.0)

    def _rate_limited(self, ask: Ask, answer: Answer, hint: Hint) -> RateLimited:
        delay_s = retry_after_s(answer.retry_after, self.now())
        if delay_s is None:
            delay_s = hint(answer.body)
        if delay_s is None:
            delay_s = UNSTATED_WAIT_S * self._random.uniform(1.0, 2.0)
        delay_s = max(SHORTEST_WAIT_S, delay_s)
        return RateLimited(delay_s, f"{ask.where}: HTTP {answer.status}, rate limited for {delay_s:.0f} s")


async def _read(response: httpx.Response, max_bytes: int, ask: Ask) -> bytes:
    # Encodings one over another multiply: a kilobyte of them holds a gigabyte, unpacked before it can be counted.
    if "," in response.headers.get("content-encoding", ""):
        raise BadAnswer(f"{ask.where}: the answer is encoded more than once")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise BadAnswer(f"{ask.where}: the answer is larger than {max_bytes:,} bytes")
    return bytes(body)
