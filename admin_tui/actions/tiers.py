"""How a deed is confirmed: by its weight, by how many jobs it is done to, and by where."""

from __future__ import annotations

from enum import IntEnum

from admin_tui.actions.deeds import Deed, Weight

MANY = 1_000
"""More jobs than this are never changed without typing their number."""


class Tier(IntEnum):
    """What stands between a key and its deed."""

    KEY = 1
    """Nothing: the key does it, a line offers to take it back."""
    PLAN = 2
    """A dialog says what will happen; `y` or the button does it."""
    TYPED = 3
    """The number of jobs or the queue's name is typed, and a reason is given."""


def tier(deed: Deed, count: int, *, production: bool) -> Tier:
    """How this deed on so many jobs is confirmed; in production nothing is done by a single key."""
    if deed.weight is Weight.HEAVY or count > MANY or (deed.name == "limits" and production):
        return Tier.TYPED
    if deed.weight is Weight.MIDDLE or count != 1 or production:
        return Tier.PLAN
    return Tier.KEY
