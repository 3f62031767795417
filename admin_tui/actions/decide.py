"""From a key to what follows: refused with a reason, done at once, or asked first. Pure."""

from __future__ import annotations

from typing import NamedTuple

from admin_tui.actions.deeds import Deed
from admin_tui.actions.gate import Gate
from admin_tui.actions.targets import All, Done, Jobs, Target, fits
from admin_tui.actions.tiers import Tier, tier
from engine import Plan


class Refused(NamedTuple):
    """Nothing is done; why, and what to do."""

    words: str


class Going(NamedTuple):
    """The deed is to be done to exactly this target, if it is confirmed as its tier wants."""

    deed: Deed
    target: Target
    tier: Tier
    production: bool

    def planned(self, plan: Plan) -> Going:
        """With the tier that the number of jobs in the plan asks for; it only ever rises."""
        rated = tier(self.deed, max(1, plan.will), production=self.production)
        return self._replace(tier=max(self.tier, rated))


def decide(deed: Deed, target: Target | None, gate: Gate) -> Going | Refused:
    """What follows when the deed's key goes down over this target."""
    if gate.shut is not None:
        return Refused(gate.shut)
    if target is None:
        return Refused(f"{deed.verb}: nothing is under the cursor")
    if deed.action is not None and isinstance(target, Jobs | All):
        misfit = fits(deed, target)
        if misfit is not None:
            return Refused(misfit)
    return Going(deed, target, tier(deed, _number(target), production=gate.production), gate.production)


def _number(target: Target) -> int:
    """How many jobs it is about; of a number that nobody has counted only that it may be several."""
    if isinstance(target, Jobs):
        return target.number
    if isinstance(target, All):
        return 2 if target.number is None else max(2, target.number)
    return target.operation.total if isinstance(target, Done) else 1
