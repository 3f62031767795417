"""Hellopeter's side: public listings in numbered pages, in the manner of both its hosts."""

from __future__ import annotations

import re

from jobs.simulator.faults import Fault
from jobs.simulator.hellopeter_wire import Json, PageOf, bad_rows, error_json, page_json
from jobs.simulator.listener import Request, Response, json_response
from jobs.simulator.world import NotThere, World

_LISTING = re.compile(r"(/api)?/consumer/business/([^/]+)/reviews")
_OLD_SIZE, _NEW_SIZE, _LARGEST = 11, 10, 50
_ACCEPTED_EVERY = 5
"""Each so many answers come as 202 Accepted, whole as the others."""


class HellopeterApi:
    """Answers requests for the world's businesses on Hellopeter."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._answers = 0

    def location(self, path: str) -> str | None:
        """The slug whose listing a path is; None if it is no listing."""
        found = _LISTING.fullmatch(path)
        return found and found[2]

    def answer(self, request: Request, *, spoilt: bool = False) -> Response:
        """The page that is asked for, with unreadable rows in it if `spoilt`."""
        slug = self.location(request.path) or ""
        try:
            listing = self._world.truth(slug)
        except NotThere:
            return json_response(404, error_json("Business not found."))
        number = max(1, _whole(request.query.get("page"), 1))
        page = page_json(listing, PageOf(slug, self._world.locations[slug], number, _size(request)))
        if spoilt:
            page["data"] += bad_rows()
        self._answers += 1
        return json_response(200 if self._answers % _ACCEPTED_EVERY else 202, page)

    def excuse(self, fault: Fault) -> Json:
        """The body of a refusal that a fault asks for."""
        return error_json("Too Many Attempts." if fault.kind == "rate_limit" else "Server Error")


def _size(request: Request) -> int:
    """The page size: fixed on the old host, the client's choice on the new one."""
    if not request.path.startswith("/api/"):
        return _OLD_SIZE
    return min(_LARGEST, max(1, _whole(request.query.get("count"), _NEW_SIZE)))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() else otherwise
