"""Rows as CSV (RFC 4180) that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine import escape

# Where commas are decimal signs, as in South Africa, spreadsheets split lines at semicolons: a cell begins there too.
_BEGINS_A_FORMULA = re.compile(r"(?:^|(?<=;))(?=[\s\"]*[=+\-@＝＋－＠])")


def as_csv(form: type[Struct], rows: Iterable[Struct], same: Mapping[str, str] | None = None) -> str:
    """A line of headings and a line for each row, as in JSON; `same` stands before the columns of every row."""
    same = same or {}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*same, *(field.encode_name for field in msgspec.structs.fields(form))])
    writer.writerows([_cell(value) for value in (*same.values(), *_values(row))] for row in rows)
    return text.getvalue()


def _values(row: Struct) -> list[Any]:
    values: dict[str, Any] = msgspec.to_builtins(row)
    return list(values.values())


def _cell(value: Any) -> str:
    """The value as text: nothing for None; an apostrophe before what a spreadsheet would take for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return repr(value)
    text = escape(value if isinstance(value, str) else " ".join(value))
    return _BEGINS_A_FORMULA.sub("'", text)
