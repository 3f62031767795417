"""The engine is what the admin asks for: a viewer has its eyes, an inspector its hands. Checked, never run."""

# pyright: strict

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from admin_tui.admin import Eyes, Hands
    from engine import Inspector, Viewer


def the_viewer_looks(viewer: Viewer) -> Eyes:
    """Whatever the admin shows."""
    return viewer


def the_inspector_acts(inspector: Inspector) -> Hands:
    """Whatever it changes."""
    return inspector


def a_viewer_has_no_hands(viewer: Viewer) -> Hands:
    """Who may only look is given nothing to act by."""
    return viewer  # type: ignore[return-value]
