"""What is said where the packages of the extra `jobs` are not installed."""

from __future__ import annotations

import sys

_PACKAGES = frozenset({"asyncpg", "cryptography", "httpx", "rapidfuzz"})


def explain(error: ModuleNotFoundError) -> None:
    """If the missing module is one of the extra's: a command line ends with one line, and an import says what to do."""
    if error.name is None or error.name.partition(".")[0] not in _PACKAGES:
        return
    text = f"the jobs need {error.name}, which is not installed: install pickd-worker[jobs]"
    if sys.argv[:1] == ["-m"]:
        # So Python calls itself while it looks for a program to run: nobody else is there to catch the error.
        sys.stderr.write(f"error: {text}\n")
        raise SystemExit(2)
    raise ModuleNotFoundError(text, name=error.name) from error
