"""One connection between a simulated process and the server: commands go up in order, replies come down in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tests.simulation.loop import OUTSIDE, VirtualLoop
from tests.simulation.process import Process
from tests.simulation.weather import Fate, Weather

Words = list[bytes]


class Peer(Protocol):
    """The server's side."""

    def take(self, wire: Wire, commands: Sequence[Words]) -> list[Any]:
        """The replies of the commands, done now; those that wait in the server are answered later, by `Wire.answer`."""
        ...

    def forget(self, wire: Wire) -> None:
        """The connection is gone: nobody waits on it."""
        ...


class Wire:
    """Open until one side closes it, or the way between them breaks; `mute` says that nothing goes over it any more."""

    def __init__(self, loop: VirtualLoop, peer: Peer, weather: Weather, process: Process) -> None:
        self._loop, self._peer, self._weather, self.process = loop, peer, weather, process
        self.inbox: deque[Any] = deque()
        self.broken = self.mute = self.closed = False
        self.on_news: Callable[[], None] = lambda: None
        """Is called when a reply has come, or the connection broke."""
        self._arrives_s = self._answers_s = 0.0
        # Events of one moment come in any order: what goes over the wire keeps its own.
        self._up: deque[tuple[Sequence[Words], Fate]] = deque()
        self._down: deque[Sequence[Any]] = deque()
        self._ending = False

    def send(self, commands: Sequence[Words]) -> None:
        """The commands are on their way."""
        fate = self._weather.fate(self.process.name, self._loop.time())
        self._arrives_s = max(self._arrives_s, self._loop.time() + fate.up_s)
        self._up.append((commands, fate))
        self._loop.call_at(self._arrives_s, self._arrive, context=OUTSIDE.copy())

    def answer(self, replies: Sequence[Any], down_s: float) -> None:
        """The replies are on their way."""
        self._answers_s = max(self._answers_s, self._loop.time() + down_s)
        self._down.append(replies)
        self._loop.call_at(self._answers_s, self._deliver, context=OUTSIDE.copy())

    def cut(self, *, silent: bool) -> None:
        """The way is broken: the process hears of it, or only ever hears nothing."""
        self.mute = True
        self._peer.forget(self)
        if not silent:
            self.broken = True
            self.on_news()

    def close(self) -> None:
        """The process has closed its side; what it sent before still arrives."""
        self.closed = True
        self._loop.call_later(0.001, self._peer.forget, self, context=OUTSIDE.copy())

    def _arrive(self) -> None:
        commands, fate = self._up.popleft()
        outage = self._weather.outage(self.process.name, self._loop.time())
        if outage is not None:
            self.cut(silent=outage.silent)
        if self.mute or self._ending:
            return
        if fate.mishap in ("lost", "cut"):
            self.cut(silent=fate.mishap == "lost")
            return
        done = list(commands)
        if fate.mishap == "torn":
            done = done[: round(len(done) * fate.share[0])]
        replies = self._peer.take(self, done) if done else []
        if fate.mishap == "torn":
            replies = replies[: round(len(replies) * fate.share[1])]
        if fate.mishap in ("mute", "reset"):
            replies = []
        self.answer(replies, fate.down_s)
        if fate.mishap in ("mute", "reset", "torn"):
            # What was sent behind it has no way through any more.
            self._ending = True
            self._loop.call_at(self._answers_s, self._end, fate.mishap == "mute", context=OUTSIDE.copy())

    def _end(self, silent: bool) -> None:  # noqa: FBT001 - called by the loop
        # Replies that came with the end are read before it is seen.
        self._loop.call_later(0, lambda: self.cut(silent=silent), context=OUTSIDE.copy())

    def _deliver(self) -> None:
        replies = self._down.popleft()
        if not self.mute and not self.closed:
            self.inbox += replies
            self.on_news()
