"""What a long run has to meet: each rule, each mishap, each word that a script's header says it answers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.streams.scripts import names
from tests.model.moves import RULES
from tests.model.rules.mishaps import LOSSES
from tests.support.headers import header_of

LONG = 50_000
"""Steps after which all of it was met."""
NOT_CALLED = {"audit", "rights"}
"""Reads with words of their own, which no rule sends."""
NOTHING_TO_MEND = {"repair"}
"""Its words name damage that no call can do; tests/scripts/test_repair.py does it."""


def never_met(tally: Mapping[str, int]) -> list[str]:
    """The rules, mishaps and words that the run did not meet."""
    scripts = [name for name in names() if name not in NOT_CALLED | NOTHING_TO_MEND]
    wanted = [
        *(f"rule: {name}" for name in RULES),
        *(f"lost: {what}" for what in LOSSES),
        *(f"word: {script} {code}" for script in scripts for code in sorted(header_of(script).codes)),
    ]
    return [what for what in wanted if what not in tally]
