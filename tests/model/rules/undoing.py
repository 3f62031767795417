"""Operators who throw away, and who think better of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from engine.streams import commands as c
from tests.model.expect import undoing as expect
from tests.model.expect.undoing import Done, Verb
from tests.model.moves import rule
from tests.model.rules.producing import Producing

VERBS: st.SearchStrategy[Verb] = st.sampled_from(["trash", "trash", "restore", "delete"])
DONE: st.SearchStrategy[Done] = st.sampled_from(get_args(Done))
REFUSED = ("not", "unknown")


class Undoing(Producing):
    """The rules of the trash, and of what is taken back."""

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), verb=VERBS)
    def throw_away(self, data: st.DataObject, verb: Verb) -> None:
        """Ended runs are put into the trash, taken out of it, or deleted; no other run is touched."""
        self.do_trash(verb, [self.draw_run(data) for _ in range(data.draw(st.integers(1, 3)))])

    @precondition(lambda self: any(self.queue.ends.values()))
    @rule(data=st.data())
    def throw_out(self, data: st.DataObject) -> None:
        """Something that has ended goes into the trash."""
        ended = sorted(job_id for index in self.queue.ends.values() for job_id in index)
        job = self.queue.jobs.get(data.draw(st.sampled_from(ended)))
        if job is not None:
            self.do_trash("trash", [(job.id, job.run)])

    @precondition(lambda self: self.queue.trash)
    @rule(data=st.data(), verb=st.sampled_from(["restore", "restore", "delete"]))
    def clear_out(self, data: st.DataObject, verb: Verb) -> None:
        """The same with something that is in the trash."""
        job = self.queue.jobs.get(data.draw(st.sampled_from(sorted(self.queue.trash))))
        if job is not None:
            self.do_trash(verb, [(job.id, job.run)])

    def do_trash(self, verb: Verb, runs: Sequence[tuple[str, int]]) -> None:
        """The call, now or once more."""
        states = {job_id: self.state_of(job_id) for job_id, _ in runs}
        answers = self.send(
            verb,
            c.trash(self.rig.keys, self.now_us, verb, runs),
            lambda: expect.trash(self.queue, self.now_us, verb, runs),
            refusals=REFUSED,
        )
        for (job_id, _), answer in zip(runs, answers, strict=True):
            self.count(f"{verb} of {states[job_id]}: {answer}")
        self.remember(lambda: self.do_trash(verb, runs))

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), done=DONE)
    def take_back(self, data: st.DataObject, done: Done) -> None:
        """What was done to runs is taken back, if it was done, and nobody was handed them since."""
        self.do_revert(done, [self._draw_changed(data, done) for _ in range(data.draw(st.integers(1, 3)))])

    @precondition(lambda self: any(job.undo for job in self.queue.jobs.values()))
    @rule(data=st.data())
    def think_better_of_it(self, data: st.DataObject) -> None:
        """The last thing that was done to a job is taken back."""
        job = data.draw(st.sampled_from([job for job in self.queue.jobs.values() if job.undo]))
        if job.undo is not None:
            run = job.number("before") if job.undo.what == "requeue" else job.run
            self.do_revert(job.undo.what, [(job.id, run)])

    def _draw_changed(self, data: st.DataObject, done: Done) -> tuple[str, int]:
        """A run that may have been changed so, named as it was then."""
        job_id, run = self.draw_run(data)
        job = self.queue.jobs.get(job_id)
        return (job_id, job.number("before")) if done == "requeue" and job and "before" in job.record else (job_id, run)

    def do_revert(self, done: Done, runs: Sequence[tuple[str, int]]) -> None:
        """The call, now or once more."""
        states = {job_id: self.state_of(job_id) for job_id, _ in runs}
        answers = self.send(
            "revert",
            c.revert(self.rig.keys, self.now_us, done, runs),
            lambda: expect.revert(self.queue, self.now_us, done, runs),
            lambda answers: self.history.hear_reverted(done, runs, answers),
            refusals=REFUSED,
        )
        for (job_id, _), answer in zip(runs, answers, strict=True):
            self.count(f"revert {done} of {states[job_id]}: {answer}")
        self.remember(lambda: self.do_revert(done, runs))
