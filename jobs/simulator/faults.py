"""Trouble on demand: which of the next requests go wrong, and how."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from msgspec import Struct

from jobs.simulator.listener import Response, json_response

Kind = Literal[
    "rate_limit",  # 429, with retry_after in the header or retry_delay in the body
    "unavailable",  # `status`, with retry_after if given
    "slow",  # the right answer, delay_s late
    "reset",  # the connection ends without an answer
    "cut",  # the connection ends within the answer
    "garbage",  # 200 with a body that is not JSON
    "bad_rows",  # the right answer with unreadable rows among the good ones
    # The next three are Google's alone: elsewhere nothing comes of them.
    "expire",  # every access token expires just now
    "revoke",  # the owner withdraws the access just now
    "stale",  # every page token given so far becomes unknown
    "added",  # somebody writes a review just now
    "edited",  # the author of the location's oldest review edits it just now
    "deleted",  # the location's newest review is taken away just now
]


class Fault(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """One kind of trouble for `times` requests of a kind, after the next `after` of them went well."""

    kind: Kind
    on: Literal["reviews", "token"] = "reviews"
    after: int = 0
    times: int = 1
    status: int = 503
    retry_after: str | None = None
    retry_delay: str | None = None
    delay_s: float = 0.0

    @property
    def refused_with(self) -> int:
        """The status of an answer that is a refusal."""
        return 429 if self.kind == "rate_limit" else self.status


class _Pending:
    """A fault and what is left of it."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.after = fault.after
        self.times = fault.times


class Faults:
    """The faults that are still to come; a request meets the first one that is due."""

    def __init__(self) -> None:
        self.met: Counter[Kind] = Counter()
        """How many requests met each kind."""
        self._pending: list[_Pending] = []

    def add(self, fault: Fault) -> None:
        """This trouble is to come."""
        self._pending.append(_Pending(fault))

    def clear(self) -> None:
        """No trouble is to come."""
        self._pending.clear()

    def next(self, on: Literal["reviews", "token"]) -> Fault | None:
        """What a request that came in now shall meet."""
        met: Fault | None = None
        for pending in [pending for pending in self._pending if pending.fault.on == on]:
            if pending.after > 0:
                pending.after -= 1
            elif met is None:
                met = pending.fault
                pending.times -= 1
        self._pending = [pending for pending in self._pending if pending.times > 0]
        if met is not None:
            self.met[met.kind] += 1
        return met


def refused(fault: Fault, body: object) -> Response:
    """The answer of a source that is too busy (`rate_limit`) or not well (`unavailable`); `body` is in its words."""
    headers = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
    return json_response(fault.refused_with, body, **headers)


def broken(fault: Fault, whole: Response) -> Response:
    """What is left of an answer after `reset`, `cut` or `garbage`."""
    if fault.kind == "garbage":
        return Response(200, b"<html>Sign in to this network</html>", {"content-type": "text/html"})
    sent = 0 if fault.kind == "reset" else len(whole.body) // 2
    return Response(whole.status, whole.body, whole.headers, sent=sent)
