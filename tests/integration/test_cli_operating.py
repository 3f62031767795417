"""`python -m engine` for operators: each command against a real server, its output, and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.test_cli import ok, told
from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.workers import Theatre, open_theatre


def fails(theatre: Theatre, code: int, *words: str) -> str:
    """The one line of an expected failure with this exit code."""
    done = theatre.engine(*words)
    assert (done.returncode, done.stdout) == (code, ""), done
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_retry_one_and_many(theatre: Theatre, office: BoxOffice) -> None:
    """A failed job waits again by its id; many by what their reason says; a dry run only lists them."""
    office.put(Play("fail", times=99), "a", "b")
    office.put(Play("unrecoverable"), "c")
    assert theatre.engine("run", "--drain").returncode == 0
    assert "ValueError" in ok_with_note(theatre, "retry", "--queue", "play", "--error", "ValueError", "--dry-run")
    assert office.counts().failed == 3
    assert told(theatre, "retry", "--queue", "play", "--error", "ValueError")["requeued"] == 2
    assert ok(theatre, "retry", "play", "c") == "c: requeued\n"
    assert (office.counts().failed, office.counts().waiting) == (0, 3)
    again = theatre.engine("retry", "play", "c")
    assert (again.returncode, again.stdout) == (1, "c: not retried: it has not failed\n")
    assert "has no job 'nobody'" in fails(theatre, 1, "retry", "play", "nobody")
    assert "say which jobs" in fails(theatre, 2, "retry", "play")
    assert "name one queue" in fails(theatre, 2, "retry", "--error", "x")


def ok_with_note(theatre: Theatre, *words: str) -> str:
    """What a command printed that also says something on standard error."""
    done = theatre.engine(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pause_why_and_resume(theatre: Theatre, office: BoxOffice) -> None:
    """A paused queue says so wherever one looks, and how it goes on."""
    office.put(Play(), "a")
    assert "no worker runs for queue play" in ok(theatre, "why", "play", "a")
    assert ok(theatre, "pause", "play") == "play: paused\n"
    assert ok(theatre, "pause", "play") == "play: was paused already\n"
    assert "play is paused" in ok(theatre, "why", "play")
    assert ok(theatre, "status", "play", "a").splitlines()[-1].startswith("why:       it waits: queue play is paused")
    for words in (("status",), ("status", "play")):
        assert ok(theatre, *words).splitlines()[-1].startswith("why: queue play is paused")
    assert ok(theatre, "why", "a").startswith("it waits: queue play is paused")
    assert told(theatre, "why", "a")["queue"] == "play"
    assert ok(theatre, "enqueue", "other", "{}", "--job", "play", "--id", "a").startswith("created")
    assert "queues play and other have a job 'a'" in fails(theatre, 2, "why", "a")
    assert "no queue and no job 'nobody'" in fails(theatre, 2, "why", "nobody")
    assert told(theatre, "resume", "play") == {"queue": "play", "changed": True}
    assert "has no job 'nobody'" in fails(theatre, 1, "why", "play", "nobody")


def test_clean(theatre: Theatre, office: BoxOffice) -> None:
    """Ended jobs past the age are gone, of the chosen states only; the counts are exact."""
    office.put(Play(), "a", "b")
    office.put(Play("unrecoverable"), "c")
    assert theatre.engine("run", "--drain").returncode == 0
    assert ok(theatre, "clean", "play") == "deleted: 0 cancelled, 0 completed, 0 failed\n"
    assert told(theatre, "clean", "play", "--older", "0s", "--state", "completed") == {"completed": 2}
    assert (office.counts().completed, office.counts().failed) == (0, 1)
    assert "write a number with s, m, h or d" in fails(theatre, 2, "clean", "play", "--older", "soon")


def test_promote(theatre: Theatre, office: BoxOffice) -> None:
    """A delayed job waits at once; one that does not is answered by exit 1."""
    assert ok(
        theatre, "enqueue", "play", "--job", "play", '{"tenantId":"t1"}', "--id", "later", "--delay", "1h"
    ).startswith("created")
    assert "enqueued with a delay until" in ok(theatre, "why", "play", "later")
    assert "write a number with s, m, h or d" in fails(
        theatre, 2, "enqueue", "play", "{}", "--job", "play", "--delay", "soon"
    )
    assert ok(theatre, "promote", "play", "later") == "later: promoted\n"
    assert office.counts().waiting == 1
    again = theatre.engine("promote", "play", "later")
    assert (again.returncode, again.stdout) == (1, "later: not promoted: it is not delayed\n")
    assert "has no job 'nobody'" in fails(theatre, 1, "promote", "play", "nobody")


def test_limit(theatre: Theatre, office: BoxOffice) -> None:
    """What is set at run time wins, is shown beside the configured value, and lasts until it is reset."""
    assert theatre.engine("run", "--drain").returncode == 0
    view = told(theatre, "limit", "play", "--rate", "2.5", "--concurrency", "3", "--max-active", "4")
    assert (view["rate"], view["maxActive"]["set"]) == ({"configured": None, "set": 2.5}, 4)
    assert theatre.engine("run", "--drain").returncode == 0
    assert told(theatre, "limit", "play")["concurrency"]["set"] == 3
    assert "set" in ok(theatre, "limit", "play")
    assert told(theatre, "limit", "play", "--reset")["rate"] == {"configured": None, "set": None}
    assert "to stop the queue, pause it" in fails(theatre, 2, "limit", "play", "--rate", "0")
    assert "use it alone" in fails(theatre, 2, "limit", "play", "--rate", "1", "--reset")
    assert list(told(theatre, "limit")) == ["play", "other"]
    assert "queue other" in ok(theatre, "limit").splitlines()
    assert "name the queue: one of play, other" in fails(theatre, 2, "limit", "--rate", "1")


def test_workers_health_and_stats(theatre: Theatre, office: BoxOffice) -> None:
    """A working worker is listed and healthy; one that does not beat is not, by exit 1."""
    assert "no worker 'w' has beaten" in fails(theatre, 1, "health", "--worker", "w")
    with theatre.worker(label="w"):
        office.put(Play(), "a")
        office.await_ended(1)
        (worker,) = told(theatre, "workers")
        assert (worker["label"], worker["acquired"] > 0) == ("w", True)
        assert "w" in ok(theatre, "workers").splitlines()[1].split()
        assert ok(theatre, "health", "--worker", "w").startswith("worker w is healthy")
        assert told(theatre, "health", "--worker", "w")["healthy"]
    found = told(theatre, "stats", "play")
    assert sum(minute["counts"].get("complete", 0) for minute in found["minutes"]) == 1
    head, *_, total = ok(theatre, "stats", "play").splitlines()
    assert head.split()[:4] == ["minute", "enqueue", "acquire", "complete"]
    assert total.split()[:5] == ["15", "min", "1", "1", "1"]


def test_waiting_for_a_job_shows_its_life(theatre: Theatre) -> None:
    """`enqueue --wait` prints log, progress and end, and answers by exit 0 or 1; `status --follow` does the same."""
    with theatre.worker(label="w"):
        put = ("enqueue", "play", "--job", "play", "--wait")
        done = theatre.engine(*put, '{"do":"notes","text":"noted"}', "--id", "a")
        assert done.returncode == 0, done
        assert "state:     completed" in done.stdout
        assert "noted" in done.stdout
        failed = theatre.engine(*put, '{"do":"unrecoverable"}', "--id", "b")
        assert (failed.returncode, "reason:" in failed.stdout) == (1, True)
        assert theatre.engine("status", "play", "b", "--follow").returncode == 1
        last = json.loads(ok(theatre, "status", "play", "a", "--follow", "--json"))
        assert last["state"] == "completed"
    assert "has no job 'nobody'" in fails(theatre, 1, "status", "play", "nobody", "--follow")
    assert "needs a queue and a job" in fails(theatre, 2, "status", "--follow")


def test_events_go_on_from_an_id(theatre: Theatre, office: BoxOffice) -> None:
    """Each event is a line; behind the id of one come those that followed; a trimmed one is told as a gap."""
    office.put(Play(), "a")
    lines = [json.loads(line) for line in ok(theatre, "events", "play", "--json").splitlines()]
    assert [(line["verb"], line["jobId"]) for line in lines] == [("enqueue", "a")]
    assert theatre.engine("run", "--drain").returncode == 0
    later = ok(theatre, "events", "play", "--after", lines[0]["id"]).splitlines()
    assert [line.split()[2:] for line in later] == [["acquire", "a"], ["complete", "a"]]
    gap = theatre.engine("events", "play", "--after", "1-0")
    assert (gap.returncode, gap.stderr.startswith("warning: events behind 1-0")) == (0, True)
    assert ok(theatre, "events", "play", "--after", "$") == ""
    assert "give the id of an event" in fails(theatre, 2, "events", "play", "--after", "yesterday")


def test_a_tenants_jobs_in_one_state(redis_url: str, prefix: str, tmp_path: Path) -> None:
    """`--tenant` with `--state` lists those of both."""
    with open_theatre(redis_url, prefix, tmp_path, {"group_by": "tenantId"}) as theatre:
        _list_by_tenant(theatre)


def _list_by_tenant(theatre: Theatre) -> None:
    for job_id in ("a", "b"):
        ok(theatre, "enqueue", "play", "--job", "play", '{"tenantId":"t1"}', "--id", job_id)
    assert ok(theatre, "cancel", "play", "a") == "a: cancelled\n"
    assert [line["id"] for line in told(theatre, "jobs", "play", "--tenant", "t1")] == ["b", "a"]
    assert [line["id"] for line in told(theatre, "jobs", "play", "--tenant", "t1", "--state", "waiting")] == ["b"]


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_an_output_that_cannot_be_written_is_told(theatre: Theatre) -> None:
    """A full disk is one line and exit 1; a reader that has enough (`| head`) is no error."""
    command = [sys.executable, "-m", "engine", "status"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, env=theatre.env, cwd=theatre.directory, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("error: the output cannot be written")


def test_a_syntax_error_in_the_app_is_one_line(theatre: Theatre) -> None:
    """File, line and what is wrong, exit 2."""
    (theatre.directory / "broken.py").write_text("app = (\n")
    said = fails(theatre, 2, "--app", "broken:app", "status")
    assert "broken.py line 1" in said
