"""Workers: acquire, with replies that are lost; settle in batches; notes. And the same with fences that own nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from engine.streams import commands as c
from engine.types import Delivery
from tests.model.expect import settling as expect
from tests.model.expect.acquiring import Acquire
from tests.model.ground import WORKERS, Ground, Told
from tests.model.moves import rule
from tests.model.state import Reset, Tokens
from tests.support.queue import FAILURE, Verb

WORKER = st.sampled_from(WORKERS)
VERBS: st.SearchStrategy[Verb] = st.sampled_from(["complete", "retry", "snooze", "fail", "release", "cancel"])
Kind = Literal["log", "progress", "checkpoint"]
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["log", "progress", "checkpoint"])
DATA = {"complete": b'{"ok":true}', "retry": FAILURE, "fail": FAILURE}

FINGERPRINTS = st.sampled_from(["a" * 12, "a" * 12, "b" * 12, "c" * 12, "", "no fingerprint"])


class Working(Ground):
    """The rules of workers."""

    @rule(worker=WORKER, places=st.sampled_from([0, 1, 2, 3]))
    def acquire(self, worker: str, places: int) -> None:
        """What may start now is handed over in order, as much as there are places."""
        self.work(worker, places)

    @rule(worker=WORKER)
    def acquire_all(self, worker: str) -> None:
        """The same, with a place for every job."""
        self.work(worker, 10)

    def work(self, worker: str, places: int) -> None:
        """The worker knows what it was given; if the queue's settings or groups are gone, it makes them anew."""
        answer = self.do_acquire(worker, places)
        if answer is None or answer.status == "reset":
            self.configure_anew()
            return
        for delivery in answer.deliveries:
            self.told[delivery.fence] = Told(delivery, worker)

    @rule(worker=WORKER, data=st.data())
    def acquire_and_settle(self, worker: str, data: st.DataObject) -> None:
        """A worker takes what it can, and ends something that it holds."""
        self.work(worker, 3)
        if self.current(worker):
            self.do_settle([_settle(data.draw(st.sampled_from(self.current(worker))), data)])

    @rule(worker=WORKER, fingerprint=FINGERPRINTS)
    def acquire_and_fail(self, worker: str, fingerprint: str) -> None:
        """Whatever a worker holds fails at once, for one reason."""
        self.work(worker, 3)
        failed = [c.Settle(one.id, one.fence, "fail", FAILURE, fingerprint=fingerprint) for one in self.current(worker)]
        if failed:
            self.do_settle(failed)

    @rule(worker=WORKER)
    def acquire_in_vain(self, worker: str) -> None:
        """The reply is lost: Redis believes that the worker runs what it was never given."""
        answer = self.do_acquire(worker, 2)
        self.count(f"acquire: lost, with {len(answer.deliveries) if answer else 'no'} jobs")

    @precondition(lambda self: self.queue.setting("shared_rate"))
    @rule(places=st.integers(1, 3))
    def neighbour_starts(self, places: int) -> None:
        """Another queue of the slot takes tokens of the bucket that they share, as many as there are."""
        shared, neighbour = self.bucket("shared_"), self.neighbour
        neighbour.configure(shared_rate=shared.rate, shared_burst=int(shared.burst))
        neighbour.enqueue(*(f"n{n}" for n in range(places)))
        tokens = Tokens.read(self.queue.shared, shared.rate, shared.burst, self.now_us)
        assert tokens is not None
        wanted = min(places, tokens.tokens // 1_000_000)
        tokens.take(self.now_us, wanted)
        taken = neighbour.take(places)
        assert len(taken) == wanted
        for delivery in taken:
            neighbour.settle(delivery, "complete", b"1")
        counts = {bucket: wanted if bucket == shared else 0 for bucket in self.limited()}
        self.history.hear_started(counts, self.passed_us)
        self.look("neighbour")
        self.count(f"neighbour: {wanted} jobs")

    def do_acquire(self, worker: str, places: int) -> c.Acquired | None:
        """The call, by a process that runs what the worker knows of; None: a group is missing."""
        alone, keys = not self.current(worker), self.rig.keys
        call = c.acquire(keys, self.now_us, worker, places, alone=alone)
        call.args[4] = self.pages.max_bytes
        try:
            answer = self.send(
                "acquire",
                call,
                lambda: Acquire(self.queue, self.now_us, worker, places, self.pages).answer(alone=alone),
                lambda answer: self.history.hear_acquired(answer, self.limited(), self.passed_us),
            )
        except Reset:
            self.count("acquire: no group")
            return None
        self.count(f"acquire: {answer.status}")
        self.count(f"acquire: {min(3, len(answer.deliveries))} jobs")
        for delivery in answer.deliveries:
            self.count("acquire: a suspect" if delivery.suspect else "acquire: no suspect")
        return answer

    @precondition(lambda self: self.current())
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """The owner's word counts."""
        self.do_settle([_settle(data.draw(st.sampled_from(self.current())), data)])

    @precondition(lambda self: self.current())
    @rule(data=st.data())
    def settle_many(self, data: st.DataObject) -> None:
        """One call for several deliveries, a verb for each; among them one that owns nothing any more."""
        chosen = data.draw(st.lists(st.sampled_from(self.current()), min_size=1, max_size=4, unique_by=id))
        # Not an earlier delivery of a chosen job: a record remembers the last that was settled, and no other.
        stale = [delivery for delivery in self.stale() if delivery.id not in {one.id for one in chosen}]
        if stale:
            chosen.insert(0, data.draw(st.sampled_from(stale)))
        self.do_settle([_settle(delivery, data) for delivery in chosen])

    @precondition(lambda self: self.stale())
    @rule(data=st.data())
    def settle_too_late(self, data: st.DataObject) -> None:
        """Whatever it says, a delivery that owns nothing changes nothing."""
        self.do_settle([_settle(data.draw(st.sampled_from(self.stale())), data)])

    def do_settle(self, settles: Sequence[c.Settle]) -> None:
        """The call, now or once more."""
        owned = {one.fence for one in settles if any(held.fence == one.fence for held in self.queue.active.values())}
        answers = self.send(
            "settle",
            c.settle(self.rig.keys, self.now_us, settles),
            lambda: expect.settle(self.queue, self.now_us, settles),
            lambda answers: self.history.hear_settled(settles, answers),
            refusals=() if owned else ("lost",),
        )
        for one, answer in zip(settles, answers, strict=True):
            self.count(f"settle {one.verb}: {answer}" if one.fence in owned else f"settle of no owner: {answer}")
        self.remember(lambda: self.do_settle(settles))

    @precondition(lambda self: self.current())
    @rule(data=st.data(), kinds=st.lists(KINDS, min_size=1, max_size=3))
    def note(self, data: st.DataObject, kinds: list[Kind]) -> None:
        """A delivery that owns its job leaves lines, progress and checkpoints."""
        self._note(data.draw(st.sampled_from(self.current())), kinds)

    @precondition(lambda self: self.stale())
    @rule(data=st.data(), kind=KINDS)
    def note_too_late(self, data: st.DataObject, kind: Kind) -> None:
        """One that owns nothing leaves nothing."""
        self._note(data.draw(st.sampled_from(self.stale())), [kind])

    def _note(self, delivery: Delivery, kinds: Sequence[Kind]) -> None:
        self.do_note([c.Note(delivery.id, delivery.fence, kind, b'{"percent":50}') for kind in kinds])

    def do_note(self, notes: Sequence[c.Note]) -> None:
        """The call."""

        def hear(answers: Sequence[bool]) -> None:
            for one, kept in zip(notes, answers, strict=True):
                if kept and one.kind == "checkpoint":
                    self.history.crashes[one.id] = 0

        answers = self.send(
            "note",
            c.note(self.rig.keys, self.now_us, notes),
            lambda: expect.note(self.queue, self.now_us, notes),
            hear,
            refusals=("False",),
        )
        for one, kept in zip(notes, answers, strict=True):
            self.count(f"note {one.kind}: {'kept' if kept else 'lost'}")


def _settle(delivery: Delivery, data: st.DataObject) -> c.Settle:
    verb = data.draw(VERBS)
    delay_ms = data.draw(st.sampled_from([0, 1, 700, 5_000])) if verb in {"retry", "snooze"} else 0
    fingerprint = data.draw(FINGERPRINTS) if verb == "fail" else ""
    return c.Settle(delivery.id, delivery.fence, verb, DATA.get(verb, b""), delay_ms, fingerprint)
