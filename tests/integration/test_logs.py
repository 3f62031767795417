"""What a worker process writes: a line of JSON for each transition, nothing lost at its end."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from engine.escaping import escape
from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.servers import scratch
from tests.support.wait import eventually_sync
from tests.support.workers import Theatre, WorkerProcess, await_starts, open_theatre

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
QUEUE = {"lease_s": 2, "sweep_s": 0.5, "concurrency": 4, "group_by": "tenantId"}
HOSTILE = "a\x1b[31m\u202e \u009b\nb"


@pytest.fixture
def theatre(redis_url: str, prefix: str) -> Iterator[Theatre]:
    """Where workers run the play app, whose jobs belong to tenants."""
    with scratch() as directory, open_theatre(redis_url, prefix, directory, QUEUE) as theatre:
        yield theatre


def events_of(worker: WorkerProcess, job_id: str, until: str) -> list[dict[str, Any]]:
    """A job's lines in order, once there is one of this event."""
    worker.await_record(event=until, jobId=job_id)
    return worker.records(jobId=job_id)


def check_line(line: dict[str, Any], worker: WorkerProcess, **fields: Any) -> None:
    """The line has what each line of a delivery has, and these fields."""
    assert TIME.fullmatch(line["time"])
    common = {"queue": "play", "tenantId": "t1", "workerId": worker.label}
    assert {**common, **fields}.items() <= line.items()
    assert isinstance(line["durationMs"], int)
    assert line["fence"] > 10**15


def test_each_ending_has_its_line(theatre: Theatre, office: BoxOffice) -> None:
    """Of complete, retry, fail, snooze and cancel: each with the same fields, and the error where there is one."""
    payload = '{"do":"ok","tenantId":"t1","correlationId":"c-1"}'
    assert theatre.engine("enqueue", "play", payload, "--job", "play", "--id", "ok").returncode == 0
    office.put(Play("fail", text="no"), "again")
    office.put(Play("unrecoverable"), "never")
    office.put(Play("snooze", seconds=0.1), "later")
    office.put(Play("wait"), "stopped")
    with theatre.worker() as worker:
        (line,) = events_of(worker, "ok", "complete")
        check_line(line, worker, level="info", event="complete", correlationId="c-1", attempt=1)

        retry, complete = events_of(worker, "again", "complete")
        check_line(retry, worker, level="warn", event="retry", attempt=1, error="ValueError: no")
        assert retry["delayMs"] >= 200
        check_line(complete, worker, event="complete", attempt=2)

        (line,) = events_of(worker, "never", "fail")
        check_line(line, worker, level="error", event="fail", attempt=1, error="UnrecoverableError: there is no way")

        snooze, complete = events_of(worker, "later", "complete")
        check_line(snooze, worker, level="info", event="snooze", attempt=1, delayMs=100)
        check_line(complete, worker, event="complete", attempt=1)

        await_starts(theatre.ledger, ["stopped"])
        assert theatre.engine("cancel", "play", "stopped").returncode == 0
        (line,) = events_of(worker, "stopped", "cancel")
        check_line(line, worker, level="info", event="cancel", attempt=1)
        assert worker.stop() == 0


def test_a_timeout_is_told_before_its_attempt_ends(theatre: Theatre, office: BoxOffice) -> None:
    """Told to stop, then taken back from a handler that does not, then the attempt's own line."""
    with theatre.worker() as worker:
        office.put(Play("stubborn", seconds=3), "late", job="hurried")
        told, taken, retry, *_ = events_of(worker, "late", "retry")
        check_line(told, worker, level="warn", event="timeout", attempt=1, error="timed out: it is told to stop")
        check_line(taken, worker, event="timeout", error="timed out and still running: its place is taken back")
        check_line(retry, worker, event="retry", attempt=1)
        assert retry["error"].startswith("TimeoutError: the attempt ran longer than 0.4 s")


def test_release_and_reclaim(theatre: Theatre, office: BoxOffice) -> None:
    """What a stopping worker gives back it tells itself; what a dead one held, the worker that takes it."""
    office.put(Play("sleep", seconds=60), "long")
    with theatre.worker("--grace", "0", label="stopping") as worker:
        await_starts(theatre.ledger, ["long"])
        assert worker.stop() == 0
        (line,) = worker.records(jobId="long")
        check_line(line, worker, level="info", event="release", attempt=1)
        assert [record["message"].split()[0] for record in worker.records(level="info") if "message" in record] == [
            "ready",
            "stopping",
            "stopped",
        ]
    with theatre.worker(label="dead") as dead:
        eventually_sync(lambda: len(theatre.ledger.ids("start")) == 2)
        with theatre.worker(label="living") as living:
            dead.kill()
            line = living.await_record(event="reclaim")
            assert {"level": "warn", "queue": "play", "jobId": "long", "workerId": "living"}.items() <= line.items()


