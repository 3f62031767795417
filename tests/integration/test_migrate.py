"""The schema's versions on a real PostgreSQL, and the command that brings them up to date."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest

from engine import StartRefused, Unreachable
from jobs.database import Migration, check_schema, connect, migrate, migrations, open_pool, schema_state
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
NEWEST = len(migrations())
TITLES = ", ".join(f"{one.version:04}_{one.name}" for one in migrations())


def jobs(*arguments: str, url: str | None) -> subprocess.CompletedProcess[str]:
    """`python -m jobs` with this DATABASE_URL."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"DATABASE_URL": url} if url is not None else {}
    command = [sys.executable, "-m", "jobs", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


async def test_an_empty_database_is_brought_up_to_date(empty_database_url: str) -> None:
    """Migrating applies every file once, and a second time nothing."""
    async with connect(empty_database_url) as connection:
        assert (await schema_state(connection)).at == 0
        assert await migrate(connection) == [f"{one.version:04}_{one.name}" for one in migrations()]
        assert await migrate(connection) == []
        assert (await schema_state(connection)).current
        await check_schema(connection)
        assert await connection.fetchval("SELECT count(*) FROM themes WHERE organisation_id IS NULL") == 9


async def test_two_at_once(empty_database_url: str) -> None:
    """Two processes that migrate at the same time do each file once between them."""

    async def one() -> list[str]:
        async with connect(empty_database_url) as connection:
            return await migrate(connection)

    done = await asyncio.gather(one(), one(), one())
    assert sorted(map(len, done)) == [0, 0, NEWEST]


async def test_an_older_schema_is_refused(empty_database_url: str) -> None:
    """A worker on an older schema is told the command to type."""
    async with connect(empty_database_url) as connection:
        with pytest.raises(
            StartRefused, match=f"schema is at 0, this worker needs {NEWEST}: run `python -m jobs migrate`"
        ):
            await check_schema(connection)


async def test_a_newer_schema_is_refused(database_url: str) -> None:
    """A worker that is older than the schema is told to be updated, and migrates nothing."""
    async with connect(database_url) as connection:
        await connection.execute("INSERT INTO schema_migrations VALUES (9999, 'later', 'x')")
        for refuse in (check_schema, migrate):
            with pytest.raises(StartRefused, match="update the worker"):
                await refuse(connection)


async def test_a_changed_file_is_refused(database_url: str) -> None:
    """A file that is not what was applied is named."""
    async with connect(database_url) as connection:
        await connection.execute("UPDATE schema_migrations SET checksum = 'x' WHERE version = 1")
        with pytest.raises(StartRefused, match="0001_initial is not what was applied"):
            await check_schema(connection)


async def test_a_failing_file_leaves_nothing(empty_database_url: str) -> None:
    """A file that fails half-way is undone, those before it stay, and the error names it."""
    files = (*migrations(), Migration(NEWEST + 1, "broken", "CREATE TABLE half (x int); SELECT nonsense;"))
    async with connect(empty_database_url) as connection:
        with pytest.raises(StartRefused, match="_broken failed and left nothing behind"):
            await migrate(connection, files)
        assert await connection.fetchval("SELECT to_regclass('half')") is None
        assert (await schema_state(connection)).at == NEWEST


async def test_json_columns_are_values(database_url: str) -> None:
    """A pool's connections give and take JSON columns as Python values."""
    async with open_pool(database_url, most=2) as pool:
        assert await pool.fetchval("SELECT $1::jsonb", {"a": [1, None]}) == {"a": [1, None]}


@pytest.mark.parametrize(
    "url", ["postgresql://someone:s3cret@127.0.0.1:1/x", "postgresql:///x?host=/nowhere&password=s3cret"]
)
async def test_unreachable_in_one_line_without_password(url: str) -> None:
    """A server that does not answer is named by its place, with what to check and never its password."""
    with pytest.raises(Unreachable) as caught:
        async with open_pool(url):
            pass
    assert "s3cret" not in str(caught.value)
    assert "check" in str(caught.value)
    assert caught.value.__suppress_context__


def test_commands(empty_database_url: str) -> None:
    """`status` and `migrate` say what is and what was done, as text and as JSON, by their exit codes too."""
    before = jobs("status", url=empty_database_url)
    assert (before.returncode, before.stdout) == (1, f"schema is at 0, needed is {NEWEST}; to apply: {TITLES}\n")
    done = jobs("migrate", url=empty_database_url)
    applied = [f"applied {title}" for title in TITLES.split(", ")]
    assert (done.returncode, done.stdout.splitlines()) == (0, [*applied, f"schema is at {NEWEST}"])
    again = jobs("migrate", "--json", url=empty_database_url)
    assert (again.returncode, json.loads(again.stdout)) == (0, {"applied": [], "at": NEWEST})
    after = jobs("status", "--json", url=empty_database_url)
    assert (after.returncode, json.loads(after.stdout)["pending"]) == (0, [])


@pytest.mark.parametrize(
    ("url", "code"),
    [(None, 2), ("mysql://x", 2), ("postgresql://u:s3cret@h:port/x", 2), ("postgresql://u:s3cret@127.0.0.1:1/x", 3)],
)
def test_bad_settings(url: str | None, code: int) -> None:
    """A missing or wrong DATABASE_URL ends with one line and the exit code for it."""
    ended = jobs("migrate", url=url)
    assert ended.returncode == code
    assert len(ended.stderr.splitlines()) == 1
    assert "s3cret" not in ended.stderr
