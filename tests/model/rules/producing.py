"""Producers: enqueue in every form, and what they do with tickets old and new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from engine.streams import commands as c
from engine.streams.call import Call
from engine.types import Enqueued, State
from tests.model.expect import producing as expect
from tests.model.ground import Ground
from tests.model.moves import rule
from tests.model.pages import LARGE_PAYLOAD

IDS = st.sampled_from([f"j{n}" for n in range(8)])
TENANT_TTL_S = 86_400
JOBS = st.builds(
    c.NewJob,
    id=IDS,
    name=st.sampled_from(["work", "play"]),
    payload=st.sampled_from([b"{}", b"[1]", LARGE_PAYLOAD]),
    delay_ms=st.sampled_from([0, 0, 0, 1, 700, 5_000]),
    tenant=st.sampled_from(["", "a", "b"]),
    digest=st.sampled_from(["", "x", "y"]),
)


class Producing(Ground):
    """The rules of producers."""

    @rule(jobs=st.lists(JOBS, min_size=1, max_size=4), max_waiting=st.sampled_from([0, 0, 0, 2, 4]))
    def enqueue(self, jobs: list[c.NewJob], max_waiting: int) -> None:
        """Live ids are swallowed, others are new runs while there is room; an id that comes twice is one job."""
        self.ops += 1
        self.do_enqueue(f"op{self.ops}", jobs, max_waiting)

    @rule(delay_ms=st.sampled_from([0, 0, 5]))
    def enqueue_all(self, delay_ms: int) -> None:
        """Eight jobs in one call, so that pages are full."""
        self.ops += 1
        jobs = [c.NewJob(f"j{n}", "work", b"{}", delay_ms, "a", "x") for n in range(8)]
        self.do_enqueue(f"op{self.ops}", jobs, 0)

    def do_enqueue(self, op: str, jobs: Sequence[c.NewJob], max_waiting: int) -> None:
        """The call, now or once more; its tickets are kept."""
        call = c.enqueue(self.rig.keys, self.now_us, op, TENANT_TTL_S, jobs, max_waiting)
        again = op in self.queue.answered
        answers = self.send(
            "enqueue",
            call,
            lambda: expect.enqueue(self.queue, self.now_us, op, jobs, max_waiting),
            self.history.hear_enqueued,
        )
        for answer in answers:
            if isinstance(answer, Enqueued):
                self.keep_run(answer.id, answer.run)
                self.count(f"enqueue: {'again' if again else 'new' if answer.created else answer.state}")
            else:
                self.count(f"enqueue: {answer.why}")
        self.remember(lambda: self.do_enqueue(op, jobs, max_waiting))

    def keep_run(self, job_id: str, run: int) -> None:
        """Somebody has a ticket of this run."""
        if (job_id, run) not in self.runs:
            self.runs.append((job_id, run))

    def draw_run(self, data: st.DataObject) -> tuple[str, int]:
        """The current run of a job for the most part, now and then an older one."""
        live = [(job.id, job.run) for job in self.queue.jobs.values()]
        return data.draw(st.sampled_from(live or self.runs) | st.sampled_from(self.runs))

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Each state has its answer; another run than the current one is never touched."""
        job_id, run = self.draw_run(data)
        self.do_cancel(job_id, run)

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), state=st.sampled_from(State))
    def cancel_in_a_state(self, data: st.DataObject, state: State) -> None:
        """Only a job in the state that is meant."""
        job_id, run = self.draw_run(data)
        self.do_cancel(job_id, run, state)

    @precondition(lambda self: self.queue.active)
    @rule(data=st.data())
    def cancel_what_runs(self, data: st.DataObject) -> None:
        """An active job is flagged, and its worker is told."""
        job = self.queue.jobs.get(data.draw(st.sampled_from(sorted(self.queue.active))))
        if job is not None:
            self.do_cancel(job.id, job.run)

    def do_cancel(self, job_id: str, run: int, wanted: State | None = None) -> None:
        """The call, now or once more."""
        state, keys = self.state_of(job_id), self.rig.keys
        call: Call[Any] = (
            c.cancel(keys, self.now_us, job_id, run, wanted) if wanted else c.cancel(keys, self.now_us, job_id, run)
        )
        answer = self.send(
            "cancel",
            call,
            lambda: expect.cancel(self.queue, self.now_us, job_id, run, wanted),
            refusals=("unknown", "not_cancellable", "changed"),
        )
        self.count(f"cancel of {state}: {answer}")
        self.remember(lambda: self.do_cancel(job_id, run, wanted))
