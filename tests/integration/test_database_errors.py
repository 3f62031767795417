"""What PostgreSQL refuses, told without what was to be stored."""

from __future__ import annotations

import asyncpg
import pytest

from engine import EngineError, SettingError, Unreachable
from jobs.commands.command import open_database
from jobs.database import Pool, open_pool, without_rows

pytestmark = pytest.mark.anyio
_TABLE = "CREATE TABLE narrow (word text CHECK (word = 'ok'), number integer)"


async def refused(pool: Pool, statement: str, value: object) -> str:
    """The text of the error that the statement raises inside `without_rows`."""
    with pytest.raises(asyncpg.PostgresError) as caught, without_rows():
        await pool.execute(statement, value)
    return f"{caught.value}"


async def test_an_error_quotes_no_row(database_url: str) -> None:
    """Neither a row that breaks a rule nor a value of the wrong kind is in the error's text; what is wrong is."""
    async with open_pool(database_url, most=1) as pool:
        await pool.execute(_TABLE)
        broken = await refused(pool, "INSERT INTO narrow (word) VALUES ($1)", "s3cret")
        not_sent = await refused(pool, "INSERT INTO narrow (number) VALUES ($1)", "s3cret")
        not_read = await refused(pool, "INSERT INTO narrow (number) VALUES ($1::text::integer)", "s3cret")
    assert "narrow_word_check" in broken
    assert "invalid input for query argument $1" in not_sent
    assert "invalid input syntax for type integer" in not_read
    assert "s3cret" not in f"{broken}{not_sent}{not_read}"


@pytest.mark.parametrize(
    ("statement", "value", "kind", "says"),
    [
        ("INSERT INTO narrow (word) VALUES ($1)", "s3cret", EngineError, "narrow_word_check"),
        ("SELECT $1::text", "s3cret\0", SettingError, "write it in UTF-8, without U\\+0000"),
        ("SELECT $1::text", "s3cret\udcff", SettingError, "write it in UTF-8, without U\\+0000"),
        ("SELECT pg_terminate_backend(pg_backend_pid()), $1::text", "s3cret", Unreachable, "check that it runs"),
    ],
)
async def test_commands_tell_it_in_a_line(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    value: str,
    kind: type[EngineError],
    says: str,
) -> None:
    """What goes wrong while a command works becomes an error of one line with its exit code, without the value."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    async def work() -> None:
        async with open_database() as connection:
            await connection.execute(_TABLE)
            await connection.execute(statement, value)

    with pytest.raises(kind, match=says) as caught:
        await work()
    assert type(caught.value) is kind
    assert "s3cret" not in f"{caught.value}"
    assert "\n" not in f"{caught.value}"
