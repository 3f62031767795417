"""What is listed, as JSON lines in a file of its own."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from admin_tui.rows import Source
from engine import EngineError, JobLine

PAGE = 250


def path_for(what: str, now_s: float, directory: Path | None = None) -> Path:
    """A new file's place, named by what is in it and when it was written."""
    name = re.sub(r"[^\w.-]+", "-", what).strip("-") or "rows"
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))
    return (directory or Path.cwd()) / f"{name[:80]}-{stamp}.jsonl"


def as_json(row: object) -> str:
    """The row on one line."""
    return msgspec.json.encode(row).decode()


def write_rows(path: Path, rows: Iterable[Any]) -> int:
    """The file holds a line for each row; how many. EngineError if it cannot be written."""
    number = 0
    try:
        with path.open("xb") as file:
            for row in rows:
                file.write(msgspec.json.encode(row) + b"\n")
                number += 1
    except OSError as error:
        raise _unwritten(path, error) from error
    return number


async def pages(source: Source[JobLine]) -> AsyncGenerator[Sequence[JobLine]]:
    """All rows of a list, page by page, from its top."""
    page = await source.window(PAGE)
    while page.rows:
        yield page.rows
        if not page.below:
            return
        page = await source.window(PAGE, below=page.below)


async def write_list(path: Path, source: Source[JobLine]) -> int:
    """The file holds a line for each job of the list; how many. Nothing more than a page is held in memory."""
    number = 0
    try:
        with path.open("xb") as file:
            async for rows in pages(source):
                file.writelines(msgspec.json.encode(row) + b"\n" for row in rows)
                number += len(rows)
    except OSError as error:
        raise _unwritten(path, error) from error
    return number


def write_text(path: Path, text: str) -> None:
    """The file holds the text. EngineError if it cannot be written."""
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> EngineError:
    return EngineError(f"cannot write {path}: {error.strerror}; start from a directory that you may write to")
