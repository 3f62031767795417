"""A log record as one line of JSON, or as a line to be read. What comes from jobs is escaped in both."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

import msgspec

from engine.escaping import clean, escape, escape_json, escape_lines
from engine.journal import Transition

_PLAIN = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"})
"""What every record has: the rest are fields that were given by `extra`."""
_OURS = {"time", "level", "logger", "stack"}
_WORDS = {logging.CRITICAL: "fatal", logging.WARNING: "warn"}
_COLOURS = {"fatal": "1;31", "error": "31", "warn": "33", "info": "32", "debug": "36"}
_ENCODER = msgspec.json.Encoder(enc_hook=repr)


class JsonFormat(logging.Formatter):
    """time, level and event with its fields; of other records time, level, logger, message, fields and stack."""

    def format(self, record: logging.LogRecord) -> str:
        head = _json_head(int(record.created * 1000), _level(record))
        if isinstance(record.msg, Transition):
            return head + encode_line(record.msg.fields)[1:]
        fields = {"logger": record.name, "message": record.getMessage(), **_extra(record)}
        stack = _stack(self, record)
        return head + encode_line({**fields, "stack": stack} if stack else fields)[1:]


class TextFormat(logging.Formatter):
    """time, level, then the event or the logger, aligned; further lines only for a stack, set off."""

    def __init__(self, *, colour: bool = False) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        level = _level(record)
        if isinstance(record.msg, Transition):
            fields = dict(record.msg.fields)
            fields.pop("fence", None)  # for machines
            told = f"{fields.pop('event'):9}"
        else:
            fields = _extra(record)
            told = f"{record.name}: {record.getMessage()}"
        rest = "".join(f" {name}={value}" for name, value in fields.items())
        time_of = self._paint("2", _time(int(record.created * 1000)))
        line = f"{time_of} {self._paint(_COLOURS.get(level, ''), f'{level:5}')}"
        stack = _stack(self, record)
        below = "\n    " + escape_lines(stack).replace("\n", "\n    ") if stack else ""
        return f"{line} {escape(told + rest)}{below}"

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour and colour else text


def encode_line(fields: dict[str, Any]) -> str:
    """The fields as one line of JSON, in which nothing drives a terminal; values that JSON has not, as texts."""
    try:
        data = _ENCODER.encode(fields)
    except (TypeError, ValueError, OverflowError):
        # A text that is no Unicode, a key that is no text, a number beyond 64 bits.
        data = _ENCODER.encode({clean(name): clean(str(value)) for name, value in fields.items()})
    return escape_json(data.decode())


@lru_cache(maxsize=8)
def _json_head(ms: int, level: str) -> str:
    """The same for all lines of a millisecond, of which a busy worker writes many."""
    return f'{{"time":"{_time(ms)}","level":"{level}",'


def _time(ms: int) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(ms // 1000))}.{ms % 1000:03}Z"


def _level(record: logging.LogRecord) -> str:
    return _WORDS.get(record.levelno) or record.levelname.lower()


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    given = {name: value for name, value in vars(record).items() if name not in _PLAIN}
    for name in _OURS & given.keys():
        given[f"{name}_"] = given.pop(name)  # a line has each name once
    return given


def _stack(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    stack = formatter.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    if record.stack_info:
        stack = f"{stack}\n{record.stack_info}".strip()
    return stack
