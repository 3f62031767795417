"""`python -m jobs tenants` and `connectors`: an operator's day without SQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import msgspec
import pytest

from engine import Settings
from engine.testing import drain
from jobs import app, get_job_status
from jobs.credentials import Place
from jobs.ingestion.connector import Claim
from jobs.ingestion.faults import StaleFence
from jobs.ingestion.finish import close_run
from jobs.ingestion.run import Failure, RunRequest, open_run, record_failure, take_over
from jobs.simulator import Fault, connector_credentials, connector_settings
from jobs.simulator.listener import Listener, Request, Response, json_response
from tests.support.ingestion import KEYS, LOOPBACK, VAULT, Bench, open_bench
from tests.support.jobs_cli import Say, jobs_command
from tests.support.loops import one_loop
from tests.support.wait import eventually

__all__ = ["jobs_command"]

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
CREDENTIALS = msgspec.json.encode(connector_credentials()).decode()
PLACE = Place("t1", "c1")
HERE = "accounts/1/locations/1"


@pytest.fixture
async def bench(
    database_url: str, redis_url: str, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Bench]:
    """The bench's servers are those that commands find in their environment."""
    monkeypatch.chdir(tmp_path)
    async with open_bench(database_url, reviews=60) as bench:
        env = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ENGINE_PREFIX": prefix}
        for name, value in (env | KEYS | LOOPBACK).items():
            monkeypatch.setenv(name, value)
        yield bench


def settings_of(bench: Bench, source_type: str = "GOOGLE") -> list[str]:
    """The words that make a connector read from the bench's simulator."""
    given = connector_settings(bench.simulator.url, source_type)
    return [word for key, value in given.items() for word in ("--setting", f"{key}={value}")]


async def work(say: Say, words: list[str], job_id: str) -> tuple[int, list[str]]:
    """The exit code and lines of a command that waits for this job, which a worker runs meanwhile."""
    waiting = asyncio.create_task(say(*words))
    async with app.connect(Settings.from_environment()) as client:
        await eventually(lambda: get_job_status(client, "ingest_reviews", job_id))
    await drain(app, ["ingest_reviews"], Settings.from_environment())
    said = await waiting
    return said.code, said.out.splitlines()


async def job_id_of(say: Say, connector: str) -> str:
    """The id of the connector's job of today, which a command has enqueued."""
    (ticket,) = (await say("connectors", "sync", connector, "--json")).json
    return str(ticket["jobId"])


async def test_from_nothing_to_reviews(bench: Bench, jobs_command: Say) -> None:
    """A tenant and its connector are added, checked, synced and listed, each by one command."""
    added = await jobs_command(
        "tenants", "add", "new", "--name", "New", "--organisation", "o9", "--organisation-name", "Nine"
    )
    assert (added.code, added.error) == (0, "")
    words = ["connectors", "add", "new", "google", HERE, "--name", "Main", "--id", "n1", *settings_of(bench)]
    assert (await jobs_command(*words, "--credentials-file", "-", stdin=CREDENTIALS)).code == 0
    checked = await jobs_command("connectors", "check", "n1")
    assert checked.out.startswith("n1: ok, 60 reviews, the newest of 2026-")
    job_id = await job_id_of(jobs_command, "n1")
    code, lines = await work(jobs_command, ["connectors", "sync", "n1", "--wait"], job_id)
    assert (code, lines[-1]) == (0, "n1  completed: 60 fetched, 60 created, 0 updated, 0 skipped, 0 errors")
    listed = await jobs_command("connectors", "list", "--tenant", "new", "--json")
    (line,) = listed.json
    assert (line["id"], line["status"], line["errorCount"], line["hasCredentials"]) == ("n1", "ACTIVE", 0, True)
    assert line["lastSyncedAt"] is not None
    tenants = await jobs_command("tenants", "list", "--organisation", "o9")
    assert tenants.out.splitlines()[1].split() == ["new", "o9", "New", "Africa/Johannesburg"]