def test_acquire_pause_and_resume(theatre: Theatre, office: BoxOffice) -> None:
    """With LOG_LEVEL=debug each start has its line; a worker tells once that its queue is paused, and once that not."""
    with theatre.worker(variables={"LOG_LEVEL": "debug"}) as worker:
        assert theatre.engine("pause", "play").returncode == 0
        worker.await_record(event="pause", queue="play", workerId=worker.label)
        office.put(Play(), "a")
        assert theatre.engine("resume", "play").returncode == 0
        worker.await_record(event="resume", queue="play")
        acquire, complete = events_of(worker, "a", "complete")
        assert {"level": "debug", "event": "acquire", "jobId": "a", "attempt": 1}.items() <= acquire.items()
        assert acquire["waitedMs"] >= 0
        assert complete["event"] == "complete"
        assert len(worker.records(event="pause")) == 1


def test_a_blocked_process_tells_everything(theatre: Theatre, office: BoxOffice) -> None:
    """Before it ends with 70: who blocked it, and which jobs it gave back."""
    with theatre.worker() as worker:
        office.put(Play("sleep", seconds=60), "innocent")
        await_starts(theatre.ledger, ["innocent"])
        office.put(Play("block", seconds=20), "guilty", job="hurried")
        assert worker.wait() == 70
        (fatal,) = worker.records(level="fatal")
        assert "blocked past its time by play guilty" in fatal["message"]
        (line,) = worker.records(jobId="innocent")
        assert line["event"] == "release"


def test_hostile_texts_stay_escaped_json(theatre: Theatre, office: BoxOffice) -> None:
    """Ids, tenants and errors of a job arrive as they are for who parses, and as escapes for who looks."""
    office.put(Play("fail", times=9, text=HOSTILE, tenant_id=HOSTILE), HOSTILE, job="once")
    with theatre.worker(variables={"LOG_LEVEL": "debug"}) as worker:
        line = worker.await_record(event="fail")
        assert (line["jobId"], line["tenantId"], line["error"]) == (HOSTILE, HOSTILE, f"ValueError: {HOSTILE}")
        assert worker.stop() == 0
        assert all(escape(raw) == raw for raw in worker.text().splitlines())


def test_a_terminal_is_written_for_people(theatre: Theatre) -> None:
    """In a terminal the lines are text with colour; LOG_FORMAT=json makes them JSON there too."""
    for form, expected in (("", b"\x1b[32minfo \x1b[0m engine.worker: ready worker="), ("json", b'{"time":"')):
        ours, theirs = pty.openpty()
        env = {**theatre.env, "LOG_FORMAT": form, "TERM": "xterm"}
        env.pop("NO_COLOR", None)
        command = [sys.executable, "-m", "engine", "run"]
        with subprocess.Popen(command, env=env, cwd=theatre.directory, stderr=theirs) as process:
            os.close(theirs)
            shown = b""
            try:
                while b"ready worker=" not in shown:
                    shown += os.read(ours, 4_096)
                process.send_signal(signal.SIGTERM)
                process.wait(20)
            finally:
                process.kill()
                os.close(ours)
        assert expected in shown


def test_commands_print_what_they_did_and_log_for_who_asks(theatre: Theatre) -> None:
    """An enqueue and a cancel say nothing on standard error, unless LOG_LEVEL is set."""
    words = ("enqueue", "play", '{"tenantId":"t1","correlationId":"c"}', "--job", "play", "--id", "a")
    done = theatre.engine(*words, LOG_LEVEL="debug")
    (line,) = [msgspec.json.decode(line) for line in done.stderr.splitlines() if '"enqueue"' in line]
    del line["time"]
    assert line == {
        "level": "debug",
        "event": "enqueue",
        "queue": "play",
        "jobId": "a",
        "tenantId": "t1",
        "correlationId": "c",
    }
    assert theatre.engine("cancel", "play", "a").stderr == ""
