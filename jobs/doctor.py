"""What `python -m engine doctor` looks at besides Redis: the database, its schema, and the key of credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import asyncpg

from engine import Finding, SettingError, Unreachable, read_environment
from jobs.credentials import KEY_VARIABLE, OLD_KEYS_VARIABLE, CredentialsUnreadable, Place, Vault, is_plain
from jobs.database import Connection, SchemaState, connect, database_url, schema_state

_STORED = "SELECT id, tenant_id, credentials FROM connectors WHERE credentials IS NOT NULL ORDER BY id"
_REKEY = "python -m jobs connectors rekey"


async def check_database() -> list[Finding]:
    """PostgreSQL answers, its schema is the one that is needed, and every stored credential can be opened."""
    env = read_environment()
    try:
        url = database_url(env)
        async with connect(url) as connection:
            state = await schema_state(connection)
            stored = [(Place(row[1], row[0]), row[2]) for row in await _stored(connection, state)]
    except SettingError as error:
        mend = "export DATABASE_URL=postgresql://user:password@host:5432/database   # or write it into .env.local"
        return [Finding("fail", "database", f"{error}", mend)]
    except Unreachable as error:
        return [Finding("fail", "database", f"{error}", "psql \"$DATABASE_URL\" -c 'SELECT 1'")]
    except asyncpg.PostgresError as error:
        text = f"PostgreSQL refuses to be read: {type(error).__name__}"
        return [Finding("fail", "database", text, "psql \"$DATABASE_URL\" -c '\\dp'   # what may the user read?")]
    return [judge_schema(state), *judge_credentials(stored, env)]


async def _stored(connection: Connection, state: SchemaState) -> list[asyncpg.Record]:
    return await connection.fetch(_STORED) if state.current else []


def judge_schema(state: SchemaState) -> Finding:
    """Whether the schema is the one that this program needs."""
    if state.current:
        return Finding("ok", "database", f"the schema is at {state.at}, as needed")
    if state.changed:
        text = f"migrations are not what was applied to this database: {', '.join(state.changed)}"
        return Finding(
            "fail", "database", text, "git checkout -- jobs/database/migrations   # put changes into a new one"
        )
    if state.pending:
        text = f"the schema is at {state.at}, workers need {state.needs} and refuse to start"
        return Finding("fail", "database", text, "python -m jobs migrate")
    text = f"the schema is at {state.at}, newer than {state.needs}, which this program knows"
    return Finding("fail", "database", text, "git pull && make setup   # a newer worker")


def judge_credentials(stored: Sequence[tuple[Place, str]], env: Mapping[str, str]) -> list[Finding]:
    """Whether the environment's keys open every stored credential, and none is stored in clear or under an old key."""
    if not stored:
        return []
    try:
        vault = Vault.read(env)
    except SettingError as error:
        return [Finding("fail", "credentials", f"{error}", f"export {KEY_VARIABLE}=…   # 64 hexadecimal digits")]
    plain = [place for place, text in stored if is_plain(text)]
    closed = [why for place, text in stored if not is_plain(text) and (why := _unreadable(vault, text, place))]
    older = [text for _, text in stored if not vault.is_current(text)]
    found: list[Finding] = []
    if plain:
        text = f"stored unencrypted: those of {len(plain)} connectors, {plain[0].connector_id} first"
        found.append(Finding("fail", "credentials", text, _REKEY))
    if closed:
        variable = OLD_KEYS_VARIABLE if env.get(KEY_VARIABLE) else KEY_VARIABLE
        mend = f"export {variable}=…   # the key that they were encrypted with"
        found.append(Finding("fail", "credentials", f"{len(closed)} of {len(stored)} do not open: {closed[0]}", mend))
    if older and not found:
        text = f"{len(older)} of {len(stored)} open, but with an older key or in the web application's form"
        found.append(Finding("ok", "credentials", text))
    return found or [Finding("ok", "credentials", f"all {len(stored)} open with the key of {KEY_VARIABLE}")]


def _unreadable(vault: Vault, text: str, place: Place) -> str:
    try:
        vault.open(text, place)
    except CredentialsUnreadable as error:
        return f"{error}"
    return ""
