"""Real servers for the tests: given by URL, else embedded or found on PATH, else in a container.

A shared server is never flushed, filled or killed: each test has its own key prefix and its own database.
A test that does such things starts its own by `own_valkey` or `own_postgres`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from redis import Redis

from engine.embedded import EmbeddedError, EmbeddedValkey
from jobs.embedded import EmbeddedPostgres

FAST_POSTGRES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For data that need not survive a power cut."""
KEYS_A_CALL = 500


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis or Valkey that all tests share: use it under `prefix` only."""
    given = os.environ.get("REDIS_URL")
    if given:
        yield given
        return
    with scratch() as directory, ExitStack() as stack:
        try:
            url = stack.enter_context(EmbeddedValkey(directory, appendonly=False)).url
        except EmbeddedError as error:
            from tests.support import containers  # noqa: PLC0415 - slow to import, and rarely needed

            url = stack.enter_context(containers.redis_url(error))
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL that all tests share; take `database_url` for a database of one's own in it."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with scratch() as directory, ExitStack() as stack:
        try:
            url = stack.enter_context(EmbeddedPostgres(directory, settings=FAST_POSTGRES)).url
        except EmbeddedError as error:
            from tests.support import containers  # noqa: PLC0415 - slow to import, and rarely needed

            url = stack.enter_context(containers.postgres_url(error))
        yield url


@pytest.fixture
def prefix(redis_url: str) -> Iterator[str]:
    """A key prefix that no other test has; its keys are gone afterwards."""
    fresh = f"test-{uuid4().hex[:12]}"
    yield fresh
    with Redis.from_url(redis_url, decode_responses=True) as client:
        keys = list(cast("Iterator[str]", client.scan_iter(match=f"{fresh}:*", count=KEYS_A_CALL)))
        for start in range(0, len(keys), KEYS_A_CALL):
            client.unlink(*keys[start : start + KEYS_A_CALL])


@pytest.fixture
def own_valkey() -> Iterator[Callable[..., EmbeddedValkey]]:
    """Starts a Valkey for this test alone, with the arguments of `EmbeddedValkey` but the directory."""
    with ExitStack() as stack:

        def start(**options: Any) -> EmbeddedValkey:
            return stack.enter_context(EmbeddedValkey(stack.enter_context(scratch()), **options))

        yield start


@pytest.fixture
def own_postgres() -> Iterator[Callable[..., EmbeddedPostgres]]:
    """Starts a PostgreSQL for this test alone, with the arguments of `EmbeddedPostgres` but the directory."""
    with ExitStack() as stack:

        def start(**options: Any) -> EmbeddedPostgres:
            return stack.enter_context(EmbeddedPostgres(stack.enter_context(scratch()), **options))

        yield start


@contextmanager
def scratch() -> Generator[Path]:
    """A directory that is gone afterwards; not under pytest's, which other users cannot enter."""
    with tempfile.TemporaryDirectory(prefix="pickd-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)
