"""What a check says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Level = Literal["ok", "warn", "fail"]
_ENGINE = "python -m engine"
REDIS_CLI = 'redis-cli -u "$REDIS_URL"'
"""Names the server that was examined: without it, a copied line would go to the one on this machine."""


class Finding(Struct, frozen=True, rename="camel"):
    """One sentence on one subject, and the command that mends it; a finding that is ok needs none.

    `fail`: jobs are lost, stand still or soon will. `warn`: they may, or something is out of the ordinary.
    """

    level: Level
    subject: str
    text: str
    mend: str = ""

    def by(self, command: str) -> Finding:
        """The finding, with `command` for each `python -m engine` of what mends it."""
        return replace(self, mend=self.mend.replace(_ENGINE, command))


class Repaired(Struct, frozen=True, rename="camel"):
    """One repair: of what, and what was done."""

    queue: str
    id: str
    text: str


Check = Callable[[], Awaitable[Sequence[Finding]]]
"""What an app adds of its own: `App(checks=[...])`."""
