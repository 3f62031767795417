"""The embedded PostgreSQL: its data, its identity, and what it says when it cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from engine.embedded import EmbeddedError
from jobs.embedded import EmbeddedPostgres, start_embedded
from jobs.embedded.binaries import find_postgres
from tests.integration.test_embedded_valkey import HARD_PASSWORD, free_port
from tests.support.loops import one_loop
from tests.support.owner import gone
from tests.support.servers import scratch
from tests.support.wait import eventually_sync

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
OwnPostgres = Callable[..., EmbeddedPostgres]


@pytest.fixture
def directory() -> Iterator[Path]:
    with scratch() as path:
        yield path


async def ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        answer: object = await connection.fetchval(query)
        return answer
    finally:
        await connection.close()


async def test_committed_rows_survive_a_kill(directory: Path) -> None:
    """What was committed is there after kill -9 of the server and another start."""
    with EmbeddedPostgres(directory) as postgres:
        await ask(postgres.url, "CREATE TABLE kept AS SELECT 1 AS one")
        postgres.kill()
        postgres.start()
        assert await ask(postgres.url, "SELECT one FROM kept") == 1


async def test_the_environment_leads_to_the_server(directory: Path) -> None:
    """Inside `start_embedded` DATABASE_URL serves; afterwards the server is gone."""
    with start_embedded(directory) as environment:
        data = await ask(environment["DATABASE_URL"], "SHOW data_directory")
        assert data == f"{directory}/postgres/data"
    with pytest.raises(OSError, match="No such file"):
        await ask(environment["DATABASE_URL"], "SELECT 1")


async def test_any_password_works_on_tcp(own_postgres: OwnPostgres) -> None:
    """Quotes, slashes, at signs, blanks and non-ASCII in a password need no care; a wrong one is refused."""
    postgres = own_postgres(port=free_port(), password=HARD_PASSWORD)
    assert await ask(postgres.tcp_url, "SELECT 1") == 1
    assert await ask(postgres.url, "SELECT 1") == 1
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(f"postgresql://postgres:wrong@127.0.0.1:{postgres.port}/postgres", "SELECT 1")


async def test_letters_do_not_depend_on_the_machine(own_postgres: OwnPostgres) -> None:
    """Time zone UTC, encoding UTF-8, and upper case of letters beyond ASCII, whatever the environment."""
    url = own_postgres().url
    assert await ask(url, "SHOW timezone") == "UTC"
    assert await ask(url, "SHOW server_encoding") == "UTF8"
    if find_postgres().major >= 17:
        assert await ask(url, "SELECT upper('ê')") == "Ê"


async def test_settings_win(own_postgres: OwnPostgres) -> None:
    """A setting by name replaces what the launcher would have given."""
    postgres = own_postgres(settings={"max_connections": "17"})
    assert await ask(postgres.url, "SHOW max_connections") == "17"


def test_a_port_needs_a_password(directory: Path) -> None:
    """A TCP port without a password is refused before anything is made."""
    with pytest.raises(EmbeddedError, match="needs a password"):
        EmbeddedPostgres(directory, port=5432)
    with pytest.raises(EmbeddedError, match="unix socket only"):
        _ = EmbeddedPostgres(directory).tcp_url


def test_a_second_start_on_a_directory_is_refused(own_postgres: OwnPostgres) -> None:
    """The second is refused and told who has the directory."""
    first = own_postgres()
    with pytest.raises(EmbeddedError, match=f"in use by another server, started by process {os.getpid()}"):
        EmbeddedPostgres(first.directory).start(patience_s=0.1)
    assert first.ready()


def test_a_start_cut_short_is_made_good(directory: Path) -> None:
    """After an owner's kill -9 in the middle of initdb, the next start cleans up and serves."""
    code = f"from jobs.embedded import EmbeddedPostgres as P; P({str(directory)!r}).start()"
    with subprocess.Popen([sys.executable, "-c", code]) as starter:
        eventually_sync(lambda: list(directory.glob("initdb-*/base")), within_s=20, every_s=0.001)
        starter.kill()
    assert not (directory / "data").exists()
    with EmbeddedPostgres(directory) as postgres:
        assert postgres.ready()
    assert list(directory.glob("initdb-*")) == []


def test_a_stale_pid_file_does_not_stop_a_start(directory: Path) -> None:
    """A killed server's pid file is passed over, though some process has its number now."""
    with EmbeddedPostgres(directory) as postgres:
        first = postgres.pid
        stale = (postgres.data / "postmaster.pid").read_text()
        sockets = (postgres.sockets / ".s.PGSQL.5432.lock").read_text()
        postgres.kill()
        (postgres.data / "postmaster.pid").write_text(stale.replace(str(first), "1", 1))
        (postgres.sockets / ".s.PGSQL.5432.lock").write_text(sockets.replace(str(first), "1", 1))
        postgres.start()
        assert postgres.ready()


def test_no_backend_outlives_a_killed_server(own_postgres: OwnPostgres) -> None:
    """The processes that the server had started go with it."""
    postgres = own_postgres()
    children = Path(f"/proc/{postgres.pid}/task/{postgres.pid}/children").read_text().split()
    assert children
    os.kill(postgres.pid, signal.SIGKILL)
    eventually_sync(lambda: all(gone(int(pid)) for pid in children), within_s=20)


def test_data_of_another_version_is_refused(directory: Path) -> None:
    """Data of another major version is left alone, and the error says what to do."""
    (directory / "data").mkdir()
    (directory / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match=r"is of PostgreSQL 9.*EMBEDDED_PG_BIN"):
        EmbeddedPostgres(directory).start()
    assert (directory / "data" / "PG_VERSION").read_text() == "9\n"


def test_a_setting_that_postgres_refuses_is_shown(directory: Path) -> None:
    """A server that ends at once gives an error with its own words."""
    with pytest.raises(EmbeddedError, match="no_such_setting"):
        EmbeddedPostgres(directory, settings={"no_such_setting": "1"}).start()


def test_binaries_that_are_given_must_fit(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """A variable that names no PostgreSQL is an error, never passed over."""
    monkeypatch.setenv("EMBEDDED_PG_BIN", str(directory))
    with pytest.raises(EmbeddedError, match="EMBEDDED_PG_BIN="):
        find_postgres()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice of identities")
@pytest.mark.parametrize(("mode", "files_of"), [("userns", "root"), ("setuid", "another")])
async def test_root_becomes_an_ordinary_user(
    mode: str, files_of: str, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    """PostgreSQL, which refuses root, serves root's process: in a user namespace, or as another user."""
    monkeypatch.setenv("EMBEDDED_PG_ROOT_MODE", mode)
    try:
        server = EmbeddedPostgres(directory, password="secret", port=free_port()).start()
    except EmbeddedError as error:
        if "refuses to run as root" not in str(error):
            raise
        pytest.skip(f"this machine allows no {mode}")
    try:
        assert await ask(server.url, "SELECT 1") == 1
        owner = (server.data / "PG_VERSION").stat().st_uid
        assert ("root" if owner == 0 else "another") == files_of
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a choice of identities")
def test_an_unknown_way_is_refused(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """A misspelt EMBEDDED_PG_ROOT_MODE is an error that lists the right ones."""
    monkeypatch.setenv("EMBEDDED_PG_ROOT_MODE", "sudo")
    with pytest.raises(EmbeddedError, match="give userns or setuid"):
        EmbeddedPostgres(directory).start()
