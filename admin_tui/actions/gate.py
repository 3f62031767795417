"""Whether anything may be changed at all just now."""

from __future__ import annotations

from typing import Literal, NamedTuple

Link = Literal["live", "slow", "stale", "down"]
"""How fresh what is shown is."""
READ_ONLY = "read-only session: start with --write to change something"


class Gate(NamedTuple):
    """What a session may do; `age_s` says how old the data is when it is not fresh."""

    writes: bool
    link: Link = "live"
    age_s: float = 0.0
    production: bool = False
    typing: bool = False
    """A field for text has the focus: keys are letters then."""

    @property
    def shut(self) -> str | None:
        """Why nothing can be changed now, with what to do; None: it can."""
        if not self.writes:
            return READ_ONLY
        if self.link == "stale":
            return f"actions are off: the data is {self.age_s:.0f} s old, Redis does not answer"
        if self.link == "down":
            return "actions are off: Redis is not reached; they are back with the first answer"
        if self.typing:
            return "leave the field first: Enter keeps it, Esc clears it"
        return None
