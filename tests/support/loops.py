"""The event loops of async tests: asyncio's, uvloop, or one after the other, by ENGINE_TEST_LOOP."""

from __future__ import annotations

import os
from typing import Any

import pytest

VARIABLE = "ENGINE_TEST_LOOP"
LOOPS = os.environ.get(VARIABLE, "asyncio").split(",")
if not set(LOOPS) <= {"asyncio", "uvloop"}:
    raise pytest.UsageError(f"{VARIABLE}={','.join(LOOPS)}: give asyncio, uvloop, or both with a comma between")

Backend = tuple[str, dict[str, Any]]


def _backend(loop: str) -> Backend:
    return "asyncio", {"use_uvloop": loop == "uvloop"}


@pytest.fixture(scope="session", params=LOOPS)
def anyio_backend(request: pytest.FixtureRequest) -> Backend:
    """Each of the loops that are chosen."""
    return _backend(request.param)


@pytest.fixture(scope="session", params=LOOPS[:1])
def one_loop(request: pytest.FixtureRequest) -> Backend:
    """The first of them. `anyio_backend = one_loop` in a file whose truths know no loop: rows, figures, texts."""
    return _backend(request.param)
