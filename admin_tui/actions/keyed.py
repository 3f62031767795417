"""Which deed a key means over what is shown: `R` retries a job, and restores one that is in the trash."""

from __future__ import annotations

from admin_tui.actions.deeds import DEEDS, Deed, DeedName
from admin_tui.actions.targets import All, Jobs, OneQueue, Target

_IN_TRASH: dict[str, DeedName] = {"retry": "restore", "trash": "delete"}
_NAMES: dict[str, DeedName] = {
    "retry": "retry",
    "cancel": "cancel",
    "trash": "trash",
    "promote": "promote",
    "pause": "pause",
    "limit": "limits",
    "clean": "clean",
    "undo": "undo",
    "stop": "stop",
    "reveal": "reveal",
}
"""The names of keys that change something."""


def deed_of(key_name: str, target: Target | None) -> Deed:
    """What the key of this name would do to the target."""
    name = _NAMES[key_name]
    if isinstance(target, Jobs | All):
        listed = target.listed if isinstance(target, Jobs) else target.on.listed
        if listed == "trash":
            name = _IN_TRASH.get(key_name, name)
    if name == "pause" and isinstance(target, OneQueue) and target.limits.paused:
        name = "resume"
    return DEEDS[name]
