"""The numbered views, in the order of their keys."""

from __future__ import annotations

from collections.abc import Sequence

from admin_tui.screens.audit import AuditView
from admin_tui.screens.failures import FailuresView
from admin_tui.screens.jobs import Jobs
from admin_tui.screens.limits import LimitsView
from admin_tui.screens.overview import Overview
from admin_tui.screens.view import View
from admin_tui.screens.workers import WorkersView

VIEWS: Sequence[type[View]] = (Overview, Jobs, WorkersView, LimitsView, FailuresView, AuditView)
