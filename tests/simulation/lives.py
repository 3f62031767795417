"""The lives of all jobs, put together from what the witness saw; what contradicts itself is found on the way."""

from __future__ import annotations

from collections import defaultdict
from typing import assert_never

from msgspec import Struct

from tests.simulation.ledger import Key
from tests.simulation.witness import Change, Fact, Forgiven, Handed, Renewal, Settling, Stored

ENDS = {"complete": "completed", "fail": "failed", "cancel": "cancelled"}
CHARGED = ("complete", "retry", "fail")
"""The verbs of a settle that charge an attempt."""


class Tenure(Struct):
    """A delivery for as long as Redis held it for its owner; `renewed_s` is when its lease last began anew."""

    handed: Handed
    renewed_s: float
    ended_s: float | None = None
    how: str = ""
    """A verb of settle, or `reclaim`, `crashed` (for the last time), `back` (uncharged), `again` (handed over anew)."""


class Life(Struct):
    """One run of a job."""

    key: Key
    run: int
    ends: list[str]
    attempts: int = 0
    crashes: int = 0
    accepted: int = 0
    """The fence whose settle ended it."""
    crashed_out: bool = False


class Lives:
    """Reads the facts in order."""

    def __init__(self, facts: list[Fact]) -> None:
        self.lives: dict[tuple[Key, int], Life] = {}
        self.tenures: list[Tenure] = []
        self.wrong: list[str] = []
        self.most_active: defaultdict[str, int] = defaultdict(int)
        """How many deliveries of a queue were held at once."""
        self._owners: dict[Key, Tenure] = {}
        self._newest: dict[Key, Life] = {}
        self._due_us: dict[Key, int] = {}
        self._handed: dict[Key, Handed] = {}
        self._settled: dict[Key, Settling] = {}
        self._last: dict[Key, int] = {}
        self._fences: defaultdict[str, int] = defaultdict(int)
        for fact in facts:
            self._read(fact)

    def _read(self, fact: Fact) -> None:
        key = (fact.queue, fact.id)
        match fact:
            case Stored():
                # A call that is sent again is answered again.
                if (key, fact.run) not in self.lives:
                    self._newest[key] = self.lives[key, fact.run] = Life(key, fact.run, ends=[])
                    self._due_us[key] = fact.due_us
            case Handed():
                self._hand(key, fact)
            case Renewal():
                owner = self._owners.get(key)
                if owner is not None and owner.handed.fence == fact.fence:
                    owner.renewed_s = fact.at_s
                else:
                    self._tell(fact, "renewed for a delivery that no longer held it")
            case Forgiven():
                self._newest[key].crashes = 0
            case Settling():
                self._settle(key, fact)
            case Change():
                self._change(key, fact)
            case _:
                assert_never(fact)

    def _hand(self, key: Key, fact: Handed) -> None:
        life = self._newest.get(key)
        if life is None or life.run != fact.run or life.ends:
            self._tell(fact, "handed over without a live run")
            return
        if fact.fence <= self._fences[fact.queue]:
            self._tell(fact, "its fence does not rise")
        self._fences[fact.queue] = fact.fence
        # Due times are whole milliseconds, rounded up.
        if fact.at_us < self._due_us.get(key, 0) // 1000 * 1000:
            self._tell(fact, f"handed over {(self._due_us[key] - fact.at_us) / 1e6:.3f} s early")
        if fact.crashes != life.crashes:
            self._tell(fact, f"has {fact.crashes} crashes on record, {life.crashes} were charged")
        if key in self._owners:
            self._end(key, fact.at_s, "again")
        self._handed[key] = fact

    def _settle(self, key: Key, fact: Settling) -> None:
        owner = self._owners.get(key)
        owned = owner is not None and owner.handed.fence == fact.fence
        if fact.answer == "lost":
            if owned:
                self._tell(fact, "the owner's settle was refused")
        elif owned:
            self._settled[key] = fact
        elif self._last.get(key) != fact.fence:
            self._tell(fact, "a stale settle was accepted")

    def _change(self, key: Key, fact: Change) -> None:
        settling = self._settled.pop(key, None)
        if settling is not None and (settling.at_s, settling.who) != (fact.at_s, fact.who):
            self._tell(fact, "an accepted settle changed nothing")
            settling = None
        match fact.verb:
            case "acquire":
                self._owners[key] = Tenure(self._handed.pop(key), fact.at_s)
                self.tenures.append(self._owners[key])
                held = sum(queue == fact.queue for queue, _ in self._owners)
                self.most_active[fact.queue] = max(self.most_active[fact.queue], held)
            case "complete" | "retry" | "snooze" | "fail" | "release" | "cancel" | "reclaim":
                self._leave(key, fact, settling)
            case _:
                return

    def _leave(self, key: Key, fact: Change, settling: Settling | None) -> None:
        life, verb = self._newest[key], fact.verb
        crashed = settling is None and verb in ("reclaim", "fail")
        if settling is not None:
            self._last[key] = settling.fence
            life.accepted = settling.fence
            life.attempts += verb in CHARGED
            if verb in ("retry", "snooze"):
                self._due_us[key] = settling.at_us + settling.delay_ms * 1000
        elif verb in ("complete", "retry", "snooze"):
            self._tell(fact, "without a settle")
        elif verb == "cancel" and key in self._owners:
            # Asked for, and its worker dead or silent: should it settle late, it is told that the job was cancelled.
            self._last[key] = self._owners[key].handed.fence
        life.crashes += crashed
        if key in self._owners:
            how = verb if settling is not None or verb == "reclaim" else {"fail": "crashed"}.get(verb, "back")
            self._end(key, fact.at_s, how)
        elif verb != "cancel" and not (verb == "release" and settling is None):
            self._tell(fact, "nobody held it")
        if verb in ENDS:
            life.ends.append(ENDS[verb])
            life.crashed_out = crashed
            if len(life.ends) > 1:
                self._tell(fact, f"ended more than once: {life.ends}")

    def _end(self, key: Key, at_s: float, how: str) -> None:
        tenure = self._owners.pop(key)
        tenure.ended_s, tenure.how = at_s, how

    def _tell(self, fact: Fact, what: str) -> None:
        self.wrong.append(f"{fact.at_s:.4f} {fact.queue}/{fact.id}: {what} ({type(fact).__name__.lower()})")
