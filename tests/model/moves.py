"""A rule of the machine, as Hypothesis has it, that also counts how often it was run."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from hypothesis import stateful

from tests.model.ground import Ground

Move = TypeVar("Move", bound=Callable[..., None])
RULES: list[str] = []
"""The name of each rule."""


def rule(**drawn: Any) -> Callable[[Move], Move]:
    """The method is a rule that draws its arguments from these strategies; the tally says how often it ran."""

    def mark(move: Move) -> Move:
        RULES.append(move.__name__)

        @wraps(move)
        def counted(self: Ground, *given: Any, **named: Any) -> None:
            self.count(f"rule: {move.__name__}")
            move(self, *given, **named)

        make: Callable[..., Callable[..., Any]] = stateful.rule
        return cast("Move", make(**drawn)(counted))

    return mark
