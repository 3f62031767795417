"""A pytest that collects once and runs chosen tests again and again, each time in a fork of itself.

A pytest plugin for the process that `warm.Warm` starts. What a fork runs, it runs as any pytest does: with its own
servers, its own summary and its own exit status.
"""

from __future__ import annotations

import os

import msgspec
import pytest

from engine.streams.scripts import load

VARIABLE = "MUTANTS_PIPES"
"""Two file descriptors: where lists of tests come from, a line each, and where exit statuses go."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """For each line a fork goes on with its tests, as if they alone had been collected; this process runs none."""
    asked, answers = (int(word) for word in os.environ[VARIABLE].split())
    with os.fdopen(asked) as lines, os.fdopen(answers, "w") as statuses:
        for line in lines:
            child = os.fork()
            if child == 0:
                session.items[:] = _chosen(session.items, msgspec.json.decode(line, type=list[str]))
                load.cache_clear()
                return None
            _, status = os.waitpid(child, 0)
            print(os.waitstatus_to_exitcode(status), file=statuses, flush=True)
    return True


def _chosen(items: list[pytest.Item], tests: list[str]) -> list[pytest.Item]:
    """The items of these files and single tests, in their order; none at all is an error."""
    chosen = [
        item
        for test in tests
        for item in items
        if item.nodeid == test or item.nodeid.startswith((f"{test}::", f"{test}["))
    ]
    if not chosen:
        raise pytest.UsageError(f"no such tests: {', '.join(tests)}")
    return chosen
