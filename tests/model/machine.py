"""The whole machine: everybody at once, in any order."""

from __future__ import annotations

from engine.streams import commands as c
from engine.types import Keep, State
from tests.model.ground import FREE, WORKERS
from tests.model.rules.mishaps import Mishaps
from tests.model.rules.planning import Planning

NOTHING: dict[State, Keep] = {state: Keep(0, 0) for state in c.PRUNED}
_ROUNDS = 60
"""More than eight jobs can need, one at a time, with a crash in between."""


class Machine(Planning, Mishaps):
    """Producers, three workers, an operator and a clock, in any order."""

    def drain(self) -> None:
        """Without limits and with time, every job ends; then nothing is retained."""
        self.do_configure(FREE)
        self.do_set_limits(dict.fromkeys(("rate", "burst", "max_active", "concurrency", "lease_ms"), ""))
        if "paused" in self.queue.control:
            self.pause(paused=False)
        self.stop_all()
        self.catch_up()
        for _ in range(_ROUNDS):
            if not self.live():
                break
            self.pass_ms(5_000)
            self.work("w1", 10)
            if self.current():
                self.do_settle([c.Settle(one.id, one.fence, "complete", b"1") for one in self.current()])
            self.die(WORKERS)
        assert not self.live(), f"never ended: {self.live()}"
        self.do_prune(NOTHING)  # in any case: a group can be empty before the last job is gone
        while any(self.queue.ends.values()) or self.queue.trash:
            self.do_prune(NOTHING)

    def live(self) -> list[str]:
        """The jobs that have not ended, and whatever else a line or `delayed` names."""
        queue = self.queue
        return [entry.job for line in queue.lines.values() for entry in line] + list(queue.delayed)
