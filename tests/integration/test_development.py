"""`make dev`: one command after which a job runs, and nothing is left when it ends."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.owner import descendants, gone
from tests.support.servers import scratch
from tests.support.wait import eventually_sync
from tests.support.workers import WorkerProcess, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
PAYLOAD = '{"tenantId":"demo-gardens","connectorId":"gardens-restaurant"}'


@contextmanager
def development(directory: Path, env: Mapping[str, str], *, ready: bool = True) -> Generator[WorkerProcess]:
    """The command, its worker ready unless told otherwise; killed at the end if it still runs."""
    command = [sys.executable, "-m", "jobs.development", "--directory", "dev", "--reviews", "30"]
    log = directory / "out.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=dict(env), cwd=directory, stdout=output, stderr=output)
    started = WorkerProcess(process, "development", log)
    try:
        if ready:
            started.await_line("ready worker=", within_s=50)
        yield started
    except BaseException:
        print(started.text())  # noqa: T201 - pytest shows it if the test failed
        raise
    finally:
        started.kill()


def exported(path: Path) -> dict[str, str]:
    """The variables that a shell has which reads the file."""
    pairs: list[list[str]] = [shlex.split(line)[1].split("=", 1) for line in path.read_text().splitlines()]
    return dict(pairs)


def test_a_job_runs_and_nothing_is_left() -> None:
    """With nothing configured: what it prints leads to a completed ingest, and Ctrl-C ends every process of it."""
    with scratch() as directory:
        directory.chmod(0o755)
        with development(directory, environment()) as started:
            assert "starting Valkey and PostgreSQL in dev" in started.text()
            told = started.await_line("-m engine enqueue ingest_reviews")
            assert shlex.split(told)[5:] == [PAYLOAD, "--wait"]
            kept = directory / "dev" / "environment"
            assert kept.stat().st_mode & 0o077 == 0, "there is a key in it"
            env = environment(**exported(kept), ENGINE_APP="jobs:app")
            words = [sys.executable, *shlex.split(told)[1:], "--json"]
            done = subprocess.run(
                words, env=env, cwd=directory, capture_output=True, text=True, timeout=50, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert json.loads(done.stdout)["returnvalue"]["reviewsCreated"] == 30
            assert started.await_record(event="complete")["tenantId"] == "demo-gardens"
            pids = descendants(started.pid)
            assert len(pids) >= 7, "two servers with their guards, a simulator, who watches, a worker"
            started.signal(signal.SIGINT)
            assert started.wait() == 0
            eventually_sync(lambda: all(gone(pid) for pid in pids))
            assert "nothing is left running" in started.text().splitlines()[-1]


def test_configured_servers_are_used_and_the_end_of_a_part_is_an_error(
    redis_url: str, database_url: str, prefix: str
) -> None:
    """No server is started beside those that are named; when the simulator dies, all ends with 1 and says why."""
    configured = {"REDIS_URL": redis_url, "DATABASE_URL": database_url, "ENGINE_PREFIX": prefix}
    with scratch() as directory, development(directory, environment(**configured)) as started:
        assert "starting" not in started.text().partition("migrated")[0]
        pids = descendants(started.pid)
        (simulator,) = [pid for pid in pids if b"jobs.simulator" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(simulator, signal.SIGKILL)
        assert started.wait() == 1
        assert "error: the simulator ended (killed by SIGKILL): everything is stopped" in started.text()
        eventually_sync(lambda: all(gone(pid) for pid in pids))


def test_a_configured_server_that_is_away(database_url: str) -> None:
    """It is named, with what to do, and nothing is left of what had been started."""
    configured = {"REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": database_url}
    with scratch() as directory, development(directory, environment(**configured), ready=False) as started:
        assert started.wait() == 3
        assert "or leave out REDIS_URL and REDIS_HOST to have one started" in started.text().splitlines()[-1]


@pytest.mark.parametrize(
    ("named", "other"), [("REDIS_URL", "DATABASE_URL"), ("DATABASE_URL", "REDIS_URL")], ids=["redis", "database"]
)
def test_one_configured_server_is_refused(named: str, other: str, redis_url: str, database_url: str) -> None:
    """With one's own Redis and somebody's database, or the reverse, jobs would fail and runs be called dead."""
    urls = {"REDIS_URL": redis_url, "DATABASE_URL": database_url}
    with scratch() as directory, development(directory, environment(**{named: urls[named]}), ready=False) as started:
        assert started.wait() == 2
        assert f"error: {named} is set and {other} is not" in started.text()
