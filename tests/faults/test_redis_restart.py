"""Redis killed under load and started again: nothing is lost, nobody is charged, the log stays readable."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

import pytest

from engine import State
from engine.embedded import EmbeddedValkey
from tests.support.apps import Play
from tests.support.box_office import BoxOffice
from tests.support.servers import scratch
from tests.support.wait import eventually_sync
from tests.support.workers import await_starts, open_theatre

AWAY_S = float(os.environ.get("REDIS_AWAY_S", "3"))
BATCHES, BATCH = 60, 20
QUEUE = {"lease_s": 3, "sweep_s": 0.5, "concurrency": 20, "keep_completed": {"age_s": 3600}}


@pytest.mark.timeout(120)
def test_redis_killed_under_load(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A producer and a worker go on by themselves after kill -9 of Redis: each job stored ran and completed once."""
    valkey = own_valkey()
    with scratch() as directory, open_theatre(valkey.url, "away", directory, QUEUE) as theatre:
        office = BoxOffice(theatre)
        stored: list[str] = []
        producer = threading.Thread(target=_produce, args=(office, stored), name="producer")
        with theatre.worker() as worker:
            producer.start()
            try:
                eventually_sync(lambda: len(theatre.ledger.read("end")) >= 200, within_s=20)
                valkey.kill()
                gone = time.monotonic()
                eventually_sync(lambda: time.monotonic() - gone >= AWAY_S, within_s=AWAY_S + 1)
                assert worker.status is None
                valkey.start()
            finally:
                producer.join()
            assert len(stored) == BATCHES * BATCH
            office.await_ended(len(stored))
            statuses = office.statuses(stored)
            starts = theatre.ledger.starts()
            assert worker.stop() == 0
            told, records = worker.text(), worker.records()
    assert {(status.state, status.attempts_made, status.crashes) for status in statuses} == {(State.COMPLETED, 1, 0)}
    assert {len(starts[job]) for job in stored} == {1}
    assert "Traceback" not in told
    assert "Redis answers again" in told
    times = [datetime.fromisoformat(line["time"]) for line in records if " waits: " in line.get("message", "")]
    assert times, "nothing was said about it"
    assert all((b - a).total_seconds() >= 0.99 for a, b in pairwise(times)), "more than one a second"


def test_a_checkpoint_waits_for_redis(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A handler that leaves checkpoints while Redis is away goes on when it is back: no attempt is charged."""
    valkey = own_valkey()
    with scratch() as directory, open_theatre(valkey.url, "saved", directory, QUEUE) as theatre:
        office = BoxOffice(theatre)
        with theatre.worker() as worker:
            office.put(Play("save", seconds=1.5), "a", "b")
            await_starts(theatre.ledger, ["a", "b"])
            valkey.kill()
            worker.await_line(" waits: ")
            valkey.start()
            for job in ("a", "b"):
                status = office.await_state(job, "completed")
                assert (status.attempts_made, status.crashes) == (1, 0)
            assert worker.stop() == 0


def _produce(office: BoxOffice, stored: list[str]) -> None:
    for batch in range(BATCHES):
        ids = [f"{batch}-{n}" for n in range(BATCH)]
        stored += [ticket.id for ticket in office.put(Play("sleep", seconds=0.05), *ids)]