async def test_a_sync_that_fails(bench: Bench, jobs_command: Say) -> None:
    """`sync --wait` of a connector whose access is gone ends with 1, and the list shows why."""
    bench.simulator.office.revoke()
    code, lines = await work(jobs_command, ["connectors", "sync", "c1", "--wait"], await job_id_of(jobs_command, "c1"))
    assert code == 1
    assert "the refresh token has expired or was revoked; connect the source again" in lines[-1]
    listed = await jobs_command("connectors", "list")
    shown = next(line for line in listed.out.splitlines() if line.startswith("c1 "))
    assert "ERROR" in shown
    assert "1: accounts/1/locations/1" in shown


async def test_a_sync_is_enqueued_once(bench: Bench, jobs_command: Say) -> None:
    """A second sync while the first waits is the same job, and says so where it asks for something else."""
    first = await jobs_command("connectors", "sync", "c1")
    second = await jobs_command("connectors", "sync", "c1")
    third = await jobs_command("connectors", "sync", "c1", "--full", "--max", "5")
    assert "c1: enqueued, ingest:t1:c1:" in first.out
    assert (second.error, "is waiting already" in second.out) == ("", True)
    assert "is waiting already with another payload, which stays" in third.error


async def test_a_check_of_each_kind_of_fault(bench: Bench, jobs_command: Say) -> None:
    """A check names the fault of each connector, goes on with the others and stores no review."""
    await bench.add_connector("c3", "t1", "accounts/1/locations/77")
    await bench.add_connector("c4", "t1", "accounts/1/locations/78", baseUrl="http://10.0.0.1:45000/v4")
    await bench.pool.execute("UPDATE connectors SET credentials = 'v1.00000000.AAAA' WHERE id = 'c2'")
    said = await jobs_command("connectors", "check", "c1", "c2", "c3", "c4")
    assert said.code == 1
    ok, locked, missing, refused = said.out.splitlines()
    assert ok.startswith("c1: ok, 60 reviews")
    assert locked.startswith("c2: AUTH_FAILURE: the credentials of connector c2 were encrypted with key 00000000")
    assert missing.startswith("c3: API_ERROR: accounts/1/locations/77: not found (404)")
    assert refused.startswith("c4: VALIDATION_ERROR: 10.0.0.1: refused, it leads to a private address")
    as_json = (await jobs_command("connectors", "check", "c2", "--json")).json
    assert as_json[0]["errorType"] == "AUTH_FAILURE"
    assert await bench.pool.fetchval("SELECT count(*) FROM reviews") == 0


async def test_a_check_keeps_what_it_refreshed(bench: Bench, jobs_command: Say) -> None:
    """A token that a check refreshed is stored, encrypted; one that others stored meanwhile is not overwritten."""
    credentials = "SELECT credentials FROM connectors WHERE id = 'c1'"
    before = await bench.pool.fetchval(credentials)
    assert (await jobs_command("connectors", "check", "c1")).code == 0
    refreshed = await bench.pool.fetchval(credentials)
    assert "accessToken" in VAULT.open(refreshed, PLACE)
    assert refreshed != before

    async def answer(_request: Request) -> Response:
        await bench.pool.execute("UPDATE connectors SET credentials = $1 WHERE id = 'c1'", before)
        return json_response(200, {"access_token": "another"})

    bench.simulator.office.expire()
    async with Listener(answer) as tokens:
        await jobs_command("connectors", "edit", "c1", "--setting", f"tokenUrl=http://127.0.0.1:{tokens.port}")
        assert (await jobs_command("connectors", "check", "c1")).code == 1
    assert await bench.pool.fetchval(credentials) == before


async def test_rate_limited_check(bench: Bench, jobs_command: Say) -> None:
    """A source that asks for patience is a failed check with its kind, not a wait."""
    bench.simulator.faults.add(Fault(kind="rate_limit", retry_after="60"))
    said = await jobs_command("connectors", "check", "c1")
    assert (said.code, said.out.split(":")[1].strip()) == (1, "RATE_LIMIT")


