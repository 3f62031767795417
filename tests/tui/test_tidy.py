"""When memory is looked through as a whole."""

from __future__ import annotations

import gc
import weakref

from admin_tui.tidy import EVERY_S, QUIET_S, Tidier


class Knot:
    """An object that has itself."""

    def __init__(self) -> None:
        self.me = self


def test_it_is_tidied_now_and_then_but_not_behind_a_key() -> None:
    """What nobody has any more is gone by then."""
    now = [0.0]
    tidier = Tidier(lambda: now[0])
    gc.collect()
    knot = weakref.ref(Knot())
    assert not tidier.tidy()
    now[0] = EVERY_S
    tidier.pressed()
    assert not tidier.tidy()
    now[0] += QUIET_S
    assert tidier.tidy()
    assert knot() is None
    assert not tidier.tidy()
