"""What the error bodies of Google's APIs say: a status name, and how long to wait."""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct, field

_DELAY = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s", re.ASCII)
_LONGEST_S = 24 * 3600.0


class _Detail(Struct, frozen=True):
    kind: str = field(default="", name="@type")
    retry_delay: str = field(default="", name="retryDelay")


class _Error(Struct, frozen=True):
    status: str = ""
    details: tuple[_Detail, ...] = ()


class _Body(Struct, frozen=True):
    error: _Error = field(default_factory=_Error)


def status_name(body: bytes) -> str:
    """The status of a google.rpc error, INVALID_ARGUMENT for instance; "" if the body holds none."""
    return _read(body).error.status


def retry_info_s(body: bytes) -> float | None:
    """The retryDelay of a google.rpc.RetryInfo in seconds, a day at most; None if the body holds none."""
    for detail in _read(body).error.details:
        delay = _DELAY.fullmatch(detail.retry_delay)
        if detail.kind.endswith("google.rpc.RetryInfo") and delay:
            return min(_LONGEST_S, float(delay[1]))
    return None


def _read(body: bytes) -> _Body:
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Body()  # an error page of a proxy says nothing of the kind
