"""What all screens share: the last snapshot, how fresh it is, who looks, and how times are shown."""

from __future__ import annotations

from typing import NamedTuple

from admin_tui.actions.gate import Gate
from admin_tui.link import Link
from admin_tui.text import Times
from engine import Snapshot


class Who(NamedTuple):
    """This session: `place` is where it looks, without a password; `actor` is empty where nothing can be changed."""

    place: str
    actor: str = ""
    writes: bool = False
    profile: str = ""
    app: str = ""
    """The app as `--app` names it; empty: the default one."""

    @property
    def production(self) -> bool:
        return self.profile.lower().startswith("prod")


class Known(NamedTuple):
    """What is known at `now_s`; `snapshot` was answered at `link.answered_s`."""

    who: Who
    snapshot: Snapshot
    link: Link
    now_s: float
    times: Times = "relative"
    frozen: bool = False

    @property
    def now_ms(self) -> int:
        """The server's time, counted on from its last answer: no other clock is asked."""
        return self.snapshot.at_ms + round(self.link.age_s(self.now_s) * 1000)

    @property
    def age_s(self) -> float:
        return self.link.age_s(self.now_s)

    @property
    def gate(self) -> Gate:
        """Whether anything may be changed now."""
        return Gate(self.who.writes, self.link.state, self.age_s, production=self.who.production)
