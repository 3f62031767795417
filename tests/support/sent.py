"""One call of each kind that means the job `a`, in whatever state that is: its run, its fence, its places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

from engine.queries import parse_query
from engine.streams import Call, reads
from engine.streams import commands as c
from engine.types import Keep, State
from engine.views import Listed
from tests.support import damage
from tests.support.operations import SENT_OF_PLANS
from tests.support.queue import FAILURE, KEEP, Rig, Verb
from tests.support.states import ID

LISTS: tuple[Listed, ...] = get_args(Listed)
NOTHING: dict[State, Keep] = dict.fromkeys(c.PRUNED, Keep(0, count=0))


def run_of(rig: Rig) -> int:
    """The run that an operator would mean."""
    return int(_record(rig).get("run", "1"))


def fence_of(rig: Rig) -> int:
    """The fence of the delivery that is under way, or was the last."""
    held = rig.command("HGET", rig.keys.active, ID)
    return int(held.split()[0]) if held else int(_record(rig).get("last", "1"))


def _record(rig: Rig) -> dict[str, str]:
    return rig.record(ID) if rig.command("TYPE", rig.keys.job + ID) == b"hash" else {}


def settling(verb: Verb) -> Callable[[Rig], Call[Any]]:
    """The settle of the delivery by this verb."""
    return lambda rig: c.settle(
        rig.keys, rig.clock.now_us(), [c.Settle(ID, fence_of(rig), verb, FAILURE, 3_000), c.Settle("x", 1, verb)]
    )


def noting(kind: Literal["log", "progress", "checkpoint"]) -> Callable[[Rig], Call[Any]]:
    """A note of the delivery."""
    return lambda rig: c.note(rig.keys, rig.clock.now_us(), [c.Note(ID, fence_of(rig), kind, b"{}")])


def trashing(verb: Literal["trash", "restore", "delete"]) -> Callable[[Rig], Call[Any]]:
    """The run into the trash, out of it, or gone."""
    return lambda rig: c.trash(rig.keys, rig.clock.now_us(), verb, [(ID, run_of(rig)), ("x", 1)])


def reverting(done: Literal["requeue", "cancel", "promote"]) -> Callable[[Rig], Call[Any]]:
    """What was done to the run is taken back; a requeued one is named by the run before it."""

    def call(rig: Rig) -> Call[Any]:
        run = int(_record(rig).get("before", "1")) if done == "requeue" else run_of(rig)
        return c.revert(rig.keys, rig.clock.now_us(), done, [(ID, run), ("x", 1)])

    return call


def listing(state: State) -> Callable[[Rig], Call[Any]]:
    """A page of the jobs in this state."""
    return lambda rig: reads.list_jobs(rig.keys, state, 10)


def windowing(listed: Listed) -> Callable[[Rig], Call[Any]]:
    """The first rows of this list."""
    return lambda rig: reads.window(rig.keys, listed, 10, reads.Place())


def searching(listed: Listed) -> Callable[[Rig], Call[Any]]:
    """A step of a search that asks of everything."""
    query = parse_query("type:work id:* att>=0 age>=0s data~{ data.a:1")
    return lambda rig: reads.search(rig.keys, rig.clock.now_us(), listed, query, 10, None)


SENT: dict[str, Callable[[Rig], Call[Any]]] = {
    "enqueue": lambda rig: c.enqueue(
        rig.keys, rig.clock.now_us(), "o", 60, [c.NewJob(ID, "work", b"[]", tenant="t"), c.NewJob("n", "work", b"1")]
    ),
    "enqueue delayed": lambda rig: c.enqueue(
        rig.keys, rig.clock.now_us(), "o", 60, [c.NewJob(ID, "work", b"[]", 5_000), c.NewJob(ID, "work", b"1")]
    ),
    "enqueue into a full queue": lambda rig: c.enqueue(
        rig.keys, rig.clock.now_us(), "o", 60, [c.NewJob(ID, "work", b"[]"), c.NewJob("n", "work", b"1")], 1
    ),
    "acquire": lambda rig: c.acquire(rig.keys, rig.clock.now_us(), "w1", 1, alone=True),
    **{f"settle {verb}": settling(verb) for verb in ("complete", "retry", "snooze", "fail", "release", "cancel")},
    "renew": lambda rig: c.renew(
        rig.keys, rig.clock.now_us(), "w1", [c.Holding(ID, fence_of(rig), renew=True)], strays=False, lease_ms=0
    ),
    "renew with strays": lambda rig: c.renew(rig.keys, rig.clock.now_us(), "w1", [], strays=True, lease_ms=0),
    "reclaim": lambda rig: c.reclaim(rig.keys, rig.clock.now_us(), ["w1", "w2"]),
    "cancel": lambda rig: c.cancel(rig.keys, rig.clock.now_us(), ID, run_of(rig)),
    "cancel waiting": lambda rig: c.cancel(rig.keys, rig.clock.now_us(), ID, run_of(rig), State.WAITING),
    "note log": noting("log"),
    "note progress": noting("progress"),
    "note checkpoint": noting("checkpoint"),
    "prune": lambda rig: c.prune(rig.keys, rig.clock.now_us(), NOTHING),
    "configure": lambda rig: c.configure(rig.keys, rig.limits),
    "set_limits": lambda rig: c.set_limits(rig.keys, {"rate": "5", "max_active": ""}),
    "pause": lambda rig: c.pause(rig.keys, paused=True),
    "resume": lambda rig: c.pause(rig.keys, paused=False),
    "requeue": lambda rig: c.requeue(rig.keys, rig.clock.now_us(), 60, [(ID, run_of(rig))]),
    "promote": lambda rig: c.promote(rig.keys, rig.clock.now_us(), [(ID, run_of(rig))]),
    **{f"trash {verb}": trashing(verb) for verb in ("trash", "restore", "delete")},
    **{f"revert {done}": reverting(done) for done in ("requeue", "cancel", "promote")},
    **SENT_OF_PLANS,
    "repair": lambda rig: c.repair(rig.keys, rig.clock.now_us(), damage.marks(rig)),
    "drop_consumers": lambda rig: c.drop_consumers(rig.keys, [b"w1", b"w2"]),
}
READS: dict[str, Callable[[Rig], Call[Any]]] = {
    "audit": lambda rig: reads.audit(rig.keys, damage.marks(rig)),
    "rights": lambda rig: reads.rights(rig.keys, [("PING",)]),
    "counts": lambda rig: reads.counts(rig.keys, rig.clock.now_us(), KEEP, KEEP),
    "snapshot": lambda rig: reads.snapshot([reads.Seen(rig.keys, KEEP, KEEP, 10)], rig.clock.now_us(), 5, 0),
    "show": lambda rig: reads.show(rig.keys, ID),
    "detail": lambda rig: reads.detail(rig.keys, ID),
    "follow": lambda rig: reads.follow(rig.keys, ID, ""),
    "limits": lambda rig: reads.limits(rig.keys, rig.clock.now_us(), 10),
    "stats": lambda rig: reads.stats(rig.keys, rig.clock.now_us(), 5),
    **{f"window {listed}": windowing(listed) for listed in LISTS},
    **{f"search {listed}": searching(listed) for listed in LISTS},
    "groups": lambda rig: reads.groups(rig.keys, rig.clock.now_us(), 5, 10, 0),
    "waiters": lambda rig: reads.waiters(rig.keys),
    "recent": lambda rig: reads.recent(rig.keys, "t", 10, 0),
    **{f"list {state}": listing(state) for state in State},
}


def ask(rig: Rig, call: Call[Any]) -> Any:
    """The call's reply as the script gives it."""
    return rig.store.run(Call(call.script, call.keys, call.args, lambda reply: reply))
