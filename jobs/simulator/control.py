"""The control endpoints: what the world's guests, owners and gremlins do, from another process.

GET  /control/locations                  name to title
GET  /control/truth?location=…           the rows that a reader must end up with
POST /control/add      {location, text, rating, author?}
POST /control/edit     {location, reviewId, text, rating}
POST /control/reply    {location, reviewId, text}        a null text takes the reply back
POST /control/delete   {location, reviewId}
POST /control/fault    a `Fault`
POST /control/tokens   {action: expire | revoke | restore}
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from jobs.simulator.faults import Fault, Faults
from jobs.simulator.listener import Request, Response, json_response
from jobs.simulator.tokens import TokenOffice
from jobs.simulator.world import NotThere, TrueReview, World


class _Body(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Every body below refuses fields that it does not know."""


class _Add(_Body, frozen=True, kw_only=True):
    location: str
    text: str | None
    rating: int | None
    author: str | None = "A. Guest"


class _Edit(_Body, frozen=True, kw_only=True):
    location: str
    review_id: str
    text: str | None
    rating: int | None


class _Reply(_Body, frozen=True, kw_only=True):
    location: str
    review_id: str
    text: str | None


class _Delete(_Body, frozen=True, kw_only=True):
    location: str
    review_id: str


class _Tokens(_Body, frozen=True, kw_only=True):
    action: Literal["expire", "revoke", "restore"]


class Control:
    """Answers the control requests; whatever they change is stamped with `now`."""

    def __init__(
        self, world: World, faults: Faults, office: TokenOffice, now: Callable[[], datetime]
    ) -> None:
        self._world = world
        self._faults = faults
        self._office = office
        self._now = now
        self._added = 0

    def answer(self, request: Request) -> Response:
        """The response to a request for a path under /control/."""
        what = request.path.removeprefix("/control/")
        try:
            return json_response(200, self._done(request.method, what, request))
        except NotThere as error:
            return json_response(404, {"error": str(error)})
        except (msgspec.DecodeError, ValueError) as error:
            return json_response(400, {"error": str(error)})

    def _done(self, method: str, what: str, request: Request) -> Any:
        world, now, body = self._world, self._now(), request.body
        match method, what:
            case "GET", "locations":
                return world.locations
            case "GET", "truth":
                return world.truth(request.query.get("location", ""))
            case "POST", "add":
                return self._add(msgspec.json.decode(body, type=_Add))
            case "POST", "edit":
                edit = msgspec.json.decode(body, type=_Edit)
                return world.edit(edit.location, edit.review_id, now, text=edit.text, rating=edit.rating)
            case "POST", "reply":
                reply = msgspec.json.decode(body, type=_Reply)
                return world.reply(reply.location, reply.review_id, now, reply.text)
            case "POST", "delete":
                delete = msgspec.json.decode(body, type=_Delete)
                return world.delete(delete.location, delete.review_id)
            case "POST", "fault":
                self._faults.add(msgspec.json.decode(body, type=Fault))
                return {}
            case "POST", "tokens":
                getattr(self._office, msgspec.json.decode(body, type=_Tokens).action)()
                return {}
            case _:
                raise NotThere(f"no such control: {method} {what}")

    def _add(self, add: _Add) -> TrueReview:
        self._added += 1
        now = self._now()
        review = TrueReview(
            review_id=f"added-{self._added}",
            author=add.author,
            rating=add.rating,
            text=add.text,
            created=now,
            updated=now,
        )
        return self._world.put(add.location, review)
