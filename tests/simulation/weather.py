"""What becomes of each exchange with the server, drawn from the seed: mostly a little latency, sometimes worse."""

from __future__ import annotations

from random import Random
from typing import Literal

from msgspec import Struct

Mishap = Literal["lost", "cut", "mute", "reset", "torn", "late"]
MISHAPS: tuple[Mishap, ...] = ("lost", "cut", "mute", "reset", "torn", "late")
"""lost: never arrives, no word of it. cut: reset before it arrives. mute: done, the reply never comes. reset: done,
then reset. torn: some commands are done and fewer are answered. late: done seconds later, long given up."""


class Fate(Struct, frozen=True):
    """Of one exchange; `share` is how much of it is done before it is torn, and of that how much is answered."""

    up_s: float
    down_s: float
    mishap: Mishap | None = None
    share: tuple[float, float] = (1.0, 1.0)


class Outage(Struct, frozen=True):
    """The server cannot be reached, by one process or by anybody; connections are refused, or nobody answers."""

    until_s: float
    silent: bool
    who: str | None = None


class Weather:
    """Calm unless told otherwise; `chance` is that of a mishap for each exchange."""

    def __init__(self, random: Random, chance: float) -> None:
        self._random, self.chance = random, chance
        self.outages: list[Outage] = []
        self.met: list[tuple[float, str, str]] = []
        """Each mishap: when it began, whose it was, its kind."""

    def fate(self, who: str, now_s: float) -> Fate:
        """What becomes of the process's next exchange."""
        draw = self._random.random
        slow = 0.2 if draw() < 0.02 else 0.004
        up_s, down_s = 0.0002 + slow * draw(), 0.0002 + slow * draw()
        if draw() >= self.chance:
            return Fate(up_s, down_s)
        mishap = MISHAPS[int(draw() * len(MISHAPS))]
        self.met.append((now_s, who, mishap))
        if mishap == "late":
            return Fate(2 + 18 * draw(), down_s, mishap)
        return Fate(up_s, down_s, mishap, (draw(), draw()))

    def outage(self, who: str, now_s: float) -> Outage | None:
        """What keeps the process from the server now."""
        self.outages = [outage for outage in self.outages if outage.until_s > now_s]
        return next((outage for outage in self.outages if outage.who in (None, who)), None)
