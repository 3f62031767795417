"""The scripts against a model of a few dictionaries: whatever the order of calls, no job is lost, doubled or stuck."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from engine.types import Delivery, Enqueued, Keep
from tests.support.queue import FAILURE, Rig, Verb
from tests.support.whole import ENDS, LIVE, check_whole, everything

IDS = st.sampled_from([f"j{n}" for n in range(8)])
WORKERS = st.sampled_from(["w1", "w2", "w3"])
VERBS: st.SearchStrategy[Verb] = st.sampled_from(["complete", "retry", "snooze", "fail", "release", "cancel"])
AFTER = {"complete": "completed", "fail": "failed", "cancel": "cancelled", "release": "waiting"}
MAX_CRASHES = 3


class Known(msgspec.Struct):
    """What the model knows of one id's current run."""

    ticket: Enqueued
    state: str
    attempts: int = 0
    crashes: int = 0
    flagged: bool = False


class Machine(RuleBasedStateMachine):
    """Producers, three workers, an operator and a clock, in any order."""

    def __init__(self, rig: Rig) -> None:
        super().__init__()
        self.rig = rig
        rig.configure()
        self.jobs: dict[str, Known] = {}
        self.held: dict[int, tuple[Delivery, str]] = {}
        self.stale: list[Delivery] = []
        self.accepted: dict[str, int] = {}
        self.fences = [0]
        self.latest_us = 0

    # ------------------------------------------------------------------------------------ producers

    @rule(job_id=IDS, delay_s=st.sampled_from([0, 0, 5]))
    def enqueue(self, job_id: str, delay_s: int) -> None:
        """A live id is swallowed; any other is a new run."""
        (ticket,) = self.rig.enqueue(job_id, delay_s=delay_s)
        known = self.jobs.get(job_id)
        live = known is not None and known.state in LIVE
        assert ticket.created is not live
        if not live:
            assert known is None or ticket.run > known.ticket.run
            self.jobs[job_id] = Known(ticket, "delayed" if delay_s else "waiting")

    @rule(job_id=IDS)
    def cancel(self, job_id: str) -> None:
        """Each state has its answer."""
        known = self.jobs.get(job_id)
        if known is None:
            return
        answer = self.rig.cancel(known.ticket)
        if known.state in {"waiting", "delayed", "cancelled"}:
            assert answer == "cancelled"
            known.state = "cancelled"
        elif known.state == "active":
            assert answer == "requested"
            known.flagged = True
        else:
            assert answer == "not_cancellable"

    # ------------------------------------------------------------------------------------ workers

    @rule(worker=WORKERS, places=st.integers(0, 5))
    def acquire(self, worker: str, places: int) -> None:
        """Only what waits is given, to one worker, with a fence above every one before; a suspect comes alone."""
        busy = any(owner == worker for _, owner in self.held.values())
        acquired = self.rig.acquire(places, worker, alone=not busy)
        for job_id, known in self.jobs.items():
            if known.state == "delayed" and self.rig.record(job_id)["state"] != "delayed":
                known.state = "waiting"
        for delivery in acquired.deliveries:
            known = self.jobs[delivery.id]
            if known.state == "delayed":
                known.state = "waiting"
            assert known.state == "waiting"
            assert (delivery.attempts, delivery.crashes) == (known.attempts, known.crashes)
            assert delivery.fence > max(self.fences)
            assert delivery.suspect == (known.crashes >= MAX_CRASHES - 1)
            known.state = "active"
            self.fences.append(delivery.fence)
            self.held[delivery.fence] = (delivery, worker)
        if any(delivery.suspect for delivery in acquired.deliveries):
            assert len(acquired.deliveries) == 1
            assert not busy

    @precondition(lambda self: self.held)
    @rule(data=st.data(), verb=VERBS)
    def settle(self, data: st.DataObject, verb: Verb) -> None:
        """The owner's word counts, unless the job's cancel was asked for."""
        delivery, _ = self.held.pop(data.draw(st.sampled_from(sorted(self.held))))
        assert self.rig.settle(delivery, verb, FAILURE, delay_s=3)
        known = self.jobs[delivery.id]
        self.stale.append(delivery)
        self.accepted[delivery.id] = delivery.fence
        if known.flagged:
            known.state, known.flagged = "cancelled", False
            return
        known.attempts += verb in {"complete", "retry", "fail"}
        known.state = AFTER.get(verb, "delayed")

    @precondition(lambda self: self.stale)
    @rule(data=st.data(), verb=VERBS)
    def settle_again(self, data: st.DataObject, verb: Verb) -> None:
        """A settle sent twice is ok if it was the last, else lost; either way nothing changes."""
        delivery = data.draw(st.sampled_from(self.stale))
        before = everything(self.rig)
        ok = self.rig.settle(delivery, verb, FAILURE, delay_s=3)
        assert ok == (self.accepted.get(delivery.id) == delivery.fence)
        assert everything(self.rig) == before

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def checkpoint(self, data: st.DataObject) -> None:
        """Crashes count from 0 again."""
        delivery, _ = self.held[data.draw(st.sampled_from(sorted(self.held)))]
        assert self.rig.note(delivery, "checkpoint")
        self.jobs[delivery.id].crashes = 0

    @rule(survivor=WORKERS)
    def all_but_one_die(self, survivor: str) -> None:
        """The survivor's leases hold; the others' jobs wait again, have failed, or are cancelled."""
        # Recovery waits for a clock that stepped back.
        self.rig.clock.advance(max(0, self.latest_us - self.rig.clock.now_us()) / 1_000_000)
        living = [delivery for delivery, worker in self.held.values() if worker == survivor]
        self.rig.end_leases(*living, consumer=survivor)
        for fence, (delivery, worker) in list(self.held.items()):
            if worker == survivor:
                continue
            del self.held[fence]
            self.stale.append(delivery)
            known = self.jobs[delivery.id]
            if known.flagged:
                known.state, known.flagged = "cancelled", False
                self.accepted[delivery.id] = fence
                continue
            known.crashes += 1
            known.state = "failed" if known.crashes >= MAX_CRASHES else "waiting"

    # ------------------------------------------------------------------------------------ time and upkeep

    @rule(seconds=st.sampled_from([0.001, 1, 4, -10]))
    def move_the_clock(self, seconds: float) -> None:
        """Forward, or a step back."""
        self.latest_us = max(self.latest_us, self.rig.clock.now_us())
        self.rig.clock.advance(seconds)

    @rule()
    def prune(self) -> None:
        """Everything that has ended is gone, and nothing else."""
        self.rig.prune(Keep(0, count=0), Keep(0, count=0))
        for job_id in [job_id for job_id, known in self.jobs.items() if known.state in ENDS]:
            del self.jobs[job_id]
            self.accepted.pop(job_id, None)

    @invariant()
    def every_job_is_in_its_one_place(self) -> None:
        """Redis and the model agree on every job, and the keys agree among themselves."""
        check_whole(self.rig)
        states = {job_id: self.rig.record(job_id).get("state") for job_id in self.jobs}
        assert states == {job_id: known.state for job_id, known in self.jobs.items()}
        counts = self.rig.counts()
        for state in (*LIVE, *ENDS):
            assert getattr(counts, state) == sum(known.state == state for known in self.jobs.values())


@pytest.fixture
def fresh_rigs(redis_url: str, prefix: str) -> Iterator[Rig]:
    """A new queue on the shared server, each time that one is asked for."""
    return (Rig(redis_url, prefix, f"q{n}") for n in count())


def test_any_order_of_calls_keeps_every_job(fresh_rigs: Iterator[Rig]) -> None:
    """Accepted jobs are in exactly one place after every call, and change only along the drawn transitions."""

    class Fresh(Machine):
        """The machine on a queue of its own, closed at the end."""

        def __init__(self) -> None:
            super().__init__(next(fresh_rigs))

        def teardown(self) -> None:
            self.rig.close()

    run_state_machine_as_test(
        Fresh,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
