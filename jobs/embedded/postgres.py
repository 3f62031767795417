"""An embedded PostgreSQL on a unix socket, with its data in the directory."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from msgspec.structs import replace

from engine.embedded import EmbeddedError, EmbeddedServer, RunAs, run
from jobs.embedded.binaries import Binaries, find_postgres
from jobs.embedded.identity import identities
from jobs.embedded.initdb import make_data

SOCKET_PORT = 5432
"""Names the socket's file where no TCP port is given."""
READY_LINE = 7
SETTINGS = {
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "embedded",
    "jit": "off",
}


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL on a unix socket that only this user can open; on a port of loopback too if one is given.

    The superuser is `postgres`. TCP clients need the password, which is set when the data is first made.
    `settings` are server parameters, name to value, and win over the ones chosen here.
    """

    stop_signal = signal.SIGINT  # fast shutdown: open transactions are rolled back
    hard_signal = signal.SIGQUIT  # immediate: the next start recovers
    socket_name = ".s.PGSQL.65535.lock"

    def __init__(
        self,
        directory: Path | str,
        *,
        port: int = 0,
        password: str | None = None,
        database: str = "postgres",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(directory)
        if port and not password:
            raise EmbeddedError("PostgreSQL on a TCP port needs a password: give one, or leave the port out")
        self.port = port
        self.password = password
        self.database = database
        self.data = self.directory / "data"
        self._binaries: Binaries | None = None
        self._settings = {
            **SETTINGS,
            "port": str(port or SOCKET_PORT),
            "listen_addresses": "127.0.0.1" if port else "",
            "unix_socket_directories": str(self.sockets),
            **(settings or {}),
        }

    @property
    def url(self) -> str:
        """The unix socket, for `asyncpg.connect` and as DATABASE_URL."""
        return self.url_of(self.database)

    def url_of(self, database: str) -> str:
        """The unix socket, with another database."""
        host, port = quote(str(self.sockets), safe=""), self.port or SOCKET_PORT
        return f"postgresql://postgres@/{quote(database, safe='')}?host={host}&port={port}"

    @property
    def tcp_url(self) -> str:
        """The TCP port on loopback; EmbeddedError if none was given."""
        if not self.port or not self.password:
            raise EmbeddedError("this server listens on its unix socket only: give it a port and a password")
        secret = quote(self.password, safe="")
        return f"postgresql://postgres:{secret}@127.0.0.1:{self.port}/{quote(self.database, safe='')}"

    def prepare(self) -> None:
        """The data directory is there and of the version that will run."""
        self._binaries = find_postgres()
        self.run_as = self._choose_identity(self._binaries)
        self._remove_stale_pids()
        if not (self.data / "PG_VERSION").exists():
            make_data(self, self.data, self._binaries, self.password)
        have = int((self.data / "PG_VERSION").read_text())
        if have != self._binaries.major:
            raise EmbeddedError(
                f"{self.data} is of PostgreSQL {have}, {self._binaries.directory} of {self._binaries.major}: "
                f"move the data away, or set EMBEDDED_PG_BIN to the binaries of a PostgreSQL {have}"
            )

    def command(self) -> list[str]:
        binaries = self._binaries or find_postgres()
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        return [binaries.postgres, "-D", str(self.data), *options]

    def ready(self) -> bool:
        """Whether it accepts connections: it says so in its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > READY_LINE and lines[0] == str(self.pid) and lines[READY_LINE].strip() == "ready"

    def _choose_identity(self, binaries: Binaries) -> RunAs | None:
        for identity in identities({self.directory, self.sockets}):
            probe = replace(self.order([binaries.postgres, "--version"]), run_as=identity)
            if identity is None or run(probe)[0] == 0:
                return identity
        raise EmbeddedError(
            "PostgreSQL refuses to run as root, and neither a user namespace nor another user can run "
            f"{binaries.postgres} in {self.directory}: use a virtual environment and a directory that others "
            "can reach, run as an ordinary user, or give the URL of a running server as DATABASE_URL"
        )

    def _remove_stale_pids(self) -> None:
        """No pid file is left of a server that was killed.

        Every process of it held the directory's lock, which is ours now. PostgreSQL would only see that some
        process has the number in the file, as is likely in a container, and refuse to start.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.sockets / f".s.PGSQL.{self.port or SOCKET_PORT}.lock").unlink(missing_ok=True)
