"""The commands that find jobs and say what is behind them, each against a real server."""

from __future__ import annotations

import json

from tests.integration.test_cli import ok, told
from tests.integration.test_cli_operating import fails, ok_with_note
from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.workers import Theatre


def test_search(theatre: Theatre, office: BoxOffice) -> None:
    """By terms, in every list or one; live jobs first; a query that cannot be read is pointed at."""
    office.put(Play("unrecoverable", text="x-1"), "a", "b")
    assert theatre.engine("run", "--drain").returncode == 0
    office.put(Play(text="x-2"), "c")
    found = told(theatre, "search", "play", "data~x-")
    assert [job["id"] for job in found] == ["c", "b", "a"]
    assert [job["id"] for job in told(theatre, "search", "play", "data.text:x-1 id:a")] == ["a"]
    assert [job["id"] for job in told(theatre, "search", "play", "data~x-", "--state", "waiting")] == ["c"]
    assert told(theatre, "search", "play", "id:*", "--trash") == []
    few = theatre.engine("search", "play", "id:*", "--limit", "1")
    assert (few.returncode, few.stdout.count("\n")) == (0, 2)
    assert few.stderr == "there are more: --limit 2 shows them\n"
    assert "looked at 3 jobs" in theatre.engine("search", "play", "id:a").stderr
    assert "cannot read 'nope:1' at character 6: there is no 'nope'" in fails(
        theatre, 2, "search", "play", "id:a nope:1"
    )
    assert "--limit must be at least 1" in fails(theatre, 2, "search", "play", "id:a", "--limit", "0")


def test_errors(theatre: Theatre, office: BoxOffice) -> None:
    """One line for each cause, most failed jobs first, and how to see its jobs."""
    office.put(Play("unrecoverable"), "a", "b")
    office.put(Play("fail", times=99), "c")
    assert theatre.engine("run", "--drain").returncode == 0
    first, second = told(theatre, "errors", "play")
    assert (first["jobs"], second["jobs"], first["queue"]) == (2, 1, "play")
    done = theatre.engine("errors")
    head, *rows = done.stdout.splitlines()
    assert head.split()[:3] == ["group", "queue", "failed"]
    assert [row.split()[0] for row in rows] == [first["fingerprint"], second["fingerprint"]]
    assert done.stderr == f"the jobs of one: search play group:{first['fingerprint']} --state failed\n"
    jobs = told(theatre, "search", "play", f"group:{first['fingerprint']}", "--state", "failed")
    assert [job["id"] for job in jobs] == ["b", "a"]
    assert len(told(theatre, "errors", "--limit", "1")) == 1
    assert "--limit must be at least 1" in fails(theatre, 2, "errors", "--limit", "0")
    assert ok(theatre, "errors", "other").count("\n") == 1


def test_explain(theatre: Theatre, office: BoxOffice) -> None:
    """All checks in order, and the verdict that `why` gives, with the command that helps."""
    office.put(Play(), "a", "b")
    text = ok(theatre, "explain", "play", "b")
    assert text.startswith("job b of queue play\n")
    assert "NO  a worker takes it  no worker runs for queue play" in text
    assert "about 1 wait before it" in text
    *_, verdict, advice = text.splitlines()
    assert verdict == "verdict: " + ok(theatre, "why", "play", "b").strip()
    assert advice.startswith("try:     python -m engine")
    assert advice.endswith("run --queues play")
    ok(theatre, "pause", "play")
    found = told(theatre, "explain", "play")
    assert next(check["name"] for check in found["checks"] if check["holds"] == "no") == "queue not paused"
    assert found["advice"] == "python -m engine resume play"
    assert "has no job 'nobody'" in fails(theatre, 1, "explain", "play", "nobody")


def test_waiters(theatre: Theatre, office: BoxOffice) -> None:
    """Whose jobs wait, most first."""
    office.put(Play(), "a", "b", "c")
    done = theatre.engine("waiters", "play")
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:]] == [["-", "3"]]
    assert done.stderr == "counted among the first 3 of 3 waiting jobs\n"
    found = told(theatre, "waiters", "play")
    assert (found["looked"], found["total"], found["tenants"][0]["tenant"]) == (3, 3, None)


def test_log(theatre: Theatre, office: BoxOffice) -> None:
    """The lines with their times; followed, those of a job that runs until it ends."""
    office.put(Play("fail", times=1), "a")
    assert theatre.engine("run", "--drain").returncode == 0
    lines = told(theatre, "log", "play", "a")
    texts = [line["text"] for line in lines]
    assert [text.split("\n")[0].split("Z] ")[1] for text in texts] == ["ValueError: no, attempt 1"]
    assert "Z  [2" in ok(theatre, "log", "play", "a")
    assert [
        json.loads(line)["text"] for line in ok(theatre, "log", "play", "a", "--follow", "--json").splitlines()
    ] == texts
    assert ok(theatre, "log", "play", "a", "--limit", "1").count("\n") <= 1
    assert "has no job 'nobody'" in fails(theatre, 1, "log", "play", "nobody")


def test_status_keeps_secrets(theatre: Theatre, office: BoxOffice) -> None:
    """They are shown to who asks for them, and the book says so."""
    office.put(Play(text="password=hunter2"), "a")
    done = theatre.engine("status", "play", "a")
    assert "hunter2" not in done.stdout
    assert "[redacted: text, 7 chars]" in done.stdout
    assert "secrets taken out: 1; --reveal shows them" in done.stderr
    assert "hunter2" not in json.dumps(told(theatre, "status", "play", "a"))
    assert "hunter2" in ok(theatre, "status", "play", "a", "--reveal")
    assert [entry["verb"] for entry in told(theatre, "audit", "play")["entries"]] == ["reveal"]
    assert "--reveal needs a queue and a job" in fails(theatre, 2, "status", "play", "--reveal")
    assert theatre.engine("run", "--drain").returncode == 0
    assert "hunter2" not in ok_with_note(theatre, "status", "play", "a", "--follow")
    assert "hunter2" in ok_with_note(theatre, "status", "play", "a", "--follow", "--reveal", "--json")
