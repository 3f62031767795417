"""Fixtures for pytest: a Redis for the session, settings and a bench for each test.

To have them, write `pytest_plugins = ["engine.testing.fixtures"]` into the topmost conftest.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest

from engine.app import App
from engine.config import Settings
from engine.embedded import EmbeddedValkey
from engine.streams import SyncStore
from engine.testing.bench import Bench

_KEYS_A_CALL = 500


@pytest.fixture(scope="session")
def engine_redis_url() -> Iterator[str]:
    """The URL of a Redis for these tests, started with the first that asks; override it to use one of your own."""
    with (
        tempfile.TemporaryDirectory(prefix="engine-test-") as directory,
        EmbeddedValkey(Path(directory), appendonly=False) as valkey,
    ):
        yield valkey.url


@pytest.fixture
def engine_settings(engine_redis_url: str) -> Iterator[Settings]:
    """Settings for `app.connect`, `app.run` and `drain`: keys that no other test has, and that are gone afterwards."""
    settings = Settings(redis_url=engine_redis_url, worker_id="test", prefix=f"test-{uuid4().hex[:12]}")
    yield settings
    with closing(SyncStore(engine_redis_url)) as store:
        _delete_keys(store, f"{settings.prefix}:*")


@pytest.fixture
def engine_bench(engine_settings: Settings) -> Iterator[Callable[[App], Bench]]:
    """Makes a bench of an app, for tests that are no coroutines."""
    with ExitStack() as benches:

        def make(app: App) -> Bench:
            return benches.enter_context(closing(Bench(app, engine_settings)))

        yield make


def _delete_keys(store: SyncStore, pattern: str) -> None:
    cursor: bytes | int = 0
    while True:
        cursor, keys = store.command("SCAN", cursor, "MATCH", pattern, "COUNT", _KEYS_A_CALL)
        if keys:
            store.command("UNLINK", *keys)
        if int(cursor) == 0:
            return
