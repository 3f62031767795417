"""The command line that does the same as a dialog: to be written down, sent to a colleague, or run again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import cast

from admin_tui.actions.deeds import Deed
from admin_tui.actions.targets import All, Done, Earlier, Jobs, OneQueue, Target
from admin_tui.actions.tiers import MANY
from engine import LimitSettings

_SHOWN_IDS = 20
"""More ids than these are a query's work, not a command line's."""


def command(
    deed: Deed,
    target: Target,
    reason: str = "",
    *,
    number: int = 0,
    changed: LimitSettings | None = None,
    app: str = "",
) -> str:
    """The engine's command with the same effect on so many jobs; empty where there is none."""
    words = _limit(target, changed or LimitSettings()) if deed.name == "limits" else _words(deed, target)
    if words is None:
        return ""
    options = ["--yes", str(number)] if number > MANY else []
    if reason.strip() and deed.name not in ("undo", "stop", "limits"):
        options += ["--reason", reason.strip()]
    verb, *rest = words
    if any(word.startswith("-") for word in rest if isinstance(target, Jobs)):
        rest = ["--", *rest]  # an id may look like an option
        return shlex.join([*_engine(app), verb, *options, *rest])
    return shlex.join([*_engine(app), verb, *rest, *options])


def _engine(app: str) -> list[str]:
    return ["python", "-m", "engine", *(["--app", app] if app else [])]


def _words(deed: Deed, target: Target) -> list[str] | None:
    """The command with what it is done to."""
    if isinstance(target, Done):
        return [deed.name, target.queue, target.operation.id]
    if isinstance(target, OneQueue):
        return [deed.name, target.queue]
    if deed.action is None or isinstance(target, Earlier):
        return None
    if isinstance(target, All):
        where = ["--where", target.on.query] if target.on.query else []
        return [deed.action, target.queue, "--in", target.on.listed, *where]
    ids = [line.id for line in target.lines]
    return [deed.action, target.queue, *ids] if len(ids) <= _SHOWN_IDS else None


def _limit(target: Target, changed: LimitSettings) -> list[str] | None:
    """The limits one by one; taking back a single one has no command."""
    values = cast("Mapping[str, float | int | None]", changed)
    if not values or None in values.values():
        return None
    flags = [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", f"{value:g}")]
    return ["limit", target.queue, *flags]
