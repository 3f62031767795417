"""The control endpoints: what the world's guests, owners and gremlins do, from another process.

GET  /control/locations                  name to title
GET  /control/truth?location=…           the rows that a reader must end up with
POST /control/add      {location, text, rating, author?, title?}
POST /control/edit     {location, reviewId, text, rating}
POST /control/reply    {location, reviewId, text}        a null text takes the reply back
POST /control/delete   {location, reviewId}
POST /control/fault    a `Fault`
POST /control/tokens   {action: expire | revoke | restore}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Struct

from jobs.simulator.faults import Fault, Faults
from jobs.simulator.listener import Request, Response, json_response
from jobs.simulator.tokens import TokenOffice
from jobs.simulator.world import NotThere, TrueReview, World

Stars = Annotated[int, msgspec.Meta(ge=1, le=5)]


class _Body(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Every body below refuses fields that it does not know."""


class _Add(_Body, frozen=True, kw_only=True):
    location: str
    text: str | None
    rating: Stars | None
    author: str | None = "A. Guest"
    title: str | None = None


class _Edit(_Body, frozen=True, kw_only=True):
    location: str
    review_id: str
    text: str | None
    rating: Stars | None


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

    def __init__(self, world: World, faults: Faults, office: TokenOffice, now: Callable[[], datetime]) -> None:
        self._world = world
        self._faults = faults
        self._office = office
        self._now = now
        self._controls: dict[str, Callable[[Request], object]] = {
            "GET locations": self._locations,
            "GET truth": self._truth,
            "POST add": self._add,
            "POST edit": self._edit,
            "POST reply": self._reply,
            "POST delete": self._delete,
            "POST fault": self._fault,
            "POST tokens": self._tokens,
        }

    def answer(self, request: Request) -> Response:
        """The response to a request for a path under /control/."""
        what = f"{request.method} {request.path.removeprefix('/control/')}"
        control = self._controls.get(what)
        if control is None:
            known = ", ".join(self._controls)
            return json_response(404, {"error": f"no such control: {what}; there are {known}"})
        try:
            return json_response(200, control(request))
        except NotThere as error:
            return json_response(404, {"error": str(error)})
        except msgspec.DecodeError as error:
            return json_response(400, {"error": str(error)})

    def _locations(self, _request: Request) -> dict[str, str]:
        return self._world.locations

    def _truth(self, request: Request) -> Sequence[TrueReview]:
        return self._world.truth(request.query.get("location", ""))

    def _add(self, request: Request) -> TrueReview:
        add = msgspec.json.decode(request.body, type=_Add)
        now = self._now()
        review = TrueReview(
            review_id=self._world.new_id(add.location),
            author=add.author,
            title=add.title,
            rating=add.rating,
            text=add.text,
            created=now,
            updated=now,
        )
        return self._world.put(add.location, review)

    def _edit(self, request: Request) -> TrueReview:
        edit = msgspec.json.decode(request.body, type=_Edit)
        now = self._now()
        return self._world.edit(edit.location, edit.review_id, now, text=edit.text, rating=edit.rating)

    def _reply(self, request: Request) -> TrueReview:
        reply = msgspec.json.decode(request.body, type=_Reply)
        return self._world.reply(reply.location, reply.review_id, self._now(), reply.text)

    def _delete(self, request: Request) -> TrueReview:
        delete = msgspec.json.decode(request.body, type=_Delete)
        return self._world.delete(delete.location, delete.review_id)

    def _fault(self, request: Request) -> Fault:
        fault = msgspec.json.decode(request.body, type=Fault)
        self._faults.add(fault)
        return fault

    def _tokens(self, request: Request) -> dict[str, str]:
        action = msgspec.json.decode(request.body, type=_Tokens).action
        {"expire": self._office.expire, "revoke": self._office.revoke, "restore": self._office.restore}[action]()
        return {"action": action}
