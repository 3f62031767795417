"""The beats of workers, sweeps, and workers that beat no more."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from engine.streams import commands as c
from tests.model.expect.leasing import Reclaim, Renew
from tests.model.ground import WORKERS, Ground
from tests.model.moves import rule

WORKER = st.sampled_from(WORKERS)


class Leasing(Ground):
    """The rules of leases."""

    @precondition(lambda self: self.queue.active or self.told)
    @rule(data=st.data(), past=st.integers(0, 7), strays=st.booleans(), lease_ms=st.sampled_from([0, 0, 8_000]))
    def renew(self, data: st.DataObject, past: int, strays: bool, lease_ms: int) -> None:  # noqa: FBT001 - drawn by name
        """A worker names all that it knows; those past their deadline (bits of `past`) only to be told of them."""
        holders = [worker for worker in WORKERS if self.current(worker)]
        worker = data.draw(st.sampled_from([*WORKERS, *holders, *holders]))
        known = [told.delivery for told in self.told.values() if told.worker == worker][-4:]
        if strays:
            known = self.current(worker)
        holdings = [c.Holding(one.id, one.fence, renew=not past >> n & 1) for n, one in enumerate(known)]
        self.do_renew(worker, holdings, strays=strays, lease_ms=lease_ms)

    def do_renew(self, worker: str, known: list[c.Holding], *, strays: bool, lease_ms: int = 0) -> c.Renewed:
        """One beat."""
        self.leave_the_edge()
        queue, now_us = self.queue, self.now_us

        def foretell() -> c.Renewed:
            beat = Renew(queue, now_us, worker, known)
            states = beat.states()
            given_back = beat.give_back(self.lines, self.pages.idle, lease_ms) if strays else 0
            return c.Renewed(given_back, queue.lease_ms if queue.configured else 0, states)

        call = c.renew(self.rig.keys, now_us, worker, known, strays=strays, lease_ms=lease_ms)
        answer = self.send("renew", call, foretell)
        for state in answer.states:
            self.count(f"renew: {state}")
        if answer.strays:
            self.count("renew: strays given back")
        return answer

    def leave_the_edge(self) -> None:
        """No lease is at the millisecond at which the fraction of the server's clock would decide."""
        edges = {self.queue.lease_ms, self.queue.lease_ms // 2, 8_000 // 2}
        entries = [entry for line in self.queue.lines.values() for entry in line if entry.owner]
        while any(self.now_us // 1000 - entry.stamp_ms in edges for entry in entries):
            self.pass_ms(1)

    @rule(dead=st.sets(WORKER))
    def reclaim(self, dead: set[str]) -> None:
        """One call of a sweep; consumers that are said to be dead lose nothing that they hold."""
        self.do_reclaim(sorted(dead))

    def do_reclaim(self, dead: Collection[str] = ()) -> c.Swept:
        """One call."""
        self.leave_the_edge()
        queue, now_us = self.queue, self.now_us
        answer = self.send(
            "reclaim",
            c.reclaim(self.rig.keys, now_us, list(dead)),
            lambda: Reclaim(queue, now_us).answer(self.lines, list(self.seen.holdings), self.pages.idle),
            self.history.hear_swept,
        )
        for verb, _ in answer.jobs:
            self.count(f"reclaim: {verb}")
        self.count(f"reclaim: {'closed' if answer.closed_ms else 'a full page' if answer.more else 'open'}")
        return answer

    @precondition(lambda self: self.held_by(WORKERS))
    @rule(survivors=st.sets(WORKER))
    def others_die(self, survivors: set[str]) -> None:
        """Who lives keeps its jobs, and nobody else does."""
        self.die([worker for worker in WORKERS if worker not in survivors])

    def die(self, dead: Collection[str]) -> None:
        """Others renew; all that these held is taken back, in two leases and a sweep, one as sweeps stood still."""
        self.catch_up()
        sweep_ms = int(self.queue.setting("sweep_ms"))
        for _ in range(2 * self.queue.lease_ms // max(1, sweep_ms) + 1):
            if not self.held_by(dead):
                return
            self.pass_ms(sweep_ms)
            self._sweep([worker for worker in WORKERS if worker not in dead])
        assert not self.held_by(dead), "a dead worker's lease goes on"

    def held_by(self, workers: Collection[str]) -> list[str]:
        """The jobs whose entries are pending for these, though an acquire broke before `active` named them."""
        return [entry.job for line in self.queue.lines.values() for entry in line if entry.owner in workers]

    def _sweep(self, living: Collection[str]) -> None:
        for worker in living:
            known = [c.Holding(one.id, one.fence, renew=True) for one in self.current(worker)]
            self.do_renew(worker, known, strays=True)
        while self.do_reclaim().more:
            pass
