"""How fresh the data is, and how long to wait before asking again. Pure: moments come from outside."""

from __future__ import annotations

from typing import NamedTuple

from admin_tui.actions.gate import Link as State

SLOW_MS = 250.0
SHARE = 0.005
"""So much of one core of Redis may go into looking."""
STEPS_S = (0.0, 2.0, 5.0, 10.0)
"""What a slow link waits at least; the first one is for a link that is not slow."""
UNFOCUSED_S = 10.0
STALE, DOWN = 3, 6
"""After so many moments without the answer that was due."""
FIRST_S = 60.0
"""For so long a link that is down is tried every two seconds, so that a restart is seen at once."""
_BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


class Link(NamedTuple):
    """What is known of the way to Redis.

    `missed` counts what was due and did not come since the last answer, at `answered_s`. `took_ms` is what that one
    took, `share` the part of Redis that looking costs, None if nobody says. `step` is how slow it is.
    """

    answered_s: float
    took_ms: float = 0.0
    share: float | None = None
    step: int = 0
    missed: int = 0
    error: str = ""

    @property
    def state(self) -> State:
        if self.missed >= DOWN:
            return "down"
        if self.missed >= STALE:
            return "stale"
        return "slow" if self.step else "live"

    @property
    def fresh(self) -> bool:
        return self.missed < STALE

    def age_s(self, now_s: float) -> float:
        """How old the last answer is."""
        return max(0.0, now_s - self.answered_s)

    def answered(self, now_s: float, took_ms: float, share: float | None = None) -> Link:
        """An answer came: one that was slow or dear makes the link slower by a step, any other one faster by one."""
        slow = took_ms > SLOW_MS or (share is not None and share > SHARE)
        step = min(self.step + 1, len(STEPS_S) - 1) if slow else max(self.step - 1, 0)
        return Link(now_s, took_ms, share, step)

    def failed(self, error: str) -> Link:
        """The answer that was due is an error."""
        return self._replace(missed=self.missed + 1, error=error)

    def overdue(self) -> Link:
        """Another second has gone by while a question is under way."""
        return self._replace(missed=self.missed + 1, error=self.error or "no answer yet")

    def wait_s(self, now_s: float, interval_s: float, *, focused: bool = True) -> float:
        """How long from one question to the next one."""
        if self.missed < STALE and self.missed:
            return min(interval_s, 1.0)
        if self.state == "stale":
            return 1.0
        if self.state == "down":
            tries = self.missed - DOWN
            longest = 2.0 if self.age_s(now_s) < FIRST_S else 30.0
            return min(_BACK_OFF_S[min(tries, len(_BACK_OFF_S) - 1)], longest)
        wanted = max(interval_s, STEPS_S[self.step])
        return wanted if focused else max(wanted, UNFOCUSED_S)
