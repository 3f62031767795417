"""How often leases are renewed."""

from __future__ import annotations

import pytest

from engine import App
from engine.clock import SystemClock
from engine.fetcher import Line
from engine.renewer import Renewer
from engine.roster import Roster
from engine.streams import Keys, Links


@pytest.mark.parametrize("lease_s", [0.2, 1, 3, 15, 600])
def test_a_silence_that_is_not_missed_ends_no_lease(lease_s: float) -> None:
    """A third, a beat, half a lease in which nobody reaches Redis, and one more beat fit into a lease."""
    queue = App(slot="s").queue("q", lease_s=lease_s, sweep_s=lease_s / 4)
    aside = Links("redis://127.0.0.1:1").aside("renewer")
    renewer = Renewer([Line(queue, Keys("p", "s", "q"))], aside, "w", Roster([queue], {}), SystemClock())
    assert min(lease_s / 3, 5) + lease_s / 2 + 2 * renewer.beat_s() < lease_s
