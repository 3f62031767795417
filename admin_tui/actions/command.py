"""The command line that does the same as a dialog: to be written down, sent to a colleague, or run again."""

from __future__ import annotations

import shlex

from admin_tui.actions.deeds import Deed
from admin_tui.actions.targets import All, Done, Earlier, Jobs, OneQueue, Target
from engine import LimitSettings

_SHOWN_IDS = 20
"""More ids than these are a query's work, not a command line's."""


def command(deed: Deed, target: Target, reason: str = "", settings: LimitSettings | None = None) -> str:
    """The engine's command with the same effect; empty where there is none."""
    words = _words(deed, target, settings)
    if words is None:
        return ""
    if reason.strip():
        words += ["--reason", reason.strip()]
    return shlex.join(["python", "-m", "engine", *words])


def _words(deed: Deed, target: Target, settings: LimitSettings | None) -> list[str] | None:
    if isinstance(target, Earlier):
        return None
    if isinstance(target, Done):
        return [deed.name, target.queue, target.operation.id]
    if isinstance(target, OneQueue):
        if deed.name != "limits":
            return [deed.name, target.queue]
        chosen = [(name, value) for name, value in (settings or {}).items() if value is not None]
        flags = [word for name, value in chosen for word in (f"--{name.replace('_', '-')}", f"{value:g}")]
        return ["limit", target.queue, *flags]
    return _of_jobs(deed, target)


def _of_jobs(deed: Deed, target: Jobs | All) -> list[str] | None:
    verb = deed.action or deed.name
    if isinstance(target, All):
        listed, query = target.on.listed, target.on.query
        return [verb, target.queue, "--in", listed, "--where", query] if query else [verb, target.queue, "--in", listed]
    if deed.action is None:
        return None
    ids = [line.id for line in target.lines]
    return [verb, target.queue, *ids] if len(ids) <= _SHOWN_IDS else None
