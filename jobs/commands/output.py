"""What the commands print: JSON, tables or sentences, with nothing in them that could drive a terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from engine import escape

_NOT_PLAIN = re.compile(r"[^\n\x20-\x7e]")


def put(text: str) -> None:
    """The text is on standard output as it is: the caller has escaped what is not its own."""
    sys.stdout.write(text)


def say(text: str) -> None:
    """The line is on standard output, escaped."""
    put(f"{escape(text)}\n")


def warn(text: str) -> None:
    """The line is on standard error, escaped."""
    sys.stdout.flush()
    sys.stderr.write(f"{escape(text)}\n")
    sys.stderr.flush()


def put_json(value: Any) -> None:
    """The value is on standard output as indented JSON."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    put(f"{_NOT_PLAIN.sub(_json_escape, text)}\n")


def put_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The rows are on standard output in columns, escaped."""
    table = [list(head), *([escape(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    for row in table:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        put(f"{line.rstrip()}\n")


def _json_escape(found: re.Match[str]) -> str:
    """What a terminal would act on, in JSON's own way of writing it."""
    character = found[0]
    if escape(character) == character:
        return character
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]
