"""Tells of transitions: one log record each, with the same fields everywhere. It configures no logging.

The records go to the logger `engine.jobs`. Each has the fields as attributes of its own (`record.event`,
`record.jobId` and so on), as if given by `extra`, and a message made of them when somebody asks for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from engine.codec import decode_json
from engine.escaping import cut, escape
from engine.types import Delivery, Failure

LEVELS = {
    "enqueue": logging.DEBUG,
    "acquire": logging.DEBUG,
    "complete": logging.INFO,
    "retry": logging.WARNING,
    "snooze": logging.INFO,
    "fail": logging.ERROR,
    "release": logging.INFO,
    "cancel": logging.INFO,
    "reclaim": logging.WARNING,
    "lost": logging.WARNING,
    "timeout": logging.WARNING,
    "requeue": logging.INFO,
    "promote": logging.INFO,
    "revert": logging.INFO,
    "trash": logging.INFO,
    "restore": logging.INFO,
    "delete": logging.INFO,
    "prune": logging.DEBUG,
    "pause": logging.INFO,
    "resume": logging.INFO,
}
"""How loud each event is."""
SHORT = 200
"""Bytes of a long tenant or correlation id in a line."""
_TENANT, _CORRELATION = "tenantId", "correlationId"
_log = logging.getLogger("engine.jobs")


class Transition:
    """A record's message: its fields, made into a text only for who asks for one."""

    __slots__ = ("fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def __str__(self) -> str:
        rest = [f"{name}={value}" for name, value in self.fields.items() if name != "event"]
        return escape(" ".join([self.fields["event"], *rest]))


def wants(event: str) -> bool:
    """Whether anybody hears of this event: if not, nothing need be made ready for it."""
    return _log.isEnabledFor(LEVELS[event])


def tell(event: str, queue: str, job_id: str | None = None, **more: Any) -> None:
    """The event of this queue, or of a job of it, is logged."""
    if wants(event):
        _write({"event": event, "queue": queue, **({} if job_id is None else {"jobId": job_id}), **more})


class Journal:
    """Where a worker tells of transitions; `group_by` names the payload's tenant field for each queue."""

    def __init__(self, worker_id: str, group_by: Mapping[str, str | None]) -> None:
        self._worker_id, self._group_by = worker_id, dict(group_by)

    def tell(self, event: str, delivery: Delivery, **more: Any) -> None:
        """The event of this delivery is logged; what its payload says is looked at only if it is."""
        if wants(event):
            _write(
                {
                    "event": event,
                    "queue": delivery.queue,
                    "jobId": delivery.id,
                    **names_in(delivery.payload, self._group_by.get(delivery.queue)),
                    "workerId": self._worker_id,
                    "attempt": delivery.attempts + 1,
                    "fence": delivery.fence,
                    **more,
                }
            )

    def tell_of(self, event: str, queue: str, job_id: str | None = None, **more: Any) -> None:
        """The event is logged of a queue, or of a job of which there is no delivery at hand."""
        tell(event, queue, job_id, workerId=self._worker_id, **more)


def names_in(payload: bytes, group_by: str | None) -> dict[str, str]:
    """The tenant and the correlation id that a payload names; texts only, and not without end."""
    try:
        found = _decoder(group_by).decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    names: dict[str, str] = {}
    for name in found.__struct_fields__:
        text = getattr(found, name)
        if isinstance(text, str) and text:
            names[name] = text if len(text) <= SHORT else cut(text, SHORT)
    return names


def error_text(data: bytes) -> str:
    """The exception's name and text of a failure as it is stored."""
    failure = msgspec.convert(decode_json(data), Failure)
    return f"{failure.type}: {failure.message}"


@lru_cache
def _decoder(group_by: str | None) -> msgspec.json.Decoder[Struct]:
    """Reads the two fields of a payload and skips the others."""
    renamed = {_TENANT: group_by or _CORRELATION, _CORRELATION: _CORRELATION}
    if len(set(renamed.values())) == 1:
        del renamed[_TENANT]
    kind = msgspec.defstruct("Names", [(name, Any, None) for name in renamed], rename=renamed)
    return msgspec.json.Decoder(kind)


def _write(fields: dict[str, Any]) -> None:
    # As Logger.log does it, without the search for the calling line: most of the time of a record that nobody needs.
    record = _log.makeRecord(_log.name, LEVELS[fields["event"]], "", 0, Transition(fields), (), None)
    record.__dict__.update(fields)
    _log.handle(record)
