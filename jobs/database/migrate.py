"""The schema's versions: numbered SQL files, each applied once, in order, in a transaction of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

import asyncpg
from msgspec import Struct

from engine import StartRefused
from jobs.database.pool import Connection

COMMAND = "python -m jobs migrate"
_NAME = re.compile(r"(\d{4})_(\w+)\.sql", re.ASCII)
_LOCK = 7_429_051_338
"""Only one process migrates at a time; the number is ours in pg_advisory_lock."""


class Migration(Struct, frozen=True):
    """One SQL file."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.replace("\r\n", "\n").encode()).hexdigest()


class SchemaState(Struct, frozen=True, rename="camel"):
    """Where a database's schema is, and where this program needs it."""

    at: int
    needs: int
    pending: tuple[str, ...]
    changed: tuple[str, ...]
    """Files that are no longer what was applied."""

    @property
    def current(self) -> bool:
        """Whether the schema is exactly the one that is needed."""
        return self.at == self.needs and not self.pending and not self.changed


@cache
def migrations() -> tuple[Migration, ...]:
    """Every migration of this program, in order; they are numbered 1, 2, 3 without a gap."""
    folder = files("jobs.database") / "migrations"
    named = [(match, file) for file in folder.iterdir() if (match := _NAME.fullmatch(file.name))]
    found = sorted(
        (Migration(int(match[1]), match[2], file.read_text("utf-8")) for match, file in named),
        key=lambda migration: migration.version,
    )
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise RuntimeError("the migrations of jobs.database are not numbered 1, 2, 3 …")
    return tuple(found)


async def schema_state(connection: Connection, files: Sequence[Migration] | None = None) -> SchemaState:
    """Where the schema is, against these files (default: this program's); writes nothing."""
    applied = await _applied(connection)
    known = migrations() if files is None else files
    return SchemaState(
        at=max(applied, default=0),
        needs=len(known),
        pending=tuple(_title(one) for one in known if one.version not in applied),
        changed=tuple(_title(one) for one in known if applied.get(one.version, one.checksum) != one.checksum),
    )


async def check_schema(connection: Connection) -> None:
    """The schema is the one that this program needs; else StartRefused says what to do."""
    state = await schema_state(connection)
    _refuse_strange(state)
    if state.pending:
        raise StartRefused(f"schema is at {state.at}, this worker needs {state.needs}: run `{COMMAND}`")


async def migrate(connection: Connection, files: Sequence[Migration] | None = None) -> list[str]:
    """Every file (default: this program's) is applied; gives the titles of those that this call applied.

    Two processes that migrate at once wait for one another. A file that fails leaves nothing behind, and those
    before it stay.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        known = migrations() if files is None else files
        _refuse_strange(await schema_state(connection, known))
        applied = await _applied(connection)
        due = [migration for migration in known if migration.version not in applied]
        for migration in due:
            await _apply(connection, migration)
        return [_title(migration) for migration in due]
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _apply(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            " version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        try:
            await connection.execute(migration.sql)
        except asyncpg.PostgresError as error:
            raise StartRefused(f"migration {_title(migration)} failed and left nothing behind: {error}") from error
        await connection.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            migration.version,
            migration.name,
            migration.checksum,
        )


async def _applied(connection: Connection) -> dict[int, str]:
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return {}
    rows = await connection.fetch("SELECT version, checksum FROM schema_migrations ORDER BY version")
    return {row["version"]: row["checksum"] for row in rows}


def _refuse_strange(state: SchemaState) -> None:
    if state.at > state.needs:
        raise StartRefused(f"schema is at {state.at}, this worker knows {state.needs}: update the worker")
    if state.changed:
        raise StartRefused(
            f"migration {state.changed[0]} is not what was applied to this database: restore the file, "
            "and put the change into a new migration"
        )


def _title(migration: Migration) -> str:
    return f"{migration.version:04}_{migration.name}"
