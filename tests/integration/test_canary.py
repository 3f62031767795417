"""A connector's secrets on their whole way, with everything going wrong: they are found nowhere but at their source."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest

from engine import JobStatus, Settings
from jobs import app, get_job_status
from jobs.credentials import Place, Vault, new_key
from jobs.simulator import Fault, connector_settings, tokens
from jobs.simulator.listener import Listener, Request, Response
from tests.support.canary import Canaries, postgres_contents, redis_contents
from tests.support.ingestion import KEYS, LOOPBACK, Bench, open_bench
from tests.support.jobs_cli import Said, Say, jobs_command
from tests.support.servers import scratch
from tests.support.wait import eventually
from tests.support.workers import Theatre, WorkerProcess

__all__ = ["jobs_command"]

pytestmark = pytest.mark.anyio
((KEY_NAME, KEY),) = KEYS.items()


class Aviary:
    """A connector with secrets at the simulator, a real worker at its most talkative, and all that was printed."""

    def __init__(self, bench: Bench, canaries: Canaries, hostile: str, theatre: Theatre, say: Say) -> None:
        self.bench, self.canaries, self.hostile = bench, canaries, hostile
        self.theatre = theatre
        self.said: list[Said] = []
        self._say = say
        self.credentials = {
            "refreshToken": canaries.refresh_token,
            "clientId": tokens.CLIENT_ID,
            "clientSecret": canaries.client_secret,
            "apiKey": canaries.api_key,
        }

    def as_file(self, **other: str) -> str:
        """The credentials, with these instead, as an operator has them in a file."""
        return msgspec.json.encode(self.credentials | other).decode()

    async def say(self, *words: str, stdin: str = "") -> Said:
        """The ended command `python -m jobs`."""
        self.said.append(await self._say(*words, stdin=stdin))
        return self.said[-1]

    async def add(self, connector: str, number: int, **settings: str) -> None:
        """A connector that has the secrets."""
        given = connector_settings(self.bench.simulator.url) | settings
        words = ["connectors", "add", "t2", "google", f"accounts/1/locations/{number}", "--name", "x"]
        words += ["--id", connector, *(word for key, text in given.items() for word in ("--setting", f"{key}={text}"))]
        added = await self.say(*words, "--credentials-file", "-", stdin=self.as_file())
        assert added.code == 0, added.error

    async def tried(self, connector: str) -> JobStatus:
        """The job of a sync of the connector, whose first attempt has failed."""
        (ticket,) = (await self.say("connectors", "sync", connector, "--json")).json
        async with app.connect(Settings.from_environment()) as client:

            async def failed() -> JobStatus | None:
                status = await get_job_status(client, "ingest_reviews", ticket["jobId"])
                return status if status is not None and status.attempts else None

            status = await eventually(failed, within_s=20)
            await client.cancel("ingest_reviews", ticket["jobId"])
        return status

    async def everything(self, worker: WorkerProcess) -> dict[str, bytes]:
        """Every place where a secret could be found, with what is there."""
        settings = Settings.from_environment()
        printed = "\n".join(f"{said.out}{said.error}" for said in self.said)
        return {
            "the worker's log": worker.log.read_bytes(),
            "the commands' output": printed.encode(),
            "Redis": redis_contents(settings.redis_url, settings.prefix),
            "PostgreSQL": await postgres_contents(self.bench.pool),
        }


async def echo(request: Request) -> Response:
    """What a hostile source answers: its client's own words, wherever an answer has room for them."""
    if request.path == "/token":
        return Response(200, msgspec.json.encode({"access_token": "simulator-access-1", "expires_in": 3600}))
    said = f"{request.headers} {request.query} {request.body.decode()}"
    (secret,) = parse_qs(request.body.decode()).get("refresh_token", [request.headers.get("authorization", "")[7:]])
    body = msgspec.json.encode({"error": secret, "error_description": said, "reviews": said})
    headers = {"location": f"/{secret}", "set-cookie": f"token={secret}", "retry-after": secret, "x-said": secret}
    return Response(int(request.path.split("/")[1]), body, headers)


@pytest.fixture
async def aviary(
    database_url: str, redis_url: str, prefix: str, jobs_command: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Aviary]:
    canaries = Canaries.fresh()
    monkeypatch.chdir(tmp_path)  # no .env.local of a developer
    monkeypatch.setattr(tokens, "REFRESH_TOKEN", canaries.refresh_token)
    monkeypatch.setattr(tokens, "CLIENT_SECRET", canaries.client_secret)
    async with open_bench(database_url, locations=1, reviews=60) as bench, Listener(echo) as hostile:
        env = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ENGINE_PREFIX": prefix, **LOOPBACK, **KEYS}
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        with scratch() as directory:
            theatre = Theatre(redis_url, prefix, directory)
            theatre.env |= env | {"ENGINE_APP": "jobs:app", "LOG_LEVEL": "trace"}
            yield Aviary(bench, canaries, f"http://127.0.0.1:{hostile.port}", theatre, jobs_command)
            theatre.close()


