"""Log records on standard error, as JSON lines or to be read. For command lines; a library user sets up their own."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial

from engine.logs.formats import JsonFormat, TextFormat
from engine.logs.handler import BatchHandler, write_all

__all__ = ["BatchHandler", "JsonFormat", "TextFormat", "logs_to_stderr", "write_all"]

_LEVELS = {"fatal": logging.CRITICAL, "warn": logging.WARNING, "trace": logging.DEBUG}


@contextmanager
def logs_to_stderr(level: str, form: str = "") -> Generator[None]:
    """Within the block records of this level and above go to standard error; after it, all of them are there.

    `form` is `json` or `text`; if empty, text where standard error is a terminal and JSON elsewhere.
    """
    terminal = sys.stderr.isatty()
    as_text = form == "text" or (not form and terminal)
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    handler = BatchHandler(partial(write_all, sys.stderr.fileno()), at_once=as_text)
    handler.setFormatter(TextFormat(colour=colour) if as_text else JsonFormat())
    # What no line shows need not be looked up for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(_LEVELS.get(level) or level.upper())
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
