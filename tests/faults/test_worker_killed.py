"""A worker killed -9 in mid-run, and one that stood still and comes back."""

from __future__ import annotations

import pytest

from engine import State
from tests.faults.kill import kill_one_of_two
from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.servers import scratch
from tests.support.workers import await_starts, open_theatre

JOBS, LEASE_S, SWEEP_S = 2_000, 2, 0.5


@pytest.mark.timeout(120)
def test_a_killed_worker_costs_no_job(redis_url: str, prefix: str) -> None:
    """All jobs complete with one result each; only what the dead worker held runs again, within lease + sweep + 1 s."""
    with scratch() as directory:
        figures = kill_one_of_two(redis_url, prefix, directory, jobs=JOBS, lease_s=LEASE_S, sweep_s=SWEEP_S)
    assert figures.completed == JOBS
    assert figures.held, "the kill hit no job"
    assert max(figures.recovery_s) <= LEASE_S + SWEEP_S + 1, figures.summary()
    held = set(figures.held)
    for status in figures.statuses:
        executions = figures.executions[status.id]
        assert (status.attempts_made, status.crashes) == (1, 1 if status.id in held else 0)
        assert len(executions) == 1 or status.id in held, "a job ran again that the dead worker did not hold"
        assert len(executions) <= 2
        assert executions[-1].pid != figures.dead or status.id not in held
        assert status.returnvalue["fence"] == executions[-1].fence


def test_a_worker_that_stood_still_is_refused(redis_url: str, prefix: str) -> None:
    """What a process settles for a job that was taken from it changes nothing; it goes on with others."""
    queue = {"lease_s": 2, "sweep_s": 0.5, "concurrency": 2}
    with scratch() as directory, open_theatre(redis_url, prefix, directory, queue) as theatre:
        office = BoxOffice(theatre)
        with theatre.worker(label="sleeper") as sleeper:
            office.put(Play("sleep", seconds=1), "a", "b")
            await_starts(theatre.ledger, ["a", "b"])
            sleeper.freeze()
            with theatre.worker(label="other") as other:
                statuses = [office.await_state(job, "completed") for job in ("a", "b")]
                assert other.stop() == 0
            sleeper.resume()
            sleeper.await_record(event="lost", queue="play", jobId="a")
            sleeper.await_record(event="lost", queue="play", jobId="b")
            office.put(Play(), "next")
            assert office.await_state("next", "completed").worker_id == "sleeper"
            assert office.statuses(["a", "b"]) == statuses
    for status in statuses:
        assert (status.state, status.worker_id, status.crashes) == (State.COMPLETED, "other", 1)
