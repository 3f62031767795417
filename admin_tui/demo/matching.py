"""Which of the fake's jobs a query matches: the terms are the engine's, what they mean is said here once more."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import cast

import msgspec

from admin_tui.demo.record import Record
from engine import State, Term, parse_query

_COMPARES: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}
_NOTHING = object()
"""What lies where there is nothing."""
_LOWER = str.maketrans({chr(n): chr(n + 32) for n in range(ord("A"), ord("Z") + 1)})


def matcher(query: str, now_ms: int) -> Callable[[Record], bool]:
    """Whether a job matches; SettingError for a query that cannot be read."""
    terms = parse_query(query).terms
    return lambda record: _all(terms, record, now_ms)


def _all(terms: Sequence[Term], record: Record, now_ms: int) -> bool:
    return all(_holds(term, record, now_ms) for term in terms)


def _holds(term: Term, record: Record, now_ms: int) -> bool:
    match term.field:
        case "data":
            return term.value in record.payload
        case "path":
            return _is_value(_at(record.payload, term.op), term.value)
        case "err":
            stored = "" if record.error is None else msgspec.json.encode(record.error.sentence).decode()[1:-1]
            return record.error is not None and term.value in stored.translate(_LOWER)
        case "att" | "age" | "ended" | "at":
            number = _number(term.field, record, now_ms)
            return number is not None and _COMPARES[term.op](number, int(term.value))
        case _:
            text = _text(term.field, record)
            return text is not None and _is_like(text, term.value)


def _text(field: str, record: Record) -> str | None:
    match field:
        case "type":
            return record.name
        case "tenant":
            return record.tenant
        case "group":
            return record.group if record.state is State.FAILED else None
        case "worker":
            return record.label if record.state is State.ACTIVE else None
        case _:
            return record.id


def _number(field: str, record: Record, now_ms: int) -> int | None:
    match field:
        case "att":
            return record.attempts
        case "ended":
            return None if record.ended is None else now_ms - record.ended
        case "age":
            return now_ms - record.run // 1000
        case _:
            return record.run // 1000


def _is_like(text: str, pattern: str) -> bool:
    """Whether the text is as the pattern, in which `*` stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def _at(payload: str, path: str) -> object:
    """What lies at the path, or nothing."""
    try:
        found: object = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return _NOTHING
    for part in filter(None, path.split(".")):
        found = _inner(found, part)
    return found


def _inner(found: object, part: str) -> object:
    if isinstance(found, dict):
        return cast("dict[str, object]", found).get(part, _NOTHING)
    if isinstance(found, list) and part.isdigit():
        return next(iter(cast("list[object]", found)[int(part) :]), _NOTHING)
    return _NOTHING


def _is_value(value: object, wanted: str) -> bool:
    if isinstance(value, str):
        return _is_like(value, wanted)
    if isinstance(value, bool):
        return str(value).lower() == wanted
    if isinstance(value, int | float):
        try:
            return value == float(wanted)
        except ValueError:
            return False
    return value is None and wanted == "null"
