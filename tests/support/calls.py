"""One call of every function that makes one: what a test of all of them begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.queries import parse_query
from engine.streams import Call, Keys, commands, reads
from engine.types import Keep, QueueLimits, State
from engine.views import Actor

K, KEEP = Keys("p", "s", "q"), Keep(60)
DRAFT = commands.Draft("p", "retry", "retry", "a")
CALLS: dict[str, Callable[[], Call[Any]]] = {
    "enqueue": lambda: commands.enqueue(K, 1, "op", 60, [commands.NewJob("a", "work", b"{}")]),
    "acquire": lambda: commands.acquire(K, 1, "w", 1, alone=True),
    "settle": lambda: commands.settle(K, 1, [commands.Settle("a", 1, "complete")]),
    "renew": lambda: commands.renew(K, 1, "w", [commands.Holding("a", 1, renew=True)], strays=True, lease_ms=15_000),
    "reclaim": lambda: commands.reclaim(K, 1, ["w"]),
    "cancel": lambda: commands.cancel(K, 1, "a", 1),
    "note": lambda: commands.note(K, 1, [commands.Note("a", 1, "log", b"x")]),
    "prune": lambda: commands.prune(K, 1, {State.COMPLETED: KEEP}),
    "configure": lambda: commands.configure(K, QueueLimits()),
    "set_limits": lambda: commands.set_limits(K, {"rate": "10"}),
    "pause": lambda: commands.pause(K, paused=True),
    "requeue": lambda: commands.requeue(K, 1, 60, [("a", 1)]),
    "promote": lambda: commands.promote(K, 1, [("a", 1)]),
    "trash": lambda: commands.trash(K, 1, "trash", [("a", 1)]),
    "revert": lambda: commands.revert(K, 1, "requeue", [("a", 1)]),
    "freeze": lambda: commands.freeze(K, 1, DRAFT, 0, [("a", 1, "failed")]),
    "gather": lambda: commands.gather(K, 1, DRAFT, 0, commands.Scan("failed")),
    "begin": lambda: commands.begin(K, 1, "p", 1, Actor("ana"), "why", 200),
    "next_batch": lambda: commands.next_batch(K, 1, "p", "d"),
    "advance": lambda: commands.advance(K, 1, "p", 0, [True]),
    "stop": lambda: commands.stop(K, 1, "p", Actor("ana"), "why"),
    "book": lambda: commands.book(K, commands.Entry("pause", Actor("ana"))),
    "repair": lambda: commands.repair(K, 1, [commands.Mark(b"a")]),
    "drop_consumers": lambda: commands.drop_consumers(K, [b"w"]),
    "audit": lambda: reads.audit(K, [commands.Mark(b"a")]),
    "rights": lambda: reads.rights(K, [("PING",)]),
    "counts": lambda: reads.counts(K, 1, KEEP, KEEP),
    "snapshot": lambda: reads.snapshot([reads.Seen(K, KEEP, KEEP, 10)], 1, 30, 0),
    "show": lambda: reads.show(K, "a"),
    "follow": lambda: reads.follow(K, "a", ""),
    "limits": lambda: reads.limits(K, 1, 10),
    "stats": lambda: reads.stats(K, 1, 5),
    "recent": lambda: reads.recent(K, "t", 10, 0),
    "window": lambda: reads.window(K, "waiting", 1, reads.Place()),
    "detail": lambda: reads.detail(K, "a"),
    "search": lambda: reads.search(K, 1, "waiting", parse_query("type:work"), 1, None),
    "groups": lambda: reads.groups(K, 1, 5, 5, 0),
    "waiters": lambda: reads.waiters(K),
    "list_jobs": lambda: reads.list_jobs(K, State.WAITING, 1),
}
OTHER_NAMES = {
    "configure": "control",
    "set_limits": "control",
    "pause": "control",
    "promote": "requeue",
    "begin": "operation",
    "next_batch": "operation",
    "advance": "operation",
    "stop": "operation",
    "drop_consumers": "repair",
    "detail": "show",
    "follow": "show",
    "list_jobs": "list",
}
"""Functions that are not called like their script: it has several verbs, or Python has the word."""
