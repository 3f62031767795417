"""A fresh database for each test, copied from one that was migrated once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest


@pytest.fixture
def empty_database_url(postgres_url: str) -> Iterator[str]:
    """A database without any table, gone afterwards."""
    with _database(postgres_url) as name:
        yield _url_of(postgres_url, name)


@pytest.fixture
def database_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """A migrated database without any row, gone afterwards."""
    with _database(postgres_url, template=migrated_template) as name:
        yield _url_of(postgres_url, name)


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a database that the real command has migrated; nobody may be connected to it."""
    with _database(postgres_url) as name:
        command = [sys.executable, "-m", "jobs", "migrate"]
        environment = {**os.environ, "DATABASE_URL": _url_of(postgres_url, name)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"jobs migrate ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        yield name


@contextmanager
def _database(server_url: str, *, template: str = "template1") -> Generator[str]:
    name = f"test_{uuid4().hex[:12]}"
    # To copy the files is the least work: the other strategy writes each page into the log as well.
    asyncio.run(_execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
    try:
        yield name
    finally:
        asyncio.run(_execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _execute(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _url_of(server_url: str, database: str) -> str:
    return urlsplit(server_url)._replace(path=f"/{database}").geturl()
