"""Plans, the operations that carry them out, and the book of all changes: one path for one job and for a million."""

from engine.operations.acting import acting_here
from engine.operations.carrying import Carrier, check_pace
from engine.operations.limiting import LIMITS, LimitSettings, before_and_after, limit_texts
from engine.operations.planning import Planner, will_wait, with_warnings
from engine.operations.reading import Records

__all__ = [
    "LIMITS",
    "Carrier",
    "LimitSettings",
    "Planner",
    "Records",
    "acting_here",
    "before_and_after",
    "check_pace",
    "limit_texts",
    "will_wait",
    "with_warnings",
]
