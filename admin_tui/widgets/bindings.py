"""Bindings of Textual from the table of keys."""

from __future__ import annotations

from collections.abc import Collection

from textual.binding import Binding

from admin_tui.keys import KEYS, Scope


def bindings(*scopes: Scope, only: Collection[str] = ()) -> list[Binding]:
    """A binding for each key of the scopes, or for the actions named; its action is the key's name."""
    return [
        Binding(",".join(key.keys), key.name, key.title, show=False, key_display=key.shown, id=key.id)
        for key in KEYS
        if key.scope in scopes and (not only or key.name in only)
    ]
