"""`python -m engine` as a user types it: what each command prints, and where it runs."""

from __future__ import annotations

import json
import shlex
import signal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.owner import descendants, gone
from tests.support.wait import eventually_sync
from tests.support.workers import Theatre

HOSTILE = "\x1b]52;c;eA==\x07\x1b[31m\u202e\u200b\x9b2J\nforged line"


def ok(theatre: Theatre, *words: str) -> str:
    """What a command prints that has succeeded and said nothing on the side."""
    done = theatre.engine(*words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def told(theatre: Theatre, *words: str, **variables: str | None) -> Any:
    """The JSON that a command prints."""
    done = theatre.engine(*words, "--json", **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_enqueue(theatre: Theatre) -> None:
    """A job is stored once for its id; the second call is told of the first, and warned of another payload."""
    words = ("enqueue", "play", '{"do":"ok"}', "--job", "play", "--id", "a")
    assert ok(theatre, *words) == "created: a (waiting)\n"
    ticket = told(theatre, *words)
    assert (ticket["id"], ticket["created"], ticket["state"]) == ("a", False, "waiting")
    assert ok(theatre, *words) == "exists already: a (waiting)\n"
    done = theatre.engine("enqueue", "play", '{"do":"fail"}', "--job", "play", "--id", "a")
    assert done.returncode == 0
    assert "another payload" in done.stderr
    assert ok(theatre, "enqueue", "play", "{}", "--job", "play", "--id", "b", "--delay", "60").endswith("(delayed)\n")


def test_status_of_queues(theatre: Theatre, office: BoxOffice) -> None:
    """Without an id, status counts the jobs of one queue or of all."""
    office.put(Play(), "a", "b")
    (play,) = told(theatre, "status", "play")
    assert (play["queue"], play["waiting"], play["active"], play["paused"]) == ("play", 2, 0, False)
    assert [line["queue"] for line in told(theatre, "status")] == ["play", "other"]
    head, row, why = ok(theatre, "status", "play").splitlines()
    assert head.split() == ["queue", "waiting", "delayed", "active", "completed", "failed", "cancelled"]
    assert row.split()[:7] == ["play", "2", "0", "0", "0", "0", "0"]
    assert row.split()[7:9] == ["oldest", "waits"]
    assert why.startswith("why: no worker runs for queue play")


def test_status_of_a_failed_job(theatre: Theatre, office: BoxOffice) -> None:
    """A failed job's status has its state, failedReason, attemptsMade, logs and attempts with their times."""
    office.put(Play("fail", times=9), "a")
    assert theatre.engine("run", "--drain").returncode == 0
    status = told(theatre, "status", "play", "a")
    assert (status["state"], status["attemptsMade"]) == ("failed", 4)
    assert status["failedReason"] == "ValueError: no, attempt 4"
    assert len(status["logs"]) == 4
    waits_ms = [b["start"] - a["end"] for a, b in pairwise(status["attempts"])]
    assert all(stated <= ms <= 1.2 * stated + 1000 for stated, ms in zip((200, 400, 800), waits_ms, strict=True))
    text = ok(theatre, "status", "play", "a")
    assert "reason:    ValueError: no, attempt 4" in text
    assert text.count("attempt:   ") == 4


def test_jobs_and_cancel(theatre: Theatre, office: BoxOffice) -> None:
    """Jobs are listed by state; a cancelled one has another state, and cancelling what has ended fails with 1."""
    office.put(Play(), "a", "b")
    assert [line["id"] for line in told(theatre, "jobs", "play")] == ["a", "b"]
    assert [line["id"] for line in told(theatre, "jobs", "play", "--limit", "1")] == ["a"]
    assert ok(theatre, "cancel", "play", "a") == "a: cancelled\n"
    assert told(theatre, "cancel", "play", "b") == {"id": "b", "answer": "cancelled"}
    assert [line["id"] for line in told(theatre, "jobs", "play", "--state", "cancelled")] == ["b", "a"]
    assert told(theatre, "jobs", "play", "--state", "waiting", "--state", "failed") == []
    assert ok(theatre, "jobs", "play", "--state", "cancelled").splitlines()[0].split()[:2] == ["state", "id"]
    office.put(Play(), "c")
    assert theatre.engine("run", "--drain").returncode == 0
    done = theatre.engine("cancel", "play", "c")
    assert (done.returncode, done.stdout) == (1, "c: not cancelled: it has ended\n")
    assert theatre.engine("cancel", "play", "nobody").returncode == 1


@pytest.mark.parametrize("command", [
    "run", "enqueue", "status", "jobs", "why", "stats", "workers", "health", "cancel", "promote", "retry", "clean",
    "pause", "resume", "limit", "events", "trash", "restore", "delete", "undo", "stop", "operations", "audit",
])  # fmt: skip
def test_help(theatre: Theatre, command: str) -> None:
    """Each command has a help that names the exit codes."""
    assert "exit codes: 0 done, 1" in " ".join(ok(theatre, command, "--help").split())


def test_env_local_is_read_and_overridden(theatre: Theatre) -> None:
    """`.env.local` of the working directory counts; the environment wins over it; a bad line is named."""
    settings = Path(theatre.directory / ".env.local")
    settings.write_text(f"# the theatre\nexport REDIS_URL='{theatre.url}'\nENGINE_PREFIX=elsewhere # not ours\n")
    words = ("enqueue", "play", "{}", "--job", "play", "--id", "a")
    assert told(theatre, *words, REDIS_URL=None)["created"]
    assert told(theatre, "jobs", "play", ENGINE_PREFIX=None) == []
    settings.write_text("REDIS_URL http://nowhere\n")
    done = theatre.engine("status")
    assert (done.returncode, done.stderr) == (2, "error: .env.local line 1: write NAME=value\n")


@pytest.mark.parametrize("loop", ["auto", "uvloop", "asyncio"])
def test_loops(theatre: Theatre, office: BoxOffice, loop: str) -> None:
    """Jobs run on the loop that was asked for."""
    office.put(Play(), "a")
    assert theatre.engine("run", "--drain", "--loop", loop).returncode == 0
    assert office.status("a").state == "completed"


def test_embedded(theatre: Theatre) -> None:
    """With --embedded a worker brings its own Valkey, tells its URL, and leaves no process behind."""
    home = theatre.directory / "data"
    with theatre.worker("--embedded", str(home)) as worker:
        url = shlex.split(worker.await_line("REDIS_URL="))[0].removeprefix("REDIS_URL=")
        assert url.startswith("unix://")
        children = descendants(worker.pid)
        assert len(children) == 2, "a guard and a server"
        assert told(theatre, "enqueue", "play", "{}", "--job", "play", "--id", "a", REDIS_URL=url)["created"]
        eventually_sync(lambda: told(theatre, "status", "play", "a", REDIS_URL=url)["state"] == "completed")
        worker.signal(signal.SIGINT)
        assert worker.wait() == 0
    eventually_sync(lambda: all(gone(pid) for pid in children))
    done = theatre.engine("run", "--embedded", str(home), "--drain")
    assert done.returncode == 0


def test_hostile_data_drives_no_terminal(theatre: Theatre, office: BoxOffice) -> None:
    """Control, bidi and invisible characters of a job are shown as escapes by every command and in every log."""
    office.put(Play("fail", times=9, text=HOSTILE, tenant_id=HOSTILE), HOSTILE, job="once")
    with theatre.worker(variables={"LOG_LEVEL": "debug"}) as worker:
        office.await_state(HOSTILE, "failed")
        office.put(Play("stubborn", seconds=2, text=HOSTILE), f"{HOSTILE}2", job="hurried")
        worker.await_line("timed out and still running")
        printed = [
            ok(theatre, "status", "play", HOSTILE),
            ok(theatre, "status", "play", HOSTILE, "--json"),
            ok(theatre, "jobs", "play"),
            ok(theatre, "jobs", "play", "--json"),
            theatre.engine("cancel", "play", HOSTILE).stdout,
            theatre.engine("cancel", "play", HOSTILE, "--json").stdout,
            theatre.engine("status", "play", f"{HOSTILE}3").stderr,
            theatre.engine("status", HOSTILE).stderr,
            theatre.engine("enqueue", "play", json.dumps({"do": HOSTILE}), "--job", "play").stderr,
            theatre.engine("run", "--concurrency", HOSTILE).stderr,
        ]
        assert worker.stop() == 0
        printed.append(worker.text())
    for text in printed:
        assert "forged" in text
        assert not any(line.startswith("forged") for line in text.splitlines())
        assert not set(text) & set("\x1b\x07\x9b\u202e\u200b"), ascii(text)
