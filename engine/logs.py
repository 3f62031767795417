"""Log records to standard error."""

from __future__ import annotations

import logging
import sys


def log_to_stderr(level: str) -> None:
    """Records of this level and above are written to standard error."""
    names = {"fatal": "CRITICAL", "warn": "WARNING", "trace": "DEBUG"}
    logging.basicConfig(
        level=names.get(level, level.upper()),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)-7s %(name)s %(message)s",
    )
