"""`python -m jobs.development`: servers, migrations, a simulated source, and a worker that reloads its source.

Servers that the environment or .env.local names are used as they are; for what is missing it starts its own, which
keep their data in one directory. Ctrl-C ends everything that it started; so does the end of any part.
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import engine
import jobs
from engine import EngineError, Settings, Unreachable, read_environment
from jobs.app import app
from jobs.connectors.addresses import ALLOW_VARIABLE
from jobs.connectors.guard import allow_address_of
from jobs.credentials import Vault
from jobs.database import connect, database_url, migrate
from jobs.demo import tenants
from jobs.development.part import Part
from jobs.development.surroundings import Surroundings, missing_servers, start_missing, write_exports

AS_OF = date(2026, 10, 31)
"""The reviews' last day: fixed, so that they are the same ones on every day of work."""
LOOK_S = 0.2
_GRACE_S = 5.0


def main() -> int:
    """Everything was started, and has ended; 0 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m jobs.development", description=__doc__)
    parser.add_argument("--directory", type=Path, default=Path(".data/dev"), help="of the servers (default .data/dev)")
    parser.add_argument("--reviews", type=int, default=500, help="at each simulated location (default 500)")
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        run(arguments.directory, arguments.reviews)
    except EngineError as error:
        print(f"error: {engine.escape(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped; nothing is left running, the data stays", file=sys.stderr)
    return 0


def run(directory: Path, reviews: int) -> None:
    """Raises KeyboardInterrupt at Ctrl-C, or EngineError if a part could not be started or ended by itself."""
    configured = read_environment()
    with ExitStack() as stack:
        if missing := missing_servers(configured):
            say(f"starting {' and '.join(missing)} in {directory}")
        around = start_missing(stack, directory, configured)
        env = {**configured, **around.env, "ENGINE_APP": "jobs:app"}
        simulator = stack.enter_context(Part("simulator", _simulator(reviews), env, stop_s=5, told=True))
        url = simulator.first_line().split()[-1]
        allowed = _allow(url, env)
        asyncio.run(prepare(env, url))
        write_exports(directory / "environment", {**around.env, **allowed})
        _tell(directory, url)
        worker = stack.enter_context(Part("worker", _worker(), {**env, **allowed}, stop_s=_GRACE_S + 30))
        watch(around, [simulator, worker])


async def prepare(env: Mapping[str, str], simulator_url: str) -> None:
    """Redis answers, the schema is current, and there are tenants whose connectors read from the simulator."""
    try:
        async with app.connect(Settings.from_environment(env)) as client:
            await client.ping()
    except Unreachable as error:
        raise Unreachable(f"{error}: start it, or leave out REDIS_URL and REDIS_HOST to have one started") from error
    async with connect(database_url(env)) as connection:
        applied = await migrate(connection)
        say(f"migrated: {', '.join(applied) or 'nothing to do'}")
        if await connection.fetchval("SELECT count(*) FROM tenants WHERE id NOT LIKE 'demo-%'"):
            say("this database has tenants of its own: no simulated ones are added")
        else:
            await tenants.create(connection, simulator_url, Vault.read(env))


def watch(around: Surroundings, parts: list[Part]) -> None:
    """Raises EngineError as soon as a server or a part has ended."""
    while True:
        for part in parts:
            if part.ended is not None:
                raise EngineError(f"the {part.name} ended ({part.ended}): everything is stopped")
        for name, server in around.servers.items():
            if not server.alive():
                raise EngineError(f"{name} ended: everything is stopped; see {server.log}")
        time.sleep(LOOK_S)


def _simulator(reviews: int) -> list[str]:
    words = [sys.executable, "-m", "jobs.simulator", "--as-of", str(AS_OF), "--reviews", str(reviews)]
    return [*words, "--locations", str(tenants.LOCATIONS), "--businesses", str(tenants.BUSINESSES)]


def _worker() -> list[str]:
    folders = [str(Path(package.__path__[0])) for package in (engine, jobs)]
    words = [sys.executable, "-m", "engine", "run", "--reload", "--until-eof", "--grace", f"{_GRACE_S:g}"]
    return words + [word for folder in folders for word in ("--reload-dir", folder)]


def _allow(url: str, env: Mapping[str, str]) -> dict[str, str]:
    """Connectors may ask the simulator, beside what they may ask already."""
    (ours,) = allow_address_of(url).values()
    return {ALLOW_VARIABLE: ",".join(filter(None, [env.get(ALLOW_VARIABLE), ours]))}


def _tell(directory: Path, url: str) -> None:
    here, python = Path.cwd(), Path(sys.executable)
    python = python.relative_to(here) if python.is_relative_to(here) else python
    shell, branch = shlex.quote(str(python)), tenants.BRANCHES[0]
    payload = f'{{"tenantId":"{branch.id}","connectorId":"{next(iter(branch.connectors))}"}}'
    period = f'{{"tenantId":"{branch.id}","periodStart":"2026-08-01","periodEnd":"{AS_OF}"}}'
    say(
        f"simulated review sources at {url}; tenants: {', '.join(branch.id for branch in tenants.BRANCHES)}\n"
        f"\nin another terminal:\n"
        f"  . {shlex.quote(str(directory / 'environment'))}\n"
        f"  {shell} -m engine enqueue ingest_reviews '{payload}' --wait\n"
        f"  {shell} -m engine enqueue score_run '{period}' --wait\n"
        f"  {shell} -m jobs scores {branch.id}\n"
        f"\nthe worker follows; it starts anew when a file under engine/ or jobs/ changes. Ctrl-C ends everything\n"
    )


def say(text: str) -> None:
    """The line is printed at once, also into a file."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
