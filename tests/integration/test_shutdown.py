"""How a worker process ends: by signals, by a blocked loop, and with which status."""

from __future__ import annotations

import signal

import pytest

from engine import State
from tests.support.apps import START_VARIABLE, Play
from tests.support.box_office import BoxOffice
from tests.support.workers import Theatre, await_starts

BLOCKED = 70


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_signal_lets_jobs_finish(theatre: Theatre, office: BoxOffice, number: signal.Signals, loop: str) -> None:
    """After the first signal running jobs end as ever, nothing new starts, and the status is 0."""
    with theatre.worker("--loop", loop, "--concurrency", "play=2") as worker:
        office.put(Play("sleep", seconds=0.5), "a", "b", "c")
        await_starts(theatre.ledger, ["a", "b"])
        worker.signal(number)
        assert worker.wait() == 0
    assert sorted(theatre.ledger.ids("end")) == ["a", "b"]
    assert office.status("a").state == office.status("b").state == State.COMPLETED
    assert office.status("c").state == State.WAITING


def test_after_the_grace_jobs_are_given_back(theatre: Theatre, office: BoxOffice) -> None:
    """A job that outlasts the grace is given back uncharged, and is the first to start elsewhere, before its lease."""
    with theatre.worker("--grace", "0.3", "--concurrency", "play=1") as worker:
        office.put(Play("sleep", seconds=2), "long")
        await_starts(theatre.ledger, ["long"])
        office.put(Play(), "next")
        assert worker.stop() == 0
        status = office.status("long")
        assert (status.state, status.attempts_made, status.crashes) == (State.WAITING, 0, 0)
    with theatre.worker("--concurrency", "play=1"):
        status = office.await_state("long", "completed")
        assert (status.attempts_made, status.crashes) == (1, 0)
    assert theatre.ledger.ids("start")[:2] == ["long", "long"]


def test_a_second_signal_gives_back_at_once(theatre: Theatre, office: BoxOffice) -> None:
    """A second signal does not wait for the grace: jobs are told to stop and given back uncharged."""
    with theatre.worker("--grace", "40") as worker:
        office.put(Play("sleep", seconds=40), "a", "b")
        await_starts(theatre.ledger, ["a", "b"])
        worker.signal(signal.SIGTERM)
        worker.await_line("stopping worker=")
        assert worker.stop() == 0
    assert sorted(theatre.ledger.ids("told")) == ["a", "b"]
    for status in office.statuses(["a", "b"]):
        assert (status.state, status.attempts_made, status.crashes) == (State.WAITING, 0, 0)


def test_a_handler_that_ignores_the_stop_does_not_keep_the_process(theatre: Theatre, office: BoxOffice) -> None:
    """A handler that does not stop loses its job to others first; the process ends all the same."""
    with theatre.worker("--grace", "0.1") as worker:
        office.put(Play("stubborn", seconds=50), "stubborn")
        await_starts(theatre.ledger, ["stubborn"])
        worker.signal(signal.SIGTERM)
        status = office.await_state("stubborn", "waiting")
        assert (status.attempts_made, status.crashes) == (0, 0)
        assert worker.wait(15) == 0


def test_a_signal_during_the_start(theatre: Theatre, office: BoxOffice) -> None:
    """A worker told to stop while its app starts takes no job and ends with 0."""
    office.put(Play(), "never")
    with theatre.worker(variables={START_VARIABLE: "slow"}, ready=False) as worker:
        worker.await_line("starting slowly")
        assert worker.stop() == 0
    assert office.status("never").state == State.WAITING


def test_a_second_signal_during_the_start(theatre: Theatre) -> None:
    """A worker whose app never finishes starting ends with 0 at the second signal."""
    with theatre.worker(variables={START_VARIABLE: "stuck"}, ready=False) as worker:
        worker.await_line("starting slowly")
        worker.signal(signal.SIGTERM)
        worker.signal(signal.SIGINT)  # another number: two of one kind may arrive as one
        assert worker.wait(10) == 0


def test_a_refused_start(theatre: Theatre) -> None:
    """An app that refuses to start ends the worker with 4 and its own sentence."""
    done = theatre.engine("run", **{START_VARIABLE: "refuse"})
    assert (done.returncode, done.stderr) == (4, "error: the stage is not built: type make stage\n")


def test_a_blocked_loop_ends_the_process(theatre: Theatre, office: BoxOffice) -> None:
    """A loop blocked past a job's time ends with 70: its neighbours go back uncharged, its own job with one crash."""
    with theatre.worker() as worker:
        office.put(Play("sleep", seconds=40), "neighbour", "other neighbour")
        office.put(Play("sleep", seconds=0.3), "same limit", job="hurried")
        await_starts(theatre.ledger, ["neighbour", "other neighbour", "same limit"])
        office.put(Play("block", seconds=40), "blocker", job="hurried")
        assert worker.wait() == BLOCKED
        assert "blocked" in worker.text()
        for status in office.statuses(["neighbour", "other neighbour"]):
            assert (status.state, status.attempts_made, status.crashes) == (State.WAITING, 0, 0)
    with theatre.worker():
        await_starts(theatre.ledger, ["neighbour", "other neighbour"])
        assert office.await_state("same limit", "completed").crashes == 0
        blocker = office.await_state("blocker", "completed")
        assert (blocker.crashes, blocker.attempts_made) == (1, 1)


def test_a_worker_ends_when_all_is_done(theatre: Theatre, office: BoxOffice) -> None:
    """With --drain a worker runs what waits, what is delayed and what is retried, and ends with 0."""
    office.put(Play("fail", times=1), "retried")
    office.put(Play("snooze", seconds=0.2), "put off")
    assert theatre.engine("run", "--queues", "play", "--drain").returncode == 0
    assert {status.state for status in office.statuses(["retried", "put off"])} == {State.COMPLETED}
