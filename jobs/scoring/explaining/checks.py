"""Whether what is stored fits together: a value, and the same redone from the terms stored beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct


class Check(Struct, frozen=True, rename="camel"):
    """A stored value, and what its stored terms make."""

    name: str
    stored: float
    redone: float

    @property
    def holds(self) -> bool:
        """Whether they are the same but for the last bits, which depend on the order of a sum."""
        return math.isclose(self.stored, self.redone, rel_tol=1e-9, abs_tol=1e-9)


def problems(checks: Iterable[Check]) -> tuple[str, ...]:
    """A sentence for each check that does not hold."""
    return tuple(
        f"{check.name}: its terms make {check.redone:.9g}, stored is {check.stored:.9g}"
        for check in checks
        if not check.holds
    )


class Change(Struct, frozen=True, rename="camel"):
    """What would be if one thing were otherwise; `condition` begins the sentence: "if …" or "without …"."""

    condition: str
    result: float
    difference: float


def greatest(changes: Iterable[Change]) -> Change | None:
    """The change with the greatest difference, the first of equals; None if none makes any."""
    best = max(changes, key=lambda change: abs(change.difference), default=None)
    return best if best is not None and abs(best.difference) > 1e-12 else None
