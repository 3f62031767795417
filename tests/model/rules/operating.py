"""Operators: requeue and promote by hand, pause, limits, settings, retention, repair of what is whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition

from engine.streams import commands as c
from engine.types import Keep, QueueLimits, State
from tests.model.expect import keeping, producing
from tests.model.moves import rule
from tests.model.pages import SMALL, WHOLE, Pages
from tests.model.rules.producing import TENANT_TTL_S
from tests.model.rules.undoing import Undoing
from tests.support.damage import marks

LIMITS = st.builds(
    QueueLimits,
    lease_ms=st.sampled_from([3_000, 6_000]),
    sweep_ms=st.just(1_000),
    rate=st.sampled_from([0.0, 0.0, 2.0, 0.7]),
    burst=st.sampled_from([1, 3]),
    max_active=st.sampled_from([0, 0, 1, 3]),
    max_crashes=st.sampled_from([1, 2, 3]),
    shared_rate=st.sampled_from([0.0, 0.0, 5.0]),
    shared_burst=st.sampled_from([1, 2]),
)
SET = st.one_of(
    st.tuples(st.just("rate"), st.sampled_from(["0", "1.5", ""])),
    st.tuples(st.just("burst"), st.sampled_from(["1", "4", ""])),
    st.tuples(st.just("max_active"), st.sampled_from(["0", "2", ""])),
    st.tuples(st.just("concurrency"), st.sampled_from(["7", ""])),
    st.tuples(st.just("lease_ms"), st.sampled_from(["4000", ""])),
)
KEEPS = st.dictionaries(
    st.sampled_from(c.PRUNED),
    st.builds(Keep, st.sampled_from([0.0, 2.0, 60.0, 86_400.0]), st.sampled_from([None, 0, 1, 3])),
)


class Operating(Undoing):
    """The rules of operators."""

    @initialize(limits=LIMITS | st.none(), pages=st.sampled_from([WHOLE, SMALL]))
    def begin(self, limits: QueueLimits | None, pages: Pages) -> None:
        """Scripts with large or small pages, and a queue that a worker has configured, or that only producers know."""
        self.pages, self.queue.most_groups = pages, pages.groups
        self.count(f"pages: {'small' if pages == SMALL else 'whole'}")
        if limits is not None:
            self.do_configure(limits)

    @rule(limits=LIMITS)
    def configure(self, limits: QueueLimits) -> None:
        """A worker starts with other settings, or with the same."""
        self.do_configure(limits)

    @rule(setting=SET)
    def set_limit(self, setting: tuple[str, str]) -> None:
        """A value set at run time wins until it is taken back; a 0, which only a stranger would send, never does."""
        self.do_set_limits(dict([setting]))

    def do_set_limits(self, values: Mapping[str, str]) -> None:
        """The call."""
        call = c.set_limits(self.rig.keys, values)
        changed = self.send("control", call, lambda: keeping.set_limits(self.queue, values))
        self.count(f"limit: {'changed' if changed else 'as it was'}")

    @rule(paused=st.sampled_from([True, False, False]))
    def pause(self, paused: bool) -> None:  # noqa: FBT001 - drawn by name
        """Paused or resumed, once or again."""
        call = c.pause(self.rig.keys, paused=paused)
        changed = self.send("control", call, lambda: keeping.pause(self.queue, paused=paused))
        self.count(f"{'pause' if paused else 'resume'}: {'changed' if changed else 'as it was'}")

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), verb=st.sampled_from(["requeue", "requeue", "promote"]))
    def restart_runs(self, data: st.DataObject, verb: str) -> None:
        """Failed and cancelled runs wait again, or delayed ones wait no longer; no other run is touched."""
        self.do_restart(verb, [self.draw_run(data) for _ in range(data.draw(st.integers(1, 3)))])

    @precondition(lambda self: self.queue.ends["failed"] or self.queue.ends["cancelled"])
    @rule(data=st.data())
    def restart_what_ended(self, data: st.DataObject) -> None:
        """Something that failed or was cancelled waits again."""
        ended = sorted({**self.queue.ends["failed"], **self.queue.ends["cancelled"]})
        job = self.queue.jobs.get(data.draw(st.sampled_from(ended)))
        if job is not None:
            self.do_restart("requeue", [(job.id, job.run)])

    def do_restart(self, verb: str, runs: Sequence[tuple[str, int]]) -> None:
        """The call, now or once more."""
        states = {job_id: self.state_of(job_id) for job_id, _ in runs}
        if verb == "requeue":
            answers = self.send(
                verb,
                c.requeue(self.rig.keys, self.now_us, TENANT_TTL_S, runs),
                lambda: producing.requeue(self.queue, self.now_us, runs),
                lambda answers: self.history.hear_requeued(runs, answers),
                refusals=("not", "unknown"),
            )
        else:
            answers = self.send(
                verb,
                c.promote(self.rig.keys, self.now_us, runs),
                lambda: producing.promote(self.queue, self.now_us, runs),
                refusals=("not", "unknown"),
            )
        for (job_id, _), answer in zip(runs, answers, strict=True):
            self.count(f"{verb} of {states[job_id]}: {answer.answer}")
            if answer.run:
                self.keep_run(job_id, answer.run)
        self.remember(lambda: self.do_restart(verb, runs))

    @rule(keep=KEEPS, limit=st.sampled_from([1, 2, 250]), trash_ms=st.sampled_from([0, 2_000, c.TRASH_MS]))
    def prune(self, keep: dict[State, Keep], limit: int, trash_ms: int) -> None:
        """What is past its age or count is gone, oldest first, in pages; states that are not named are kept."""
        self.do_prune(keep, limit, trash_ms)

    def do_prune(self, keep: Mapping[State, Keep], limit: int = c.MAX_BATCH, trash_ms: int = 0) -> None:
        """The call."""
        groups = len(self.queue.groups)
        call = c.prune(self.rig.keys, self.now_us, keep, limit, trash_ms)
        answer = self.send("prune", call, lambda: keeping.prune(self.queue, self.now_us, keep, limit, trash_ms))
        self.count(f"prune: {'some' if any(answer.ended.values()) else 'none'}")
        self.count(f"prune of the trash: {'some' if answer.trash else 'none'}")
        self.count(f"prune of groups: {'some' if len(self.queue.groups) < groups else 'none'}")

    def is_healthy(self) -> bool:
        """Whether nothing is amiss that repair would mend."""
        queue = self.queue
        held = {job_id for job_id, one in queue.active.items() if one.entry.owner}
        active = {job.id for job in queue.jobs.values() if job.state == "active"}
        return all(queue.grouped.values()) and not queue.hostile and held == active

    @precondition(lambda self: self.is_healthy())
    @rule()
    def ask_counts(self) -> None:
        """Who asks how many jobs are in each state is told what is so."""
        found = self.rig.counts()
        states = Counter(job.state for job in self.queue.jobs.values() if not job.is_trashed)
        assert {state: getattr(found, state) for state in State} == {state: states[state] for state in State}
        self.count("counts")

    @precondition(lambda self: self.is_healthy())
    @rule()
    def repair(self) -> None:
        """There is nothing to mend where nothing is amiss, and nothing is changed."""
        found = marks(self.rig)
        assert self.rig.audit(*found) == []
        assert self.send("repair", c.repair(self.rig.keys, self.now_us, found), list) == []
        self.count("repair: nothing")
