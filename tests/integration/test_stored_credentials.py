"""Credentials in PostgreSQL: what the worker does with them, and how they come under a new key."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import msgspec
import pytest

from engine.types import Fail
from jobs.credentials import Place, Vault, new_key
from jobs.database import connect, migrate, migrations
from jobs.simulator import connector_credentials
from tests.support.ingestion import KEYS, VAULT, Bench, open_bench
from tests.support.jobs_cli import Say, jobs_command
from tests.support.loops import one_loop

__all__ = ["jobs_command"]

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
((KEY_NAME, KEY),) = KEYS.items()
PLACE = Place("t1", "c1")


@pytest.fixture
async def bench(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Bench]:
    monkeypatch.chdir(tmp_path)  # no .env.local of a developer
    monkeypatch.setenv("DATABASE_URL", database_url)
    async with open_bench(database_url, reviews=5) as bench:
        yield bench


async def store(bench: Bench, connector: str, stored: str | None) -> None:
    """The connector has this text for its credentials."""
    await bench.pool.execute("UPDATE connectors SET credentials = $2 WHERE id = $1", connector, stored)


async def stored_of(bench: Bench, connector: str = "c1") -> str:
    """What stands in the connector's row."""
    text: str = await bench.pool.fetchval("SELECT credentials FROM connectors WHERE id = $1", connector)
    return text


async def store_plain(bench: Bench, connector: str) -> None:
    """The connector's credentials are as rows of before the first key had them."""
    await bench.pool.execute("ALTER TABLE connectors DISABLE TRIGGER credentials_are_encrypted")
    await store(bench, connector, msgspec.json.encode(connector_credentials()).decode())
    await bench.pool.execute("ALTER TABLE connectors ENABLE TRIGGER credentials_are_encrypted")


async def test_a_worker_without_the_key(bench: Bench) -> None:
    """A job whose credentials cannot be opened fails at once with what to set; the connector shows it too."""
    bench.resources = msgspec.structs.replace(bench.resources, vault=Vault())
    ran = await bench.ingest()
    assert isinstance(ran.outcome, Fail)
    assert "CONNECTOR_ENCRYPTION_KEY is not set" in ran.outcome.failure.message
    row = await bench.row("SELECT status, error_count, error_message FROM connectors WHERE id = 'c1'")
    assert (row["status"], row["error_count"]) == ("ERROR", 1)
    assert row["error_message"] == ran.outcome.failure.message
    assert await bench.pool.fetchval("SELECT error_type FROM ingestion_errors") == "AUTH_FAILURE"


async def test_moved_credentials_do_not_open(bench: Bench) -> None:
    """Credentials that were copied into another connector's row are refused there."""
    await store(bench, "c2", await stored_of(bench, "c1"))
    ran = await bench.ingest("c2")
    assert isinstance(ran.outcome, Fail)
    assert "sealed for another connector" in ran.outcome.failure.message


async def test_unencrypted_credentials(bench: Bench, jobs_command: Say) -> None:
    """Unencrypted credentials are not used; a rekey encrypts them, and then they are."""
    await store_plain(bench, "c1")
    ran = await bench.ingest()
    assert isinstance(ran.outcome, Fail)
    assert "run `python -m jobs connectors rekey`" in ran.outcome.failure.message
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_NAME, KEY)
        assert (await jobs_command("connectors", "rekey", "--json")).json["rekeyed"] == ["c1"]
    assert VAULT.open(await stored_of(bench), PLACE) == connector_credentials()
    assert (await bench.ingest()).result is not None


async def test_unencrypted_credentials_are_not_taken(bench: Bench) -> None:
    """PostgreSQL itself refuses unencrypted credentials, by an error that quotes nothing of the row."""
    for text in ('{"apiKey": "s3cret"}', "s3cret", "", "v1.0000.s3cret"):
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await store(bench, "c1", text)
        assert "s3cret" not in f"{caught.value}"
    await store(bench, "c1", None)


async def test_a_rekey(bench: Bench, monkeypatch: pytest.MonkeyPatch, jobs_command: Say) -> None:
    """A rekey puts everything that it can read under the new key, and names what it cannot read."""
    new = new_key()
    monkeypatch.setenv(KEY_NAME, new)
    refused = await jobs_command("connectors", "rekey")
    assert refused.code == 1
    assert "left as it was: the credentials of connector c1 were encrypted with key" in refused.error
    before = await stored_of(bench)
    monkeypatch.setenv("CONNECTOR_ENCRYPTION_KEY_OLD", KEY)
    done = await jobs_command("connectors", "rekey")
    assert (done.code, done.out) == (0, "2 encrypted with the key of CONNECTOR_ENCRYPTION_KEY, 0 were already\n")
    assert await stored_of(bench) != before
    monkeypatch.delenv("CONNECTOR_ENCRYPTION_KEY_OLD")
    again = await jobs_command("connectors", "rekey", "--json")
    assert (again.code, again.json) == (0, {"rekeyed": [], "unchanged": 2, "unreadable": {}})
    opened = Vault.read({KEY_NAME: new}).open(await stored_of(bench), PLACE)
    assert opened == connector_credentials()


async def test_a_rekey_needs_a_key(bench: Bench, monkeypatch: pytest.MonkeyPatch, jobs_command: Say) -> None:
    """Without a key, and with a bad one, a rekey ends with 2 and changes nothing."""
    before = await stored_of(bench)
    for key in ("", "abc"):
        monkeypatch.setenv(KEY_NAME, key)
        said = await jobs_command("connectors", "rekey")
        assert (said.code, "CONNECTOR_ENCRYPTION_KEY is not" in said.error) == (2, True)
    assert await stored_of(bench) == before


async def test_a_new_key_is_a_line_for_the_environment(jobs_command: Say) -> None:
    """`connectors key` prints another key each time, in the form that .env.local takes."""
    first, second = await jobs_command("connectors", "key"), await jobs_command("connectors", "key", "--json")
    name, _, key = first.out.strip().partition("=")
    assert (name, len(key)) == (KEY_NAME, 64)
    assert second.json[KEY_NAME] != key


async def test_a_migration_of_older_rows(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, jobs_command: Say
) -> None:
    """`migrate` keeps what older rows hold: encrypted where there is a key, else it says what to do."""
    monkeypatch.setenv("DATABASE_URL", empty_database_url)
    async with connect(empty_database_url) as connection:
        await migrate(connection, migrations()[:1])
        await connection.execute(
            "INSERT INTO organisations (id, name) VALUES ('o1', 'One');"
            "INSERT INTO tenants (id, organisation_id, name, slug) VALUES ('t1', 'o1', 'First', 'first');"
            "INSERT INTO connectors (id, tenant_id, source_type, name, credentials)"
            " VALUES ('c1', 't1', 'GOOGLE', 'x', '{\"apiKey\": \"s3cret\"}'), ('c2', 't1', 'GOOGLE', 'y', '{}')"
        )
        without = await jobs_command("migrate")
        assert (without.code, "1 connectors still have unencrypted credentials" in without.error) == (0, True)
        monkeypatch.setenv(KEY_NAME, KEY)
        assert (await jobs_command("migrate")).error == ""
        rows = await connection.fetch("SELECT credentials FROM connectors ORDER BY id")
    assert VAULT.open(rows[0]["credentials"], PLACE) == {"apiKey": "s3cret"}
    assert rows[1]["credentials"] is None
