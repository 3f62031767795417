"""When a dialog may be confirmed. Pure: the moments come from outside."""

from __future__ import annotations

from typing import NamedTuple

from admin_tui.actions.tiers import Tier

LOOK_S = 0.3
"""Nobody has read a dialog sooner; a key that comes within it was meant for what was there before."""


class Confirm(NamedTuple):
    """What a dialog has been told so far; `needed` is what must be typed, in the highest tier only."""

    tier: Tier
    needed: str
    typed: str = ""
    reason: str = ""

    @property
    def missing(self) -> str | None:
        """What is still to be given, None: nothing."""
        if self.tier is not Tier.TYPED:
            return None
        if self.typed.strip().replace(",", "") != self.needed:
            return f"type {self.needed}"
        return None if self.reason.strip() else "give a reason"


def counts(pressed_s: float, painted_s: float | None, look_s: float = LOOK_S) -> bool:
    """Whether a key was pressed by somebody who could see the dialog as it is."""
    return painted_s is not None and pressed_s >= painted_s + look_s
