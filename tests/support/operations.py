"""Plans and operations on the job `a`, as far as they can be, and calls that mean them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.streams import Call
from engine.streams import commands as c
from engine.views import Action, Actor, Listed
from tests.support.queue import Rig

ID = "a"
PLAN = "p"
UNDO = "u"
ACTOR = Actor("ana", "ops1", "test")
RETRY = c.Draft(PLAN, "retry", "retry", "a")
UNRETRY = c.Draft(UNDO, "undo", "unretry", "retry a", PLAN)


def failed(rig: Rig) -> int:
    """The run of the job, which has failed."""
    (ticket,) = rig.enqueue(ID)
    rig.fail(rig.take(1)[0])
    return ticket.run


def planned(rig: Rig) -> None:
    """A retry of it is planned."""
    run = failed(rig)
    rig.store.run(c.freeze(rig.keys, rig.clock.now_us(), RETRY, 0, [(ID, run, "failed")]))


def begun(rig: Rig) -> None:
    planned(rig)
    rig.store.run(c.begin(rig.keys, rig.clock.now_us(), PLAN, 1, ACTOR, "why", 200))


def silent(rig: Rig) -> None:
    """Nobody has begun to carry the operation out."""
    begun(rig)
    rig.clock.advance(6)


def handed_out(rig: Rig) -> None:
    """A driver has its batch."""
    begun(rig)
    rig.store.run(c.next_batch(rig.keys, rig.clock.now_us(), PLAN, "d1"))


def retried(rig: Rig) -> None:
    """The operation is done."""
    handed_out(rig)
    run = int(rig.record(ID)["run"])
    rig.store.run(c.requeue(rig.keys, rig.clock.now_us(), 60, [(ID, run)]))
    rig.store.run(c.advance(rig.keys, rig.clock.now_us(), PLAN, 0, [True]))


def started(rig: Rig) -> None:
    """It is done, and its job has started."""
    retried(rig)
    rig.take(1)


def called_off(rig: Rig) -> None:
    """It is done, and its job was cancelled then."""
    retried(rig)
    rig.store.run(c.cancel(rig.keys, rig.clock.now_us(), ID, int(rig.record(ID)["run"])))


def undo_planned(rig: Rig) -> None:
    """It is done, and taking it back is planned."""
    retried(rig)
    rig.store.run(c.freeze(rig.keys, rig.clock.now_us(), UNRETRY, 0))


OPERATED: dict[str, Callable[[Rig], None]] = {
    "planned": planned,
    "begun": begun,
    "silent": silent,
    "handed out": handed_out,
    "retried by plan": retried,
    "retried by plan and started": started,
    "retried by plan and cancelled": called_off,
    "undo planned": undo_planned,
}
"""The states of an operation, each by the calls that lead there."""


def freezing(deed: c.Deed, seen: str = "failed", run: Callable[[Rig], int] | None = None) -> Callable[[Rig], Call[Any]]:
    """The job into another plan, as it was seen."""

    def call(rig: Rig) -> Call[Any]:
        meant = run(rig) if run is not None else _run_of(rig, "run")
        draft = c.Draft("q", deed, deed, "a")
        return c.freeze(rig.keys, rig.clock.now_us(), draft, 0, [(ID, meant, seen), ("x", 1, seen)])

    return call


def gathering(action: Action, listed: Listed) -> Callable[[Rig], Call[Any]]:
    """All jobs of a list into another plan."""
    draft = c.Draft("g", action, action, f"all {listed}")
    return lambda rig: c.gather(rig.keys, rig.clock.now_us(), draft, 0, c.Scan(listed))


def beginning(confirm: int, plan: str = PLAN) -> Callable[[Rig], Call[Any]]:
    """The plan as an operation of so many jobs."""
    return lambda rig: c.begin(rig.keys, rig.clock.now_us(), plan, confirm, ACTOR, "why", 200)


def handing_out(operation: str, driver: str) -> Callable[[Rig], Call[Any]]:
    """The next batch for this driver."""
    return lambda rig: c.next_batch(rig.keys, rig.clock.now_us(), operation, driver)


def before(rig: Rig) -> int:
    """The run before the one that waits."""
    return _run_of(rig, "before")


def _run_of(rig: Rig, field: str) -> int:
    held = rig.command("TYPE", rig.keys.job + ID) == b"hash"
    return int(rig.record(ID).get(field, "1")) if held else 1


SENT_OF_PLANS: dict[str, Callable[[Rig], Call[Any]]] = {
    **{f"freeze {deed}": freezing(deed) for deed in ("retry", "cancel", "promote", "trash", "restore", "delete")},
    "freeze as it was seen before": freezing("retry", run=before),
    "freeze another run": freezing("retry", run=lambda _: 7),
    "freeze undo": lambda rig: c.freeze(rig.keys, rig.clock.now_us(), UNRETRY, 0),
    "gather failed": gathering("retry", "failed"),
    "gather failed to restore": gathering("restore", "failed"),
    "gather failed to cancel": gathering("cancel", "failed"),
    "gather completed": gathering("retry", "completed"),
    "gather waiting to promote": gathering("promote", "waiting"),
    "gather waiting to trash": gathering("trash", "waiting"),
    "gather trash": gathering("retry", "trash"),
    "begin": beginning(1),
    "begin with another number": beginning(2),
    "begin undo": beginning(1, UNDO),
    "next_batch": handing_out(PLAN, "d1"),
    "next_batch for another": handing_out(PLAN, "d2"),
    "next_batch of a silent one": handing_out("", "d2"),
    "advance": lambda rig: c.advance(rig.keys, rig.clock.now_us(), PLAN, 0, [True]),
    "stop": lambda rig: c.stop(rig.keys, rig.clock.now_us(), PLAN, ACTOR, "enough"),
    "book": lambda rig: c.book(rig.keys, c.Entry("pause", ACTOR)),
}
CODES_OF_PLANS: dict[str, dict[str, tuple[str, str]]] = {
    "freeze": {
        "gone": ("nothing", "freeze retry"),
        "changed": ("retried by plan and cancelled", "freeze undo"),
        "started": ("retried by plan and started", "freeze undo"),
        "other_run": ("failed", "freeze another run"),
        "runs_already": ("requeued", "freeze as it was seen before"),
        "trashed": ("failed and trashed", "freeze retry"),
        "not_trashed": ("failed", "freeze restore"),
        "not_failed": ("completed", "freeze retry"),
        "ended": ("completed", "freeze cancel"),
        "not_delayed": ("waiting", "freeze promote"),
        "not_ended": ("waiting", "freeze trash"),
        "other_state": ("cancelled", "freeze retry"),
    },
    "gather": {
        "trashed": ("failed and trashed", "gather trash"),
        "not_trashed": ("failed", "gather failed to restore"),
        "not_failed": ("completed", "gather completed"),
        "ended": ("failed", "gather failed to cancel"),
        "not_delayed": ("waiting", "gather waiting to promote"),
        "not_ended": ("waiting", "gather waiting to trash"),
    },
    "operation": {
        "ok": ("planned", "begin"),
        "expired": ("nothing", "begin"),
        "other_count": ("planned", "begin with another number"),
        "busy": ("handed out", "next_batch for another"),
        "over": ("retried by plan", "next_batch"),
    },
}
"""By script and code: the state of the job, and what is sent then."""