async def test_nothing_shows_a_secret(aviary: Aviary) -> None:
    """No secret is in a log, an output, Redis or PostgreSQL after syncs that went well, failed, broke or crashed."""
    bench, say = aviary.bench, aviary.say
    await aviary.add("k1", 1)
    with aviary.theatre.worker("--queues", "ingest_reviews") as worker:
        await goes_well(aviary)
        await is_refused(aviary)
        await is_echoed(aviary)
        await breaks_in_the_database(aviary)
        bench.simulator.faults.add(Fault(kind="slow", delay_s=60))
        before = bench.simulator.requests["reviews"]
        await say("connectors", "sync", "k1", "--full")
        await eventually(lambda: bench.simulator.requests["reviews"] > before, within_s=20)
        worker.kill()
        for words in (("list",), ("list", "--json"), ("pause", "k1"), ("resume", "k1")):
            assert (await say("connectors", *words)).code == 0
        places = await aviary.everything(worker)
    found = {place: aviary.canaries.found_in(data) for place, data in places.items()}
    assert not any(found.values()), found
    assert b"AuthFailure" in places["the worker's log"]
    assert b"AuthFailure" in places["Redis"]
    sealed: str = await bench.pool.fetchval("SELECT credentials FROM connectors WHERE id = 'k1'")
    opened = Vault.read(KEYS).open(sealed, Place("t2", "k1"))
    assert aviary.canaries.found_in(msgspec.json.encode(opened)) == list(Canaries.__struct_fields__)


async def goes_well(aviary: Aviary) -> None:
    """Checks and syncs that succeed, and a change of the key."""
    assert (await aviary.say("connectors", "check", "k1")).code == 0
    assert (await aviary.say("connectors", "sync", "k1", "--wait")).code == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_NAME, new_key())
        patch.setenv("CONNECTOR_ENCRYPTION_KEY_OLD", KEY)
        assert (await aviary.say("connectors", "rekey")).code == 0
        assert (await aviary.say("connectors", "rekey", "--json")).code == 0
    assert (await aviary.say("connectors", "check", "k1")).code == 1  # the worker's key is another one now
    assert (await aviary.say("connectors", "sync", "k1", "--wait")).code == 1
    await aviary.say("connectors", "edit", "k1", "--credentials-file", "-", stdin=aviary.as_file())


async def is_refused(aviary: Aviary) -> None:
    """Credentials that cannot be used, a 401, and an answer that nobody can read."""
    broken = aviary.as_file(refreshToken=f"{aviary.canaries.refresh_token} é")
    assert (await aviary.say("connectors", "edit", "k1", "--credentials-file", "-", stdin=broken)).code == 2
    assert (await aviary.say("connectors", "edit", "k1", "--credentials-file", "-", stdin=broken[:-1])).code == 2
    aviary.bench.simulator.office.revoke()
    assert (await aviary.say("connectors", "check", "k1")).code == 1
    assert (await aviary.say("connectors", "sync", "k1", "--wait")).code == 1
    aviary.bench.simulator.office.restore()
    aviary.bench.simulator.faults.add(Fault(kind="garbage", on="token"))
    assert (await aviary.say("connectors", "check", "k1")).code == 1
    aviary.bench.simulator.faults.add(Fault(kind="garbage"))
    assert "BadAnswer" in (await aviary.tried("k1")).attempts[0].error


async def is_echoed(aviary: Aviary) -> None:
    """A source, and a token endpoint, that send back what they are sent."""
    url = aviary.hostile
    for number, status in enumerate((200, 302, 400, 403, 404, 429), 10):
        name = f"h{status}"
        await aviary.add(name, number, baseUrl=f"{url}/{status}", tokenUrl=f"{url}/token")
        assert (await aviary.say("connectors", "check", name)).code == 1
    await aviary.add("k2", 20, tokenUrl=f"{url}/400")
    await aviary.add("k3", 21, tokenUrl=f"{url}/200")
    assert (await aviary.say("connectors", "check", "k2", "k3", "--json")).code == 1
    assert (await aviary.say("connectors", "sync", "k2", "h403", "--wait")).code == 1


async def breaks_in_the_database(aviary: Aviary) -> None:
    """Every change of a connector's row is refused by PostgreSQL, whose errors quote the row."""
    pool = aviary.bench.pool
    aviary.bench.simulator.office.expire()
    await pool.execute("ALTER TABLE connectors ADD CONSTRAINT broken CHECK (name IS NULL) NOT VALID")
    assert (await aviary.say("connectors", "check", "k1")).code == 1
    assert (await aviary.say("connectors", "edit", "k1", "--credentials-file", "-", stdin=aviary.as_file())).code == 1
    status = await aviary.tried("k1")
    assert "CheckViolationError" in status.attempts[0].error
    assert "Failing row" not in status.attempts[0].error
    await pool.execute("ALTER TABLE connectors DROP CONSTRAINT broken")