async def test_a_paused_connector_is_left_alone(bench: Bench, jobs_command: Say) -> None:
    """A paused connector is not enqueued, and goes on as it was after resume."""
    assert (await bench.ingest("c1")).result is not None
    assert (await jobs_command("connectors", "pause", "c1", "c2")).out == "c1 is PAUSED\nc2 is PAUSED\n"
    refused = await jobs_command("connectors", "sync", "c1", "c2")
    assert refused.code == 2
    assert "c1 is PAUSED, c2 is PAUSED: nothing was enqueued" in refused.error
    assert (await jobs_command("connectors", "resume", "c1", "c2")).out == "c1 is ACTIVE\nc2 is PENDING\n"
    await bench.pool.execute("UPDATE connectors SET status = 'DISCONNECTED' WHERE id = 'c2'")
    off = await jobs_command("connectors", "pause", "c1", "c2")
    assert (off.code, "c2 is disconnected" in off.error) == (2, True)
    assert await bench.pool.fetchval("SELECT status FROM connectors WHERE id = 'c1'") == "ACTIVE"


async def test_a_run_does_not_switch_its_connector_on(bench: Bench, jobs_command: Say) -> None:
    """A connector that is paused while a run reads it stays paused, whether the run ends well or not."""
    claim = Claim("t1", "c1", 1_000)
    asked = RunRequest(job_id="j", job_run=1, since=None, max_reviews=None, triggered_by_id=None, correlation_id=None)
    status = "SELECT status FROM connectors WHERE id = 'c1'"
    async with bench.pool.acquire() as connection:
        await take_over(connection, claim, "j")
        run = await open_run(connection, claim, asked)
        await jobs_command("connectors", "pause", "c1")
        await record_failure(connection, claim, run, Failure("UNKNOWN", "broken", final=False))
        assert await connection.fetchval(status) == "PAUSED"
        await close_run(connection, run)
        assert await connection.fetchval(status) == "PAUSED"


async def test_an_edit(bench: Bench, jobs_command: Say) -> None:
    """An edit changes what is given, keeps the rest, and passes the fence of who reads with what was before."""
    claim = Claim("t1", "c1", 1_000)
    async with bench.pool.acquire() as connection:
        await claim.take(connection)
    said = await jobs_command("connectors", "edit", "c1", "--name", "Other", "--setting", "overlapHours=12", "--json")
    assert (said.code, said.json["name"]) == (0, "Other")
    row = await bench.row("SELECT settings, credentials FROM connectors WHERE id = 'c1'")
    assert row["settings"] == connector_settings(bench.simulator.url) | {"overlapHours": 12}
    async with bench.pool.acquire() as connection, connection.transaction():
        with pytest.raises(StaleFence):
            await claim.hold(connection)
    new = await jobs_command("connectors", "edit", "c1", "--credentials-file", "-", stdin=CREDENTIALS)
    assert new.code == 0
    assert await bench.pool.fetchval("SELECT credentials FROM connectors WHERE id = 'c1'") != row["credentials"]
    assert (await bench.ingest("c1")).result is not None


async def test_a_name_changes_whatever_the_credentials(bench: Bench, jobs_command: Say) -> None:
    """A new name needs no key; a list shows the settings, but no value whose name sounds like a secret."""
    odd = {"deep": [{"api_key": "s3cret"}], "tokenUrl": "https://t.example"}
    sealed = "v1.00000000.AAAA"
    await bench.pool.execute("UPDATE connectors SET credentials = $1, settings = $2 WHERE id = 'c1'", sealed, odd)
    assert (await jobs_command("connectors", "edit", "c1", "--name", "Other")).code == 0
    listed = await jobs_command("connectors", "list", "--json")
    (line,) = (one for one in listed.json if one["id"] == "c1")
    assert (line["name"], line["settings"]) == ("Other", odd | {"deep": [{"api_key": "…"}]})


ADD = ("connectors", "add", "t1", "google", "accounts/9/locations/9", "--name", "X")


