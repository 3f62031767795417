"""An engine in memory that answers as the real one does, and an invented busy system to look at."""

from __future__ import annotations

import random

from admin_tui.demo.clock import WallClock
from admin_tui.demo.fake import FakeEngine
from admin_tui.demo.generator import DemoWorld

__all__ = ["DemoWorld", "FakeEngine", "WallClock", "demo_engine"]


def demo_engine() -> FakeEngine:
    """A busy invented system, now, on this machine's clock; it moves whenever it is looked at."""
    return DemoWorld(WallClock(), random.Random()).engine  # noqa: S311  invented data
