"""What a check says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from msgspec import Struct

Level = Literal["ok", "warn", "fail"]


class Finding(Struct, frozen=True, rename="camel"):
    """One sentence on one subject, and the command that mends it; a finding that is ok needs none.

    `fail`: jobs are lost, stand still or soon will. `warn`: they may, or something is out of the ordinary.
    """

    level: Level
    subject: str
    text: str
    mend: str = ""


class Repaired(Struct, frozen=True, rename="camel"):
    """One repair: of what, and what was done."""

    queue: str
    id: str
    text: str


Check = Callable[[], Awaitable[Sequence[Finding]]]
"""What an app adds of its own: `App(checks=[...])`."""
