"""The one table of what an operator can do, and how much each deed weighs."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal, NamedTuple

from engine import Action, State

DeedName = Literal[
    "retry", "cancel", "promote", "trash", "restore", "delete", "clean", "pause", "resume", "limits", "undo", "stop",
    "reveal",
]  # fmt: skip


class Weight(IntEnum):
    """How hard a deed on one thing is to take back."""

    LIGHT = 1
    """Harms nothing, and can be undone."""
    MIDDLE = 2
    """Changes what others see, and can be undone."""
    HEAVY = 3
    """For good, or for all of a queue."""


class Deed(NamedTuple):
    """One thing to do: `action` is the engine's for jobs, `states` those in which a job can have it done to it."""

    name: DeedName
    weight: Weight
    verb: str
    past: str
    action: Action | None = None
    states: frozenset[State] = frozenset()
    trashed: bool = False
    """It is done to jobs in the trash, whatever their state."""


_UNDER_WAY = frozenset({State.WAITING, State.DELAYED, State.ACTIVE})
_ENDED = frozenset({State.COMPLETED, State.FAILED, State.CANCELLED})

DEEDS: dict[DeedName, Deed] = {
    deed.name: deed
    for deed in (
        Deed("retry", Weight.LIGHT, "retry", "retried", "retry", frozenset({State.FAILED, State.CANCELLED})),
        Deed("promote", Weight.LIGHT, "run now", "made due", "promote", frozenset({State.DELAYED})),
        Deed("cancel", Weight.MIDDLE, "cancel", "cancelled", "cancel", _UNDER_WAY),
        Deed("trash", Weight.MIDDLE, "trash", "put in the trash", "trash", _ENDED),
        Deed("restore", Weight.LIGHT, "restore", "restored", "restore", trashed=True),
        Deed("delete", Weight.HEAVY, "delete for good", "deleted", "delete", trashed=True),
        Deed("clean", Weight.HEAVY, "clean", "put in the trash", "trash", _ENDED),
        Deed("pause", Weight.MIDDLE, "pause", "paused"),
        Deed("resume", Weight.MIDDLE, "resume", "resumed"),
        Deed("limits", Weight.MIDDLE, "set limits", "set"),
        Deed("undo", Weight.MIDDLE, "undo", "undone"),
        Deed("stop", Weight.LIGHT, "stop", "stopped"),
        Deed("reveal", Weight.MIDDLE, "reveal", "revealed"),
    )
}
