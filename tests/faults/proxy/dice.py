"""Who is hit, by what and how: the nth exchange has the nth roll."""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random
from typing import Literal

from msgspec import Struct

Kind = Literal["request", "reply", "reset", "silence", "delay", "split"]
"""`request`: dropped before Redis has it; `reply`: dropped once Redis has done it; the connection is closed after both.
`reset`: by RST; `silence`: nothing comes any more, and nobody says so; `split`: the bytes come a few at a time."""
KINDS: dict[Kind, int] = {"request": 15, "reply": 30, "reset": 20, "silence": 5, "delay": 15, "split": 15}
"""How often each comes, of a hundred."""
ODDS = {"enqueue": 0.2, "renew": 0.12, "settle": 0.06, "acquire": 0.04}
"""Which part of the exchanges is hit, by what they carry."""
_OTHERS = 0.02
SILENCE_S = 10.0
"""At least so long between two renewals, whoever's, that meet with silence: what a worker holds is to outlast it."""


class Fate(Struct, frozen=True):
    """What becomes of an exchange. `share`, from 0 to 1: how long, or how much of the reply is passed.

    `passed`: Redis has the request all the same (reset, silence), or it is the reply that is hit (delay, split).
    """

    kind: Kind
    share: float = 0.0
    passed: bool = False


class Dice:
    """Decides by chance."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._silent_s = float("-inf")

    def roll(self, asked: Sequence[str]) -> Fate | None:
        """What becomes of an exchange that asks this; None: nothing.

        What was asked before changes no later roll, but that renewals do not meet with silence too often.
        """
        random = self._random
        luck, (kind,) = random.random(), random.choices(list(KINDS), list(KINDS.values()))
        fate = Fate(kind, random.random(), random.random() < 0.5)
        if luck >= max(ODDS.get(name, _OTHERS) for name in asked):
            return None
        if fate.kind == "silence" and "renew" in asked:
            now_s = time.monotonic()
            if now_s - self._silent_s < SILENCE_S:
                return None
            self._silent_s = now_s
        return fate
