"""Google's side: listings for those who show a token, and the tokens."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from jobs.simulator.faults import Fault
from jobs.simulator.google_wire import Cursor, Json, bad_rows, cursor_of, error_json, page_json
from jobs.simulator.listener import Request, Response, json_response
from jobs.simulator.tokens import TokenOffice
from jobs.simulator.world import NotThere, World

_LISTING = re.compile(r"/v4/(accounts/[^/]+/locations/[^/]+)/reviews")
_ORDERS = ("updateTime desc", "rating", "rating desc")
_LARGEST_PAGE = 50


class GoogleApi:
    """Answers requests for the world's locations on Google."""

    def __init__(self, world: World, office: TokenOffice) -> None:
        self._world = world
        self._office = office
        self._epoch = 0

    def location(self, path: str) -> str | None:
        """The location whose listing a path is; None if it is no listing."""
        found = _LISTING.fullmatch(path)
        return found and found[1]

    def answer(self, request: Request, *, spoilt: bool = False) -> Response:
        """The page that is asked for, with unreadable rows in it if `spoilt`."""
        if not self._office.accepts(request.headers.get("authorization", "")):
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        location = self.location(request.path) or ""
        if not location.startswith("accounts/1/"):
            return _error(403, "PERMISSION_DENIED", "The caller lacks permission.")
        try:
            listing = self._world.truth(location)
        except NotThere:
            return _error(404, "NOT_FOUND", "Requested entity was not found.")
        cursor, size = self._cursor(request, location), request.query.get("pageSize", "50")
        if cursor is None or not size.isdecimal() or request.query.get("orderBy", _ORDERS[0]) not in _ORDERS:
            return _error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        page = page_json(listing, cursor, min(_LARGEST_PAGE, max(1, int(size))))
        if spoilt:
            page["reviews"] = [*page.get("reviews", []), *bad_rows()]
        return json_response(200, page)

    def token(self, request: Request) -> Response:
        """The answer to a token request."""
        status, body = self._office.grant(dict(parse_qsl(request.body.decode("latin-1"))))
        return json_response(status, body)

    def excuse(self, fault: Fault) -> Json:
        """The body of a refusal that a fault asks for."""
        status = "RESOURCE_EXHAUSTED" if fault.kind == "rate_limit" else "UNAVAILABLE"
        return error_json(fault.refused_with, status, "Try again later.", fault.retry_delay)

    def forget_page_tokens(self) -> None:
        """No page token given so far is known any longer."""
        self._epoch += 1

    def _cursor(self, request: Request, location: str) -> Cursor | None:
        """The place a request asks for; None if its page token is stale, foreign or not ours."""
        token = request.query.get("pageToken")
        if not token:
            return Cursor(location, 0, self._epoch)
        cursor = cursor_of(token)
        known = cursor is not None and (cursor.location, cursor.epoch) == (location, self._epoch)
        return cursor if known else None


def _error(code: int, status: str, message: str) -> Response:
    return json_response(code, error_json(code, status, message))
