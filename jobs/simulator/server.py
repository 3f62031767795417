"""The simulated Google: reviews and tokens over HTTP, with trouble on demand."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, Self
from urllib.parse import parse_qsl

from jobs.simulator import tokens
from jobs.simulator.control import Control
from jobs.simulator.faults import Fault, Faults, broken, refused
from jobs.simulator.generator import new_review
from jobs.simulator.listener import Listener, Request, Response, json_response
from jobs.simulator.wire import Cursor, bad_rows, cursor_of, error_json, page_json
from jobs.simulator.world import NotThere, World

_LISTING = re.compile(r"/v4/(accounts/[^/]+/locations/[^/]+)/reviews")
_ORDERS = ("updateTime desc", "rating", "rating desc")
_LARGEST_PAGE = 50


def utc_now() -> datetime:
    """The machine's time, aware."""
    return datetime.now(UTC)


def connector_settings(url: str) -> dict[str, str]:
    """The settings of a GOOGLE connector that reads from the simulator at `url`."""
    return {"mode": "business", "baseUrl": f"{url}/v4", "tokenUrl": f"{url}/token"}


def connector_credentials() -> dict[str, str]:
    """Credentials that the simulator knows; the first request fetches an access token."""
    return {
        "refreshToken": tokens.REFRESH_TOKEN,
        "clientId": tokens.CLIENT_ID,
        "clientSecret": tokens.CLIENT_SECRET,
    }


class Simulator:
    """Serves a world on loopback while its context is open.

    `world`, `faults` and `office` (the tokens) may be changed directly meanwhile. `now` stamps what happens
    while it runs and lets tokens expire.
    """

    def __init__(self, world: World, *, port: int = 0, now: Callable[[], datetime] = utc_now) -> None:
        self.world = world
        self.faults = Faults()
        self.office = tokens.TokenOffice(now)
        self.requests: Counter[str] = Counter()
        """How many requests came for reviews, token and control."""
        self._now = now
        self._random = Random("just now")  # noqa: S311 - no secrets here
        self._epoch = 0
        self._control = Control(world, self.faults, self.office, now)
        self._listener = Listener(self._answer, port=port)

    async def __aenter__(self) -> Self:
        await self._listener.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._listener.__aexit__(*exc)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.port}"

    async def _answer(self, request: Request) -> Response:
        if request.path == "/token" and request.method == "POST":
            self.requests["token"] += 1
            return await self._troubled(request, self._token, self.faults.next("token"))
        if _LISTING.fullmatch(request.path) and request.method == "GET":
            self.requests["reviews"] += 1
            return await self._troubled(request, self._reviews, self.faults.next("reviews"))
        if request.path.startswith("/control/"):
            self.requests["control"] += 1
            return self._control.answer(request)
        return json_response(404, error_json(404, "NOT_FOUND", "nothing is served here"))

    async def _troubled(self, request: Request, answer: Callable[[Request], Response], fault: Fault | None) -> Response:
        """The answer that a request gets when it meets a fault."""
        if fault is None:
            return answer(request)
        match fault.kind:
            case "rate_limit" | "unavailable":
                return refused(fault)
            case "reset" | "cut" | "garbage":
                return broken(fault, answer(request))
            case "bad_rows":
                return self._reviews(request, bad_rows())
            case "slow":
                await asyncio.sleep(fault.delay_s)
            case happening:
                self._happens(happening, request)
        return answer(request)

    def _happens(self, what: str, request: Request) -> None:
        """Something happens in the world just before the request is answered."""
        match what:
            case "expire":
                self.office.expire()
            case "revoke":
                self.office.revoke()
            case "stale":
                self._epoch += 1
            case _:
                self._changes(what, request.path.removeprefix("/v4/").removesuffix("/reviews"))

    def _changes(self, what: str, location: str) -> None:
        listing = self.world.truth(location)
        if what == "added" or not listing:
            new_review(self.world, location, self._now(), self._random)
        elif what == "edited":
            oldest = listing[-1]
            self.world.edit(location, oldest.review_id, self._now(), text="On second thoughts, we liked it.", rating=4)
        else:
            self.world.delete(location, listing[0].review_id)

    def _token(self, request: Request) -> Response:
        status, body = self.office.grant(dict(parse_qsl(request.body.decode("latin-1"))))
        return json_response(status, body)

    def _reviews(self, request: Request, spoilt: list[dict[str, Any]] | None = None) -> Response:
        if not self.office.accepts(request.headers.get("authorization", "")):
            body = error_json(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
            return json_response(401, body)
        location = request.path.removeprefix("/v4/").removesuffix("/reviews")
        if not location.startswith("accounts/1/"):
            return json_response(403, error_json(403, "PERMISSION_DENIED", "The caller lacks permission."))
        try:
            listing = self.world.truth(location)
        except NotThere:
            return json_response(404, error_json(404, "NOT_FOUND", "Requested entity was not found."))
        cursor, size = self._cursor(request, location), request.query.get("pageSize", "50")
        if cursor is None or not size.isdecimal() or request.query.get("orderBy", _ORDERS[0]) not in _ORDERS:
            body = error_json(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
            return json_response(400, body)
        page = page_json(listing, cursor, min(_LARGEST_PAGE, max(1, int(size))))
        if spoilt:
            page["reviews"] = [*page.get("reviews", []), *spoilt]
        return json_response(200, page)

    def _cursor(self, request: Request, location: str) -> Cursor | None:
        """The place a request asks for; None if its page token is stale, foreign or not ours."""
        token = request.query.get("pageToken")
        if not token:
            return Cursor(location, 0, self._epoch)
        cursor = cursor_of(token)
        known = cursor is not None and (cursor.location, cursor.epoch) == (location, self._epoch)
        return cursor if known else None
