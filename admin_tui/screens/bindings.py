"""The table of keys as Textual binds them: each is the action `command`, with the key's name."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from admin_tui.keys import KEYS, Scope


def bindings(*scopes: Scope) -> list[BindingType]:
    """The keys of these scopes, each under its id, by which a keymap can give it another key."""
    return [
        Binding(",".join(key.keys), f"command('{key.name}')", key.title, show=False, id=key.id)
        for key in KEYS
        if key.scope in scopes
    ]
