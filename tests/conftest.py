"""Fixtures of all tests: the loop, real servers, fresh databases and prefixes, leak checks."""

from __future__ import annotations

import signal

import pytest

from engine.testing.fixtures import engine_bench, engine_settings
from tests.support.databases import database_url, empty_database_url, migrated_template
from tests.support.leaks import no_leaks, no_leaks_in_the_loop
from tests.support.loops import anyio_backend
from tests.support.servers import own_postgres, own_valkey, postgres_url, prefix, redis_url

__all__ = [
    "anyio_backend",
    "database_url",
    "empty_database_url",
    "engine_bench",
    "engine_redis_url",
    "engine_settings",
    "migrated_template",
    "no_leaks",
    "no_leaks_in_the_loop",
    "own_postgres",
    "own_valkey",
    "postgres_url",
    "prefix",
    "redis_url",
]

# A shell's background job ignores Ctrl-C and `nohup` a hang-up, and so would every process that a test starts.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)


@pytest.fixture(scope="session")
def engine_redis_url(redis_url: str) -> str:
    """The engine's own fixtures work on the server that all tests share."""
    return redis_url
