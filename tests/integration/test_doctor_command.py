"""`python -m engine doctor`: what it prints, its exit codes, and that a worker warns of the same at its start."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.doctor.finding import REDIS_CLI
from engine.embedded import EmbeddedValkey
from engine.streams import Keys, SyncStore
from tests.support.servers import scratch
from tests.support.workers import APP, Theatre, open_theatre

HOSTILE = "\x1b]52;c;eA==\x07\x1b[31m\u202e\u200b\x9b2J\nforged line"
KEYS = Keys("pickd", "play", "play")


@pytest.fixture
def sound(own_valkey: Callable[..., EmbeddedValkey]) -> Iterator[Theatre]:
    """A theatre on a server of its own that is in order."""
    with scratch() as directory, open_theatre(own_valkey().url, "pickd", directory) as theatre:
        yield theatre


def put(theatre: Theatre, job_id: str) -> None:
    done = theatre.engine("enqueue", "play", "{}", "--job", "play", "--id", job_id)
    assert done.returncode == 0, done.stderr


def damage(theatre: Theatre, *words: str) -> Any:
    store = SyncStore(theatre.url)
    try:
        return store.command(*words)
    finally:
        store.close()


def told(theatre: Theatre, *words: str, code: int = 0) -> Any:
    """The JSON that the command prints."""
    done = theatre.engine("doctor", "--json", *words)
    assert (done.returncode, done.stderr) == (code, ""), done.stdout
    return json.loads(done.stdout)


def test_all_is_fine(sound: Theatre) -> None:
    """What is fine is only counted, shown on request, and ends with 0."""
    done = sound.engine("doctor")
    assert (done.returncode, done.stdout) == (0, "13 checks are fine (--verbose shows them)\n")
    lines = sound.engine("doctor", "--verbose").stdout.splitlines()
    assert len(lines) == 13
    assert all(line.startswith("ok    ") for line in lines)
    assert lines[-1] == "ok    queue other  every record and every place agree"
    assert {found["level"] for found in told(sound)["findings"]} == {"ok"}
    assert len(told(sound, "--queue", "play")["findings"]) == 10


def test_a_queue_is_repaired(sound: Theatre) -> None:
    """A lost stream is told with the command that mends it; that command tells each repair; then the job runs."""
    assert sound.engine("run", "--drain").returncode == 0
    put(sound, "a")
    damage(sound, "DEL", KEYS.ready)
    done = sound.engine("doctor")
    repair = f"      python -m engine doctor --repair --queue {KEYS.queue}"
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "fail  queue play  its stream ready is gone: the jobs that waited in it never run",
        repair,
        "fail  queue play  waiting jobs that no stream will hand over, so that they never run: 1 (a)",
        repair,
        "11 checks are fine (--verbose shows them)",
    ]
    done = sound.engine(*repair.split()[3:])
    assert done.stdout.splitlines() == [
        "repaired  play: its streams, groups and settings are there again",
        "repaired  play a: is in a stream again that will hand it over",
        "2 repaired",
        "fail  queue play  no live worker works it; 1 waiting, 0 delayed, 0 active",
        "      python -m engine run --queues play",
        "9 checks are fine (--verbose shows them)",
    ]
    assert done.returncode == 1
    assert sound.engine("run", "--drain").returncode == 0
    assert sound.engine("doctor", "--repair").stdout.splitlines()[0] == "nothing repaired"
    assert told(sound, "--repair")["repaired"] == []


def test_commands_name_the_app_that_was_named(sound: Theatre) -> None:
    """What `--app` named, before or behind the command, is in each command that is printed; ENGINE_APP is inherited."""
    put(sound, "a")
    for words in (("--app", APP, "doctor"), ("doctor", "--app", APP)):
        done = sound.engine(*words, ENGINE_APP="nothing:app")
        assert f"      python -m engine --app {APP} run --queues play\n" in done.stdout
    assert "      python -m engine run --queues play\n" in sound.engine("doctor").stdout


def test_repairs_as_json(sound: Theatre) -> None:
    """Each repair with its queue, id and sentence; a warning alone still ends with 0."""
    damage(sound, "ZADD", KEYS.failed, "1", "nobody")
    assert [found["level"] for found in told(sound)["findings"]].count("warn") == 1
    answer = told(sound, "--repair", "--queue", "play")
    text = "has no record: what named it is gone"
    assert answer["repaired"] == [{"queue": "play", "id": "nobody", "text": text}]


def test_a_repair_that_the_server_refuses(sound: Theatre) -> None:
    """Nothing is half mended: the finding says what the server said, and what to mend first."""
    damage(sound, "ZADD", KEYS.failed, "1", "nobody")
    damage(sound, "ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-zrem")
    sound.env["REDIS_URL"] = sound.url.replace("unix://", "unix://app:pw@")
    done = sound.engine("doctor", "--repair")
    assert done.returncode == 1
    assert "fail  queue play  it could not be repaired: Redis: " in done.stdout
    assert f"{REDIS_CLI} ACL SETUSER app '+zrem'" in done.stdout


def test_hostile_names_drive_no_terminal(sound: Theatre) -> None:
    """Ids and consumers are shown as escapes, in lines and in JSON."""
    put(sound, "a")
    damage(sound, "ZADD", KEYS.failed, "1", HOSTILE)
    damage(sound, "HSET", f"{KEYS.job}{HOSTILE}2", "state", HOSTILE)
    printed = [sound.engine("doctor", *words).stdout for words in ((), ("--json",), ("--repair",), ("--verbose",))]
    for text in printed[:3]:
        assert "forged" in text
    for text in printed:
        assert not any(line.startswith("forged") for line in text.splitlines())
        assert not set(text) & set("\x1b\x07\x9b\u202e\u200b"), ascii(text)


@pytest.mark.parametrize(
    ("words", "variables", "code", "said"),
    [
        (("--queue", "nope"), {}, 2, "no queue 'nope'; the queues: other, play"),
        ((), {"REDIS_URL": "redis://:secret@127.0.0.1:1/0"}, 3, "no Redis at redis://:***@127.0.0.1:1/0"),
        (("--help",), {}, 0, ""),
    ],
)
def test_errors(sound: Theatre, words: tuple[str, ...], variables: dict[str, str | None], code: int, said: str) -> None:
    """A wrong name ends with 2 and a server that does not answer with 3, each in one line."""
    done = sound.engine("doctor", *words, **variables)
    assert done.returncode == code
    assert said in done.stderr
    assert done.stderr.count("\n") <= 1


def test_a_wrong_password(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A server that does not let the user in ends the command with 3 and the server's reason."""
    url = own_valkey(password="right").url
    with scratch() as directory, open_theatre(url.replace("right", "wrong"), "pickd", directory) as theatre:
        done = theatre.engine("doctor")
    assert done.returncode == 3
    assert "invalid username-password pair" in done.stderr
    assert "=wrong" not in done.stderr


def test_a_worker_warns_at_its_start(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Once, with the command that mends it; a worker that may ask nothing starts all the same."""
    wrong = {"maxmemory-policy": "allkeys-lru", "appendonly": "no", "save": '""'}
    url = own_valkey(settings=wrong).url
    with scratch() as directory, open_theatre(url, "pickd", directory) as theatre:
        warned = theatre.engine("run", "--drain")
        assert warned.returncode == 0
        said = "\n".join(json.loads(line)["message"] for line in warned.stderr.splitlines())
        assert said.count(f"{REDIS_CLI} CONFIG SET maxmemory-policy noeviction") == 1
        assert said.count(f"{REDIS_CLI} CONFIG SET appendonly yes") == 1
        damage(theatre, "ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-info", "-config")
        theatre.env["REDIS_URL"] = url.replace("unix://", "unix://app:pw@")
        put(theatre, "a")
        quiet = theatre.engine("run", "--drain")
        assert (quiet.returncode, '"jobId":"a"' in quiet.stderr) == (0, True)
        assert "CONFIG" not in quiet.stderr
