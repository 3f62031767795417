"""The states that the job `a` of a queue can be in, sound and damaged, each by the calls that lead there."""

from __future__ import annotations

from collections.abc import Callable

from engine.streams import commands as c
from tests.support import damage
from tests.support.operations import OPERATED
from tests.support.queue import FAILURE, Rig, Verb

ID = "a"


def nothing(rig: Rig) -> None:
    """Nobody has stored it."""


def waiting(rig: Rig) -> None:
    rig.enqueue_jobs(c.NewJob(ID, "work", b"{}", tenant="t", digest="d"), c.NewJob("b", "work", b"{}"))


def delayed(rig: Rig) -> None:
    rig.enqueue(ID, "b", delay_s=60)


def due(rig: Rig) -> None:
    delayed(rig)
    rig.clock.advance(61)


def active(rig: Rig) -> None:
    waiting(rig)
    rig.take(1)


def flagged(rig: Rig) -> None:
    (ticket,) = rig.enqueue(ID)
    rig.take(1)
    rig.cancel(ticket)


def run_out(rig: Rig) -> None:
    """The lease of what is held now has run out, and the next sweep will find it."""
    rig.sweep_for(rig.limits.lease_ms / 1000 - rig.limits.sweep_ms / 1000)
    rig.clock.advance(rig.limits.sweep_ms / 1000 + 0.01)


def expired(rig: Rig) -> None:
    rig.end_leases()
    active(rig)
    run_out(rig)


def expired_flagged(rig: Rig) -> None:
    rig.end_leases()
    flagged(rig)
    run_out(rig)


def last_crash(rig: Rig) -> None:
    """Its lease has run out once more than it may."""
    suspect(rig)
    rig.take(1)
    run_out(rig)


def released(rig: Rig) -> None:
    waiting(rig)
    rig.settle(rig.take(1)[0], "release")


def suspect(rig: Rig) -> None:
    waiting(rig)
    for _ in range(2):
        rig.take(1)
        rig.end_leases()


def retried(rig: Rig) -> None:
    waiting(rig)
    rig.settle(rig.take(1)[0], "retry", FAILURE, delay_s=5)


def ended(verb: Verb) -> Callable[[Rig], None]:
    """The state after this verb."""

    def state(rig: Rig) -> None:
        waiting(rig)
        rig.settle(rig.take(1)[0], verb, FAILURE)

    return state


def requeued(rig: Rig) -> None:
    ended("fail")(rig)
    run = int(rig.record(ID)["run"])
    rig.store.run(c.requeue(rig.keys, rig.clock.now_us(), 60, [(ID, run)]))


def trashed(verb: Verb) -> Callable[[Rig], None]:
    """The state after this verb, in the trash."""

    def state(rig: Rig) -> None:
        ended(verb)(rig)
        run = int(rig.record(ID)["run"])
        rig.store.run(c.trash(rig.keys, rig.clock.now_us(), "trash", [(ID, run)]))

    return state


def grouped(rig: Rig) -> None:
    """It has failed, and is in an error group."""
    waiting(rig)
    rig.fail(rig.take(1)[0])


def regrouped(rig: Rig) -> None:
    """It was in an error group, and is requeued."""
    grouped(rig)
    rig.store.run(c.requeue(rig.keys, rig.clock.now_us(), 60, [(ID, int(rig.record(ID)["run"]))]))


def called_off(state: Callable[[Rig], None]) -> Callable[[Rig], None]:
    """The state, and then a cancel."""

    def both(rig: Rig) -> None:
        state(rig)
        rig.store.run(c.cancel(rig.keys, rig.clock.now_us(), ID, int(rig.record(ID)["run"])))

    return both


def promoted(rig: Rig) -> None:
    delayed(rig)
    rig.store.run(c.promote(rig.keys, rig.clock.now_us(), [(ID, int(rig.record(ID)["run"]))]))


def paused(rig: Rig) -> None:
    waiting(rig)
    rig.pause()


def nobodys(rig: Rig) -> None:
    """An acquire broke midway: its lease has run out, and `active` never named it."""
    expired(rig)
    rig.command("HDEL", rig.keys.active, ID)


def damaged(state: Callable[[Rig], None], harm: damage.Damage) -> Callable[[Rig], None]:
    """The state, and then what should never happen."""

    def both(rig: Rig) -> None:
        state(rig)
        harm(rig, ID)

    return both


def unrecorded(rig: Rig) -> None:
    """Its record is gone while it waits."""
    waiting(rig)
    rig.command("DEL", rig.keys.job + ID)


def hostile(rig: Rig) -> None:
    """Its key holds something else while it runs."""
    active(rig)
    rig.command("DEL", rig.keys.job + ID)
    rig.command("SET", rig.keys.job + ID, "hostile")


def groupless(rig: Rig) -> None:
    active(rig)
    rig.command("XGROUP", "DESTROY", rig.keys.ready, "workers")


def unconfigured(rig: Rig) -> None:
    waiting(rig)
    rig.command("DEL", rig.keys.control)


STATES: dict[str, Callable[[Rig], None]] = {
    "nothing": nothing,
    "waiting": waiting,
    "delayed": delayed,
    "due": due,
    "active": active,
    "flagged": flagged,
    "expired": expired,
    "expired and flagged": expired_flagged,
    "last crash": last_crash,
    "released": released,
    "suspect": suspect,
    "retried": retried,
    "completed": ended("complete"),
    "failed": ended("fail"),
    "cancelled": ended("cancel"),
    "requeued": requeued,
    "trashed": trashed("complete"),
    "failed and trashed": trashed("fail"),
    "in an error group": grouped,
    "requeued from its group": regrouped,
    "cancelled as it waited": called_off(waiting),
    "cancelled in its delay": called_off(delayed),
    "promoted": promoted,
    **OPERATED,
    "paused": paused,
    "unrecorded": unrecorded,
    "hostile": hostile,
    "without a group": groupless,
    "nobody's": nobodys,
    "without its entry": damaged(waiting, damage.lose_entry),
    "without its holding": damaged(active, damage.lose_holding),
    "without its lease": damaged(active, damage.lose_pending),
    "without its index": damaged(delayed, damage.lose_index),
    "in two places": damaged(waiting, damage.move_index),
    "in the trash by mistake": damaged(ended("complete"), damage.throw_away),
    "in two streams": damaged(waiting, damage.copy_entry),
    "not configured": unconfigured,
}
