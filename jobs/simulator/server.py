"""The simulated sources: Google and Hellopeter over one world, with trouble on demand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol, Self

from jobs.simulator import tokens
from jobs.simulator.control import Control
from jobs.simulator.faults import Fault, Faults, broken, refused
from jobs.simulator.google_api import GoogleApi
from jobs.simulator.happenings import Happenings
from jobs.simulator.hellopeter_api import HellopeterApi
from jobs.simulator.listener import Listener, Request, Response, json_response
from jobs.simulator.world import World


def utc_now() -> datetime:
    """The machine's time, aware."""
    return datetime.now(UTC)


class Site(Protocol):
    """One site's way to show the world."""

    def location(self, path: str) -> str | None:
        """The location whose listing a path is; None if it is none of this site's."""
        ...

    def answer(self, request: Request, *, spoilt: bool = False) -> Response:
        """The page that is asked for, with unreadable rows in it if `spoilt`."""
        ...

    def excuse(self, fault: Fault) -> dict[str, Any]:
        """The body of a refusal that a fault asks for."""
        ...


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
        self._google = GoogleApi(world, self.office)
        self._sites: tuple[Site, ...] = (self._google, HellopeterApi(world))
        self._happenings = Happenings(world, self.office, self._google, now)
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
            return await self._token(request)
        if request.path.startswith("/control/"):
            self.requests["control"] += 1
            return self._control.answer(request)
        for site in self._sites:
            if request.method == "GET" and site.location(request.path) is not None:
                return await self._reviews(site, request)
        return json_response(404, {"error": "nothing is served here"})

    async def _token(self, request: Request) -> Response:
        self.requests["token"] += 1
        fault = self.faults.next("token")
        if fault is None:
            return self._google.token(request)
        return await self._troubled(fault, self._google, request, lambda: self._google.token(request))

    async def _reviews(self, site: Site, request: Request) -> Response:
        self.requests["reviews"] += 1
        fault = self.faults.next("reviews")
        if fault is None:
            return site.answer(request)
        spoilt = fault.kind == "bad_rows"
        return await self._troubled(fault, site, request, lambda: site.answer(request, spoilt=spoilt))

    async def _troubled(self, fault: Fault, site: Site, request: Request, answer: Callable[[], Response]) -> Response:
        """The answer that a request gets when it meets a fault."""
        match fault.kind:
            case "rate_limit" | "unavailable":
                return refused(fault, site.excuse(fault))
            case "reset" | "cut" | "garbage":
                return broken(fault, answer())
            case "bad_rows":
                return answer()
            case "slow":
                await asyncio.sleep(fault.delay_s)
            case happening:
                self._happenings.happens(happening, site.location(request.path))
        return answer()
