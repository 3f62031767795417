"""What all rules stand on: a call is foretold, sent, and every key compared after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, Literal, NamedTuple, TypeVar, cast

from hypothesis.stateful import RuleBasedStateMachine

from engine.embedded import EmbeddedValkey
from engine.errors import StoreReset
from engine.streams import commands as c
from engine.streams.call import Call
from engine.types import Delivery, QueueLimits
from tests.model.agreement import check_agreement
from tests.model.history import Bucket, History
from tests.model.invariants import AFTER_EVERY_CALL, Step, i6_idempotence, i12_nothing_is_left
from tests.model.pages import WHOLE, paged
from tests.model.state import Queue, Reset
from tests.support.headers import codes_in
from tests.support.queue import Rig
from tests.support.sent import ask
from tests.support.snapshot import Snapshot

R = TypeVar("R")
WORKERS = ("w1", "w2", "w3")
FREE = QueueLimits(lease_ms=3_000, sweep_ms=1_000)
"""Nothing is limited, and leases are short."""
MOST_LATER = 12
"""How many calls are remembered, to be sent again later."""

_LINES = """
local order = {}
for name in pairs({ again = 1, ready = 2, suspect = 3 }) do
  order[#order + 1] = name
end
return order
"""


class Told(NamedTuple):
    """A delivery, and the worker that was told of it."""

    delivery: Delivery
    worker: str


class Sent(NamedTuple):
    """A call that changed nothing else since, and its answer."""

    name: str
    call: Call[Any]
    answer: object


class Ground(RuleBasedStateMachine):
    """One queue, its model, and what workers, producers and operators know of it."""

    def __init__(self, server: EmbeddedValkey, rig: Rig, neighbour: Rig, tally: Counter[str]) -> None:
        super().__init__()
        self.server, self.rig, self.neighbour, self.tally = server, rig, neighbour, tally
        self.rig.limits, self.neighbour.clock = FREE, rig.clock
        self.queue = Queue(rig.keys.queue)
        self.history = History()
        self.pages = WHOLE
        self.seen = Snapshot.take(rig.store, rig.keys)
        self.told: dict[int, Told] = {}
        self.runs: list[tuple[str, int]] = []
        """Each run that somebody has a ticket of."""
        self.last: Sent | None = None
        self.later: list[Callable[[], None]] = []
        self.latest_us = rig.clock.now_us()
        self.passed_us = 0
        self.ops = 0
        self.sound = True
        self.lines = self.read_lines()

    def read_lines(self) -> list[str]:
        """The order in which the server's Lua walks the three lines, which is no promise."""
        return [name.decode() for name in self.rig.command("EVAL", _LINES, 0)]

    @property
    def now_us(self) -> int:
        return self.rig.clock.now_us()

    # ------------------------------------------------------------------------------------ who holds what

    def state_of(self, job_id: str) -> str:
        """The state of a job; `other type` or `no record`, where it has none."""
        job = self.queue.jobs.get(job_id)
        return job.state if job is not None else "other type" if job_id in self.queue.hostile else "no record"

    def is_current(self, delivery: Delivery) -> bool:
        """Whether the delivery owns its job."""
        held = self.queue.active.get(delivery.id)
        return held is not None and held.fence == delivery.fence

    def current(self, worker: str | None = None) -> list[Delivery]:
        """The deliveries that one worker, or any, was told of and still owns."""
        return [
            told.delivery
            for told in self.told.values()
            if worker in {None, told.worker} and self.is_current(told.delivery)
        ]

    def stale(self) -> list[Delivery]:
        """The deliveries that somebody was told of, and that own nothing any more."""
        return [told.delivery for told in self.told.values() if not self.is_current(told.delivery)]

    # ------------------------------------------------------------------------------------ time and settings

    def pass_ms(self, ms: int) -> None:
        """So much time has passed."""
        self.rig.clock.advance(ms / 1000)
        self.passed_us += ms * 1000
        self.latest_us = max(self.latest_us, self.now_us)
        self.last = None

    def catch_up(self) -> None:
        """After a step back the clock is where it was: recovery waits for that."""
        self.pass_ms(max(0, self.latest_us - self.now_us) // 1000)

    def do_configure(self, limits: QueueLimits) -> None:
        """A worker has started with these settings."""
        self.rig.limits = limits
        call = c.configure(self.rig.keys, limits)
        changed = self.send("control", call, lambda: self.queue.configure(limits))
        self.count(f"configure: {'changed' if changed else 'as it was'}")

    def configure_anew(self) -> None:
        """A worker has found no group or no settings, and made them."""
        self.do_configure(self.rig.limits)

    # ------------------------------------------------------------------------------------ calls

    def send(
        self,
        name: str,
        call: Call[R],
        foretell: Callable[[], R],
        hear: Callable[[R], None] | None = None,
        refusals: Collection[str] = (),
    ) -> R:
        """The answer, which was foretold; Redis and the model agree. Raises Reset where a group is missing.

        A call whose answers are all `refusals` has changed no byte.
        """
        self.sound = False
        call.script = paged(call.script, self.pages)
        try:
            wanted = foretell()
        except Reset:
            self._send_in_vain(name, call)
            raise
        reply = ask(self.rig, call)
        for word in codes_in(call.script.name, reply):
            self.count(f"word: {call.script.name} {word}")
        answer = call.decode(reply)
        assert answer == wanted, f"{name} answered {answer}; foretold: {wanted}"
        if hear is not None:
            hear(answer)
        self.count(f"call: {name}")
        self.look(name, refused=bool(refusals) and _words(answer) <= set(refusals))
        self.last = Sent(name, call, answer)
        return answer

    def _send_in_vain(self, name: str, call: Call[Any]) -> None:
        try:
            answer = self.rig.store.run(call)
        except StoreReset:
            self.look(name, broken=True)
        else:
            raise AssertionError(f"{name} answered {answer}; foretold: a group is missing")

    def send_again(self) -> str:
        """The last call is answered as before, and changes nothing; its name."""
        assert self.last is not None
        name, call, answer = self.last
        before = Snapshot.take(self.rig.store, self.rig.keys)
        i6_idempotence(answer, self.rig.store.run(call), before, Snapshot.take(self.rig.store, self.rig.keys))
        return name

    def look(self, call: str, *, broken: bool = False, refused: bool = False) -> None:
        """Redis holds what the model says, and every invariant holds."""
        self.sound = False
        before, self.seen = self.seen, Snapshot.take(self.rig.store, self.rig.keys)
        check_agreement(self.queue, self.seen, self.rig)
        step = Step(
            call=call,
            before=before,
            after=self.seen,
            history=self.history,
            pages=self.pages,
            now_us=self.now_us,
            broken=broken,
            refused=refused,
            limited=tuple(self.limited()),
            max_active=int(self.queue.setting("max_active")),
            max_crashes=int(self.queue.setting("max_crashes")),
        )
        for holds in AFTER_EVERY_CALL:
            holds(step)
        self.last = None
        self.sound = True

    def limited(self) -> list[Bucket]:
        """The rates that hold now: the queue's own, and the one that its slot shares."""
        return [bucket for bucket in (self.bucket(""), self.bucket("shared_")) if bucket.rate]

    def bucket(self, which: Literal["", "shared_"]) -> Bucket:
        """The queue's own rate, or the one that its slot shares; 0 where nothing is limited."""
        return Bucket(which, self.queue.setting(f"{which}rate"), self.queue.setting(f"{which}burst"))

    def remember(self, again: Callable[[], None]) -> None:
        """The call may be sent again later; of many, the newest are kept."""
        self.later = [*self.later[-MOST_LATER:], again]

    def count(self, what: str) -> None:
        """One more of these was seen."""
        self.tally[what] += 1

    def teardown(self) -> None:
        """At the end of a run without a fault everything can be brought to its end, and nothing is left."""
        try:
            if self.sound:
                self.drain()
                i12_nothing_is_left(self.seen)
        finally:
            for rig in (self.rig, self.neighbour):
                rig.delete()
                rig.close()

    def drain(self) -> None:
        """Every job has ended and nothing is retained."""
        raise NotImplementedError


def _words(answer: object) -> set[str]:
    """What was answered for each job."""
    many = cast("list[object]", answer) if isinstance(answer, list) else [answer]
    return {str(getattr(word, "answer", word)) for word in many}