BAD: list[tuple[tuple[str, ...], str, str]] = [
    (("tenants", "add", "t 3", "--name", "X", "--organisation", "o1"), "", "tenant id 't 3': use 1 to 100"),
    (("tenants", "add", "t3", "--name", " ", "--organisation", "o1"), "", "--name is empty"),
    (("tenants", "add", "t3", "--name", "X", "--organisation", "o2"), "", "no organisation o2"),
    (("tenants", "add", "t1", "--name", "X", "--organisation", "o1"), "", "tenant t1 is there already"),
    (
        ("tenants", "add", "t3", "--name", "X", "--organisation", "o1", "--slug", "first"),
        "",
        "slug first is there already",
    ),
    (
        ("tenants", "add", "t3", "--name", "X", "--organisation", "o1", "--timezone", "Mars/Base"),
        "",
        "no IANA name",
    ),
    (("connectors", "add", "t9", *ADD[3:]), "", "no tenant 't9'; the tenants: t1, t2"),
    (
        ("connectors", "add", "t1", "moon", "x", "--name", "X"),
        "",
        "no reviews can be fetched for source type 'MOON'",
    ),
    (("connectors", "add", "t1", "google", "here", "--name", "X"), "", "must look like accounts/1/locations/2"),
    (("connectors", "add", "t1", "google", HERE, "--name", "X"), "", "by connector c1 already: edit that one"),
    ((*ADD, "--id", "c1"), "", "connector c1 is there already"),
    ((*ADD, "--id", "a b"), "", "connector id 'a b'"),
    ((*ADD, "--setting", "mode"), "", "--setting is written KEY=VALUE"),
    ((*ADD, "--setting", "mode=other"), "", "GOOGLE has no mode 'other'"),
    ((*ADD, "--setting", "apiKey=s3cret"), "", "sounds like a secret"),
    ((*ADD, "--setting", "API_KEY=s3cret"), "", "sounds like a secret"),
    ((*ADD, "--setting", 'auth=[{"token":"s3cret"}]'), "", "sounds like a secret"),
    ((*ADD, "--settings-file", "-"), "[1]", "is no JSON object"),
    ((*ADD, "--settings-file", "-", "--credentials-file", "-"), "", "cannot both be '-'"),
    ((*ADD, "--settings-file", "nowhere.json"), "", "cannot be read (No such file or directory)"),
    ((*ADD, "--credentials-file", "-"), '"s3cret"', "is no JSON object"),
    ((*ADD, "--credentials-file", "-"), '{"s3cret": 1}', "holds other names"),
    ((*ADD, "--credentials-file", "-"), '{"accessToken": ["s3cret"]}', "credentials of accounts/9/locations/9"),
    ((*ADD, "--credentials-file", "-"), " " * 70_000, "holds more than 65,536 bytes"),
    (("connectors", "check", "c1", "nobody", "none"), "", "no connector nobody, none: see"),
    (("connectors", "edit", "nobody", "--name", "X"), "", "no connector nobody: see"),
    (("connectors", "edit", "c1"), "", "nothing to change: give --name"),
    (("connectors", "edit", "c1", "--setting", "baseUrl=ftp://x"), "", "baseUrl must be an http or https URL"),
    (("connectors", "sync", "c1", "--max", "0"), "", "maxReviews"),
    (("connectors", "list", "--tenant", "t9"), "", "no tenant 't9'"),
]


async def test_bad_input(bench: Bench, jobs_command: Say) -> None:
    """Each bad input ends with 2 and one line that says what to do, quotes no secret and changes nothing."""
    before = await bench.contents(("organisations", "tenants", "connectors"))
    for words, stdin, says in BAD:
        said = await jobs_command(*words, stdin=stdin)
        assert (said.code, said.out) == (2, ""), words
        assert says in said.error
        assert len(said.error.splitlines()) == 1
        assert "s3cret" not in said.error
    assert await bench.contents(("organisations", "tenants", "connectors")) == before


async def test_nothing_drives_the_terminal(bench: Bench, jobs_command: Say) -> None:
    """What a web user typed as a name, or a source as an error, is shown escaped in tables and in JSON."""
    evil = "\x1b]0;x\x07\u202e\x9b31m\x7f"
    await bench.pool.execute("UPDATE connectors SET name = $1, error_message = $1, error_count = 1", evil)
    table, data = await jobs_command("connectors", "list"), await jobs_command("connectors", "list", "--json")
    for said in (table, data):
        assert not set("\x1b\x07\x9b\x7f\u202e") & set(said.out)
    assert data.json[0]["name"] == evil
