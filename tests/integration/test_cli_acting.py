"""`python -m engine` on many jobs: by ids or by a query, planned, confirmed, carried out, looked up and taken back."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec

from tests.integration.test_cli import ok, told
from tests.integration.test_cli_operating import fails
from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.wait import eventually_sync
from tests.support.workers import Theatre


def failed(theatre: Theatre, office: BoxOffice, count: int, tenant: str = "t1") -> list[str]:
    """The ids of jobs that have failed."""
    ids = [f"{tenant}-{n}" for n in range(count)]
    office.put(Play("unrecoverable", tenant_id=tenant), *ids)
    assert theatre.engine("run", "--drain").returncode == 0
    return ids


def ended(theatre: Theatre) -> dict[str, Any] | None:
    """The only operation, once it is no longer under way."""
    (operation,) = told(theatre, "operations")
    return operation if operation["state"] != "running" else None


def test_a_dry_run_prints_the_plan(theatre: Theatre, office: BoxOffice) -> None:
    """How many, why others are skipped, what is worth knowing, how far it can be taken back; nothing is changed."""
    failed(theatre, office, 2)
    done = theatre.engine("retry", "play", "--where", "err~way", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "nothing was changed\n")
    lines = done.stdout.splitlines()
    assert lines[0] == "retry all failed that match err~way: 2 jobs of play"
    assert lines[1].startswith("such as: t1-")
    assert lines[-2:] == [
        "warning: play has no workers: the jobs will only wait",
        "undo: 15 min, for the jobs that have not started",
    ]
    plan = msgspec.json.decode(theatre.engine("trash", "play", "t1-0", "t1-1", "--dry-run", "--json").stdout)
    assert (plan["action"], plan["will"], plan["skipped"], plan["undo"]) == ("trash", 2, {}, "24 h")
    none = theatre.engine("retry", "play", "--in", "completed", "--dry-run").stdout
    assert none.splitlines()[0] == "retry all completed: 0 jobs of play"
    assert office.counts().failed == 2
    assert told(theatre, "audit") == {"entries": [], "before": None}


def test_jobs_by_a_query_and_back(theatre: Theatre, office: BoxOffice) -> None:
    """They are changed by one operation, which is listed, is in the book, and is taken back by its id."""
    failed(theatre, office, 3)
    said = ok(theatre, "trash", "play", "--in", "failed", "--where", "id:t1-*", "--reason", "4411", "--per-s", "0")
    first, back = said.splitlines()
    assert first == "trash done: 3 of 3 jobs"
    number = back.split()[-1]
    assert back.endswith(f": python -m engine undo play {number}")
    assert office.counts().failed == 0
    (operation,) = told(theatre, "operations", "play")
    assert (operation["id"], operation["done"], operation["reason"]) == (number, 3, "4411")
    assert ok(theatre, "operations").splitlines()[1].split()[0] == number
    assert ok(theatre, "undo", number).startswith("undo done: 3 of 3 jobs")
    assert office.counts().failed == 3
    assert "cannot be taken back" in fails(theatre, 2, "undo", "play", number)
    assert "no operation 'none'" in fails(theatre, 2, "undo", "none")
    assert ok(theatre, "stop", number) == "trash undone: 3 of 3 jobs\n"
    head, undo, trash = ok(theatre, "audit", "play").splitlines()
    assert head.split()[:5] == ["when", "who", "what", "queue", "on"]
    assert (undo.split()[2:4], trash.split()[2:4]) == (["undo", "play"], ["trash", "play"])
    assert trash.endswith("4411")


def test_one_job_into_the_trash_out_of_it_and_gone(theatre: Theatre, office: BoxOffice) -> None:
    """By its id, told in a word; what cannot be done is told by exit 1."""
    failed(theatre, office, 1)
    office.put(Play(), "w")
    assert ok(theatre, "trash", "play", "t1-0") == "t1-0: trashed\n"
    again = theatre.engine("trash", "play", "w")
    assert (again.returncode, again.stdout) == (1, "w: nothing done: it has not ended\n")
    assert told(theatre, "restore", "play", "t1-0") == {"id": "t1-0", "answer": "restored"}
    out = theatre.engine("restore", "play", "t1-0")
    assert (out.returncode, out.stdout) == (1, "t1-0: not restored: it is not in the trash\n")
    assert ok(theatre, "delete", "play", "t1-0") == "t1-0: deleted\n"
    assert "has no job 't1-0'" in fails(theatre, 1, "trash", "play", "t1-0")
    assert [entry["verb"] for entry in told(theatre, "audit")["entries"]] == ["delete", "restore", "trash"]


def test_which_jobs_must_be_said(theatre: Theatre, office: BoxOffice) -> None:
    """Ids or a list, not both, not neither; a query that can be read; a job that is there."""
    failed(theatre, office, 1)
    assert "say which jobs" in fails(theatre, 2, "cancel", "play")
    assert "say which jobs" in fails(theatre, 2, "trash", "play", "a", "--where", "id:a")
    assert "say which jobs" in fails(theatre, 2, "retry", "play", "a", "--in", "failed")
    assert "cannot read" in fails(theatre, 2, "retry", "play", "--where", "colour:red")
    assert "has no job 'nobody'" in fails(theatre, 1, "trash", "play", "t1-0", "nobody")
    assert "at least 1 job a second" in fails(theatre, 2, "trash", "play", "--in", "failed", "--per-s", "0.1")


def test_more_than_a_thousand_are_confirmed_by_their_number(theatre: Theatre, office: BoxOffice) -> None:
    """Without it, or with another, nothing is changed."""
    office.put(Play(), *(f"j{n}" for n in range(1_001)))
    many = ("cancel", "play", "--state", "waiting", "--per-s", "0")
    assert "1,001 jobs are meant: confirm their number by --yes 1001" in fails(theatre, 2, *many)
    assert "the plan has 1,001 jobs, not 1,000" in fails(theatre, 2, *many, "--yes", "1000")
    assert office.counts().waiting == 1_001
    done = theatre.engine(*many, "--yes", "1001")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "cancel done: 1,001 of 1,001 jobs")
    assert "of 1,001" in done.stderr


def test_queues_have_reasons_too(theatre: Theatre) -> None:
    """Pause, resume, limit and clean are in the book with why, and with what a limit was."""
    ok(theatre, "pause", "play", "--reason", "incident")
    ok(theatre, "resume", "play", "--reason", "over")
    ok(theatre, "limit", "play", "--rate", "5", "--reason", "slower")
    ok(theatre, "clean", "play", "--reason", "space")
    entries = told(theatre, "audit", "play", "--limit", "3")
    assert [(entry["verb"], entry["reason"]) for entry in entries["entries"]] == [
        ("clean", "space"),
        ("limit", "slower"),
        ("resume", "over"),
    ]
    assert entries["entries"][1]["detail"].startswith("rate: none -> 5")
    assert entries["entries"][0]["actor"]["tool"].startswith("engine ")
    (oldest,) = told(theatre, "audit", "--before", entries["before"])["entries"]
    assert (oldest["verb"], oldest["reason"]) == ("pause", "incident")


def test_an_operation_outlives_the_command_that_began_it(theatre: Theatre, office: BoxOffice) -> None:
    """Killed with -9 midway: a worker goes on with it, and each job is done once."""
    failed(theatre, office, 30)
    command = [sys.executable, "-m", "engine", "trash", "play", "--in", "failed", "--per-s", "10"]
    begun = subprocess.Popen(command, env=theatre.env, cwd=theatre.directory, stdout=subprocess.DEVNULL)
    try:
        eventually_sync(lambda: office.counts().failed < 30, within_s=20)
    finally:
        begun.kill()
        begun.wait(10)
    assert office.counts().failed > 0
    with theatre.worker():
        # The jobs of a batch are changed before they are counted: it is the operation that says when all is done.
        operation = eventually_sync(lambda: ended(theatre), within_s=30)
    assert (operation["state"], operation["done"], operation["skipped"]) == ("done", 30, 0)
    assert office.counts().failed == 0
