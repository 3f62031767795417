"""The numbered views, in the order of their keys."""

from __future__ import annotations

from collections.abc import Sequence

from admin_tui.screens.overview import Overview
from admin_tui.screens.view import View

VIEWS: Sequence[type[View]] = (Overview,)
