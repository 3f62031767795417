"""Sees what the server really did, beside all that workers and clients believe: the truth by which it is judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from engine.streams import Keys
from engine.streams.scripts import Script
from tests.simulation.trace import Trace
from tests.simulation.wire import Words


class Change(Struct, frozen=True):
    """A transition of one job, as the queue's events tell it; `who` is the process whose call made it."""

    at_s: float
    at_us: int
    who: str
    queue: str
    verb: str
    id: str


class Handed(Struct, frozen=True):
    """A delivery that an acquire made, whether its reply came through or not."""

    at_s: float
    at_us: int
    who: str
    queue: str
    id: str
    fence: int
    run: int
    crashes: int
    suspect: bool


class Settling(Struct, frozen=True):
    """A settle and what it was answered."""

    at_s: float
    at_us: int
    who: str
    queue: str
    id: str
    fence: int
    verb: str
    delay_ms: int
    answer: str


class Renewal(Struct, frozen=True):
    """A delivery whose lease began anew."""

    at_s: float
    queue: str
    id: str
    fence: int


class Stored(Struct, frozen=True):
    """A job that an enqueue made, due at `due_us`."""

    at_s: float
    queue: str
    id: str
    run: int
    due_us: int


class Forgiven(Struct, frozen=True):
    """A checkpoint: the crashes of the job count from 0."""

    at_s: float
    queue: str
    id: str
    fence: int


Fact = Change | Handed | Settling | Renewal | Stored | Forgiven


class Witness:
    """Writes down every fact in the order in which the server made them."""

    def __init__(self, queues: list[Keys], trace: Trace, now_s: Callable[[], float]) -> None:
        self._queues = {keys.events: keys.queue for keys in queues}
        self._by_base = {keys.base.encode(): keys.queue for keys in queues}
        self._after = dict.fromkeys(self._queues, "-")
        self._trace, self._now_s = trace, now_s
        self._seen: set[tuple[str, bytes]] = set()
        self.facts: list[Fact] = []

    def looks(self) -> list[Words]:
        """What has to be asked after each batch of scripts."""
        return [[b"XRANGE", key.encode(), after.encode(), b"+"] for key, after in self._after.items()]

    def look(self, who: str, replies: list[Any]) -> None:
        """The transitions since the last look are written down."""
        for key, entries in zip(self._queues, replies, strict=False):
            for entry, flat in entries:
                if (key, entry) in self._seen:
                    continue
                self._seen.add((key, entry))
                self._after[key] = f"({entry.decode()}"
                for verb, job_id in zip(flat[::2], flat[1::2], strict=True):
                    change = Change(self._now_s(), self._now_us, who, self._queues[key], verb.decode(), job_id.decode())
                    self.facts.append(change)
                    self._trace.tell(who, f"{change.verb} {change.queue}/{change.id}")

    def saw(self, who: str, now_us: int, script: Script, words: Words, reply: Any) -> None:
        """A script ran with these words and answered so."""
        self._now_us = now_us
        if isinstance(reply, Exception):
            self._trace.tell(who, f"{script.name}: {str(reply).split(' ', 1)[0]}")
            return
        count = int(words[2])
        keys, args = words[3 : 3 + count], words[3 + count :]
        queue = next((name for base, name in self._by_base.items() if keys[0].startswith(base)), "")
        reader = _READERS.get(script.name)
        if reader is not None:
            found = reader(self._now_s(), now_us, who, queue, args, reply)
            self.facts += found
            for fact in found:
                if isinstance(fact, Settling | Handed):
                    self._trace.tell(who, _told(fact))


def _told(fact: Settling | Handed) -> str:
    if isinstance(fact, Handed):
        return f"handed {fact.queue}/{fact.id}{' suspect' if fact.suspect else ''} crashes {fact.crashes}"
    return f"settle {fact.queue}/{fact.id} {fact.verb}: {fact.answer}"


def _acquire(at_s: float, at_us: int, who: str, queue: str, args: Words, reply: Any) -> list[Fact]:
    handed: list[Fact] = []
    for i in range(5, len(reply), 5):
        fence, run, _, crashes, _, suspect = map(int, reply[i + 3].split())
        handed.append(Handed(at_s, at_us, who, queue, reply[i].decode(), fence, run, crashes, suspect == 1))
    return handed


def _settle(at_s: float, at_us: int, who: str, queue: str, args: Words, reply: Any) -> list[Fact]:
    return [
        Settling(
            at_s,
            at_us,
            who,
            queue,
            args[i].decode(),
            fence=int(args[i + 1]),
            verb=args[i + 2].decode(),
            # Of a failure it is the fingerprint, and of a verb without a delay nothing.
            delay_ms=int(args[i + 4]) if args[i + 2] in {b"retry", b"snooze"} else 0,
            answer=answer.decode(),
        )
        for i, answer in zip(range(1, len(args), 5), reply, strict=True)
    ]


def _renew(at_s: float, at_us: int, who: str, queue: str, args: Words, reply: Any) -> list[Fact]:
    return [
        Renewal(at_s, queue, args[i].decode(), int(args[i + 1]))
        for i, state in zip(range(4, len(args), 3), reply[2:], strict=True)
        if state != b"lost" and args[i + 2] == b"1"
    ]


def _enqueue(at_s: float, at_us: int, who: str, queue: str, args: Words, reply: Any) -> list[Fact]:
    return [
        Stored(at_s, queue, args[i].decode(), int(reply[n * 4 + 1]), at_us + int(args[i + 3]) * 1000)
        for n, i in enumerate(range(4, len(args), 6))
        if reply[n * 4] == b"1"
    ]


def _note(at_s: float, at_us: int, who: str, queue: str, args: Words, reply: Any) -> list[Fact]:
    return [
        Forgiven(at_s, queue, args[i].decode(), int(args[i + 1]))
        for i, answer in zip(range(1, len(args), 4), reply, strict=True)
        if args[i + 2] == b"checkpoint" and answer == b"ok"
    ]


_READERS: dict[str, Callable[[float, int, str, str, Words, Any], list[Fact]]] = {
    "acquire": _acquire,
    "settle": _settle,
    "renew": _renew,
    "enqueue": _enqueue,
    "note": _note,
}
