"""The filter language: one line of terms that must all hold; pure.

    type:ingest_* tenant:t1 id:ingest:* worker:w1 group:0123456789ab err~timeout att>=3 age>10m ended<2h
    data~conn-7 data.opts.max:500 after:2026-10-13T12:00 before:2026-10-14

`*` stands for any text; a value with spaces is quoted. `age` is the time since the run was enqueued, `ended` since it
ended, in s, m, h or d; `after` and `before` are about the time of the enqueue, in UTC unless they say else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

from engine.errors import SettingError

MOST_TERMS = 20
KNOWN = "type: tenant: id: worker: group: err~ att>= age> ended< data~ data.path: after: before:"
_TERM = re.compile(r"\s*([A-Za-z]+(?:\.[^\s:=<>~\"]+)?)(>=|<=|[:=~<>])(\"[^\"]*\"|[^\s\"]+)(?=\s|\Z)")
_IN_PAYLOAD = ("data", "path")
_WORD = re.compile(r"\s*(\S+)")
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([smhd])\Z")
_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Term(Struct, frozen=True):
    """One condition, as the scripts take it: a field, how it is compared, and with what."""

    field: str
    op: str
    value: str


class Query(Struct, frozen=True):
    """All of these must hold of a job; none: every job matches."""

    terms: tuple[Term, ...] = ()


def parse_query(text: str) -> Query:
    """The query that the text means; SettingError points at the term that cannot be read, and says what is known."""
    terms: list[Term] = []
    at = 0
    while text[at:].strip():
        found = _TERM.match(text, at)
        if found is None:
            word = _WORD.match(text, at)
            raise _unreadable(text, word[1] if word else text[at:], word.start(1) if word else at)
        name, op, value = found[1], found[2], found[3].strip('"')
        try:
            terms.append(_term(name, op, value))
        except ValueError as error:
            raise _unreadable(text, found[0].strip(), found.start(1), str(error)) from error
        at = found.end()
    if len(terms) > MOST_TERMS:
        raise SettingError(f"a query has at most {MOST_TERMS} terms, this one has {len(terms)}: leave some out")
    # What reads payloads comes last: it is asked of jobs only that match all else.
    return Query(tuple(sorted(terms, key=lambda term: term.field in _IN_PAYLOAD)))


def _unreadable(text: str, term: str, at: int, why: str = "") -> SettingError:
    reason = f": {why}" if why else f"; known are {KNOWN}"
    return SettingError(f"query {text!r}: cannot read {term!r} at character {at + 1}{reason}")


def _term(name: str, op: str, value: str) -> Term:
    """ValueError says what is wrong with it."""
    if name.startswith("data."):
        _expect(op, ":", "=")
        return Term("path", name.removeprefix("data."), value)
    reader = _READERS.get(name)
    if reader is None:
        raise ValueError(f"there is no {name!r}; known are {KNOWN}")
    return reader(name, op, value)


def _like(name: str, op: str, value: str) -> Term:
    _expect(op, ":", "=")
    return Term(name, "like", value)


def _in_error(name: str, op: str, value: str) -> Term:
    _expect(op, "~")
    # As it is stored: in JSON. Lua lowers ASCII alone.
    stored = value.replace("\\", "\\\\")
    return Term(name, "has", "".join(c.lower() if c.isascii() else c for c in stored))


def _in_data(name: str, op: str, value: str) -> Term:
    _expect(op, "~")
    return Term(name, "has", value)


def _number(name: str, op: str, value: str) -> Term:
    _expect(op, ">=", "<=", ">", "<", ":", "=")
    if not re.fullmatch(r"\d{1,9}", value):
        raise ValueError(f"{value!r} is no number")
    return Term(name, "=" if op == ":" else op, value)


def _span(name: str, op: str, value: str) -> Term:
    _expect(op, ">", "<", ">=", "<=")
    found = _SPAN.match(value)
    if found is None:
        raise ValueError(f"{value!r} is no span: write a number with s, m, h or d, as in 10m")
    return Term(name, op, str(round(float(found[1]) * _UNITS_MS[found[2]])))


def _time(name: str, op: str, value: str) -> Term:
    _expect(op, ":", "=")
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        at_ms = round(moment.timestamp() * 1000)
    except ValueError:
        raise ValueError(f"{value!r} is no time: write it as in 2026-10-13T12:00 or 2026-10-13") from None
    return Term("at", ">=" if name == "after" else "<", str(at_ms))


def _expect(op: str, *known: str) -> None:
    if op not in known:
        raise ValueError(f"{op!r} does not fit: use {' or '.join(known)}")


_READERS: dict[str, Callable[[str, str, str], Term]] = {
    **dict.fromkeys(("type", "tenant", "id", "worker", "group"), _like),
    "err": _in_error,
    "data": _in_data,
    "att": _number,
    **dict.fromkeys(("age", "ended"), _span),
    **dict.fromkeys(("after", "before"), _time),
}
