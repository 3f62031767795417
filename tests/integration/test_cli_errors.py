"""What `python -m engine` says of what it cannot do: each exit code with its one line, never a traceback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from engine.embedded import EmbeddedValkey
from tests.support.stage import Plain
from tests.support.wait import eventually_sync
from tests.support.workers import Theatre, open_theatre

COMMANDS = ["run", "enqueue", "status", "jobs", "cancel"]


def error(theatre: Theatre, *words: str, code: int = 2, env: Mapping[str, str] | None = None) -> str:
    """The one line of a command that has failed."""
    done = theatre.engine(*words, **(env or {}))
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("error: ").removesuffix("\n")


def test_an_unknown_job_id(theatre: Theatre) -> None:
    """The status of an id that is not stored fails with 1 and says why that may be."""
    assert error(theatre, "status", "play", "nobody", code=1).startswith("queue play has no job 'nobody'")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--queues", "nope"),
        ("enqueue", "nope", "{}"),
        ("status", "nope"),
        ("jobs", "nope"),
        ("cancel", "nope", "a"),
    ],
    ids=COMMANDS,
)
def test_an_unknown_queue_lists_the_known_ones(theatre: Theatre, words: tuple[str, ...]) -> None:
    """Every command names the queues that there are."""
    assert error(theatre, *words) == "no queue 'nope'; the queues: other, play"


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ("play", "write module:attribute"),
        ("no.such.module:app", "no module 'no.such.module' here"),
        ("tests.support.apps:nothing", "tests.support.apps has no App named 'nothing'"),
        ("tests.support.apps:play", "tests.support.apps has no App named 'play'"),
    ],
)
def test_a_bad_app(theatre: Theatre, app: str, said: str) -> None:
    """An app that is not there is told in one line, wherever it was named."""
    assert said in error(theatre, "--app", app, "status")
    assert said in error(theatre, "status", "--app", app)
    assert said in error(theatre, "run", env={"ENGINE_APP": app})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (('{"seconds":"long"}', "--job", "play"), "$.seconds"),
        (('{"do":"dance"}', "--job", "play"), "$.do"),
        (("{", "--job", "play"), "not JSON"),
        (("{}", "--job", "nope"), "its jobs: hurried, once, play"),
        (("{}",), "(name one); its jobs: hurried, once, play"),
        (("{}", "--job", "play", "--id", ""), "job id"),
        (("{}", "--job", "play", "--delay", "-1"), "delay"),
        (("{}", "--job", "play", "--delay", "nan"), "delay"),
        (("\udcff", "--job", "play"), "not JSON"),
        (("{}", "--job", "play", "--id", "\udcff"), "job id"),
    ],
)
def test_a_bad_payload_or_setting_of_enqueue(theatre: Theatre, words: tuple[str, ...], said: str) -> None:
    """What cannot be stored is refused with the name of what is wrong."""
    assert said in error(theatre, "enqueue", "play", *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--concurrency", "play"), "QUEUE=NUMBER"),
        (("--concurrency", "play=0"), "at least 1"),
        (("--concurrency", "nope=2"), "no queue 'nope'"),
        (("--concurrency", "play=²"), "QUEUE=NUMBER"),
        (("--queues", "play", "--concurrency", "other=2"), "this worker is to work play only"),
        (("--reload", "--drain"), "give one of them"),
        (("--reload", "--reload-dir", "nowhere"), "--reload-dir nowhere: no such folder"),
        (("--grace", "-1"), "grace"),
        (("--grace", "nan"), "grace"),
        (("--queues", ""), "queue"),
    ],
)
def test_a_bad_setting_of_run(theatre: Theatre, words: tuple[str, ...], said: str) -> None:
    """A wrong setting of run is named before anything starts."""
    assert said in error(theatre, "run", *words)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("REDIS_URL", "http://localhost", "use redis://, rediss:// or unix://"),
        ("REDIS_URL", "redis://:secret@host:port/0", "is no URL"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL=loud"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT=xml: use json or text"),
        ("WORKER_ID", "two words", "WORKER_ID"),
        ("ENGINE_PREFIX", "{x}", "prefix"),
    ],
)
def test_a_bad_variable(theatre: Theatre, name: str, value: str, said: str) -> None:
    """A wrong variable is named in one line, without its password."""
    line = error(theatre, "run", env={name: value})
    assert said in line
    assert "secret" not in line


@pytest.mark.parametrize(
    "words",
    [("run",), ("enqueue", "play", "{}", "--job", "play"), ("status",), ("jobs", "play"), ("cancel", "play", "a")],
    ids=COMMANDS,
)
def test_an_unreachable_redis(theatre: Theatre, words: tuple[str, ...]) -> None:
    """Every command says at once where it looked and what to check, and ends with 3."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    line = error(theatre, *words, code=3, env={"REDIS_URL": f"redis://:secret@127.0.0.1:{port}/0"})
    assert f"127.0.0.1:{port}" in line
    assert "REDIS_URL" in line
    assert "secret" not in line


@pytest.mark.parametrize("command", [["status"], ["run"], ["doctor"], ["enqueue", "play", "{}", "--job", "play"]])
def test_a_wrong_password_is_told_as_one(
    own_valkey: Callable[..., EmbeddedValkey], tmp_path: Path, command: list[str]
) -> None:
    """Redis that refuses the login is no Redis that is away: the line says so, exit 3, and nothing is tried again."""
    url = own_valkey(appendonly=False).url
    with Plain(url) as redis:
        redis.command("CONFIG", "SET", "requirepass", "right")
    with open_theatre(url.replace("unix://", "unix://:wrong@"), "p", tmp_path) as theatre:
        done = theatre.engine(*command)
    assert (done.returncode, done.stdout) == (3, "")
    assert "refuses" in done.stderr
    assert "password" in done.stderr
    assert "wrong@" not in done.stderr


def test_a_server_that_refuses_writes(own_valkey: Callable[..., EmbeddedValkey], tmp_path: Path) -> None:
    """A replica, missed replicas and a disk that cannot be written are each told as what they are."""
    server = own_valkey(settings={"appendonly": "no", "save": "3600 1"})
    with open_theatre(server.url, "p", tmp_path) as theatre, Plain(server.url) as redis:
        redis.command("REPLICAOF", "127.0.0.1", 1)
        assert "is a replica and refuses writes: `python -m engine doctor`" in error(theatre, "pause", "play", code=3)
        redis.command("REPLICAOF", "NO", "ONE")
        redis.command("CONFIG", "SET", "min-replicas-to-write", 1)
        assert "refuses writes, as it misses its replicas: `python" in error(theatre, "pause", "play", code=3)
        redis.command("CONFIG", "SET", "min-replicas-to-write", 0)
        (server.directory / "dump.rdb").mkdir()
        redis.command("BGSAVE")

        def refused() -> bool:
            return b"rdb_last_bgsave_status:err" in redis.command("INFO", "persistence")

        eventually_sync(refused)
        assert "it cannot write to its disk: `python" in error(theatre, "pause", "play", code=1)
        redis.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "no")
