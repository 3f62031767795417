"""A connector's secrets on their whole way, with everything going wrong: they are found nowhere but at their source."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from urllib.parse import parse_qs

import msgspec
import pytest

from engine import JobStatus, Settings
from jobs import app, get_job_status
from jobs.connectors.addresses import ALLOW_VARIABLE
from jobs.connectors.guard import allow_address_of
from jobs.credentials import Place, Vault, new_key
from jobs.simulator import Fault, connector_settings, tokens
from jobs.simulator.listener import Listener, Request, Response
from tests.support.canary import Canaries, postgres_contents, redis_contents
from tests.support.ingestion import KEYS, Bench, open_bench
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

    async def say(self, *words: str, stdin: str = "") -> Said:
        """The ended command `python -m jobs`."""
        self.said.append(await self._say(*words, stdin=stdin))
        return self.said[-1]

    async def add(self, connector: str, number: int, **settings: str) -> None:
        """A connector that has the secrets."""
        given = connector_settings(self.bench.simulator.url) | settings
        words = ["connectors", "add", "t2", "google", f"accounts/1/locations/{number}", "--name", "x"]
        words += ["--id", connector, *(word for key, text in given.items() for word in ("--setting", f"{key}={text}"))]
        added = await self.say(*words, "--credentials-file", "-", stdin=msgspec.json.encode(self.credentials).decode())
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
    database_url: str, redis_url: str, prefix: str, jobs_command: Say, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Aviary]:
    canaries = Canaries.fresh()
    monkeypatch.setattr(tokens, "REFRESH_TOKEN", canaries.refresh_token)
    monkeypatch.setattr(tokens, "CLIENT_SECRET", canaries.client_secret)
    async with open_bench(database_url, locations=0, reviews=0) as bench, Listener(echo) as hostile:
        url = f"http://127.0.0.1:{hostile.port}"
        allowed = ",".join((*allow_address_of(bench.simulator.url).values(), *allow_address_of(url).values()))
        env = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ENGINE_PREFIX": prefix, ALLOW_VARIABLE: allowed}
        for name, value in (env | KEYS).items():
            monkeypatch.setenv(name, value)
        with scratch() as directory:
            theatre = Theatre(redis_url, prefix, directory)
            theatre.env |= env | KEYS | {"ENGINE_APP": "jobs:app", "LOG_LEVEL": "trace"}
            yield Aviary(bench, canaries, url, theatre, jobs_command)
            theatre.close()
