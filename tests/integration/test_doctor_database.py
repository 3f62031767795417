"""The doctor on Pick'd's database: where it cannot be reached, is of another schema, or keeps what no key opens."""

from __future__ import annotations

import msgspec
import pytest

from engine import Finding
from jobs import app
from jobs.credentials import KEY_VARIABLE, Place, Vault, new_key
from jobs.database import SchemaState, connect
from jobs.doctor import check_database, judge_credentials, judge_schema
from tests.support.ingestion import KEYS, VAULT
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
ROW = Place("t1", "c1")
PLAIN = '{"refreshToken": "canary"}'
_ADD = "INSERT INTO connectors (id, tenant_id, source_type, name, credentials) VALUES ('c1', 't1', 'GOOGLE', 'c', $1)"


async def look(monkeypatch: pytest.MonkeyPatch, url: str | None, **env: str) -> list[Finding]:
    """What the check finds in this environment; whatever is not ok has a command."""
    for name in ("DATABASE_URL", KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    for name, value in (env if url is None else {"DATABASE_URL": url, **env}).items():
        monkeypatch.setenv(name, value)
    found = await check_database()
    assert all(bool(one.mend) is (one.level != "ok") for one in found)
    return found


def test_the_doctor_runs_it() -> None:
    """`python -m engine doctor` looks at the database too."""
    assert app.checks == [check_database]


async def test_a_database_that_is_in_order(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A migrated database without credentials is fine."""
    (found,) = await look(monkeypatch, database_url)
    assert (found.level, "as needed" in found.text) == ("ok", True)


async def test_a_database_that_is_not_migrated(monkeypatch: pytest.MonkeyPatch, empty_database_url: str) -> None:
    """An empty database is told with the command that migrates it."""
    (found,) = await look(monkeypatch, empty_database_url)
    assert (found.level, found.mend) == ("fail", "python -m jobs migrate")


async def test_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """No URL, a wrong one and a server that does not answer: one finding each, without the password."""
    (missing,) = await look(monkeypatch, None)
    assert (missing.level, "DATABASE_URL is not set" in missing.text) == ("fail", True)
    (away,) = await look(monkeypatch, "postgresql://u:secret@127.0.0.1:1/db")
    assert (away.level, "does not answer" in away.text, "secret" in repr(away)) == ("fail", True, False)
    (strange,) = await look(monkeypatch, "mysql://u:secret@h/db")
    assert (strange.level, "postgresql://" in strange.mend, "secret" in repr(strange)) == ("fail", True, False)


async def test_credentials_without_their_key(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A stored credential that the environment's key does not open fails the check; its own key mends it."""
    async with connect(database_url) as connection:
        await connection.execute("INSERT INTO organisations (id, name) VALUES ('o1', 'O')")
        await connection.execute("INSERT INTO tenants (id, organisation_id, name, slug) VALUES ('t1', 'o1', 'T', 't')")
        await connection.execute(_ADD, VAULT.seal(msgspec.json.decode(PLAIN), ROW))
    for key, variable in (("", KEY_VARIABLE), ("short", KEY_VARIABLE), (new_key(), f"{KEY_VARIABLE}_OLD")):
        schema, keys = await look(monkeypatch, database_url, **({KEY_VARIABLE: key} if key else {}))
        assert (schema.level, keys.level) == ("ok", "fail")
        assert keys.mend.startswith(f"export {variable}=")
    _, keys = await look(monkeypatch, database_url, **KEYS)
    assert (keys.level, "all 1 open" in keys.text) == ("ok", True)


def test_credentials() -> None:
    """What is stored in clear is told with the command that encrypts it, and none of it is shown."""
    assert judge_credentials([], {}) == []
    (plain,) = judge_credentials([(ROW, PLAIN)], KEYS)
    assert (plain.level, plain.mend) == ("fail", "python -m jobs connectors rekey")
    assert "canary" not in repr(plain)
    other = Vault.read({KEY_VARIABLE: new_key()}).seal({}, ROW)
    assert [one.level for one in judge_credentials([(ROW, PLAIN), (ROW, other)], KEYS)] == ["fail", "fail"]
    newer = {KEY_VARIABLE: new_key(), "CONNECTOR_ENCRYPTION_KEY_OLD": KEYS[KEY_VARIABLE]}
    (older,) = judge_credentials([(ROW, VAULT.seal({}, ROW))], newer)
    assert (older.level, "older key" in older.text) == ("ok", True)


@pytest.mark.parametrize(
    ("at", "pending", "changed", "level", "mend"),
    [
        (2, (), (), "ok", ""),
        (1, ("0002_x",), (), "fail", "python -m jobs migrate"),
        (2, (), ("0001_x",), "fail", "git checkout -- jobs/database/migrations"),
        (3, (), (), "fail", "git pull && make setup"),
    ],
)
def test_schema(at: int, pending: tuple[str, ...], changed: tuple[str, ...], level: str, mend: str) -> None:
    """Older, changed and newer schemas each have their command."""
    found = judge_schema(SchemaState(at, 2, pending, changed))
    assert (found.level, found.mend.partition("   #")[0]) == (level, mend)
