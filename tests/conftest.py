"""Fixtures of all tests: the loop, real servers, fresh databases and prefixes, leak checks."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.support.databases import database_url, empty_database_url, migrated_template
from tests.support.leaks import no_leaks, no_leaks_in_the_loop
from tests.support.servers import own_postgres, own_valkey, postgres_url, prefix, redis_url

__all__ = [
    "anyio_backend",
    "database_url",
    "empty_database_url",
    "migrated_template",
    "no_leaks",
    "no_leaks_in_the_loop",
    "own_postgres",
    "own_valkey",
    "postgres_url",
    "prefix",
    "redis_url",
]

LOOP_VARIABLE = "ENGINE_TEST_LOOP"


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """The event loop of async tests: asyncio's, or uvloop by ENGINE_TEST_LOOP=uvloop."""
    wanted = os.environ.get(LOOP_VARIABLE, "asyncio")
    if wanted not in {"asyncio", "uvloop"}:
        raise pytest.UsageError(f"{LOOP_VARIABLE}={wanted} is unknown: give asyncio or uvloop")
    return "asyncio", {"use_uvloop": wanted == "uvloop"}
