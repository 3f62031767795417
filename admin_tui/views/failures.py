"""Failures: jobs that failed for one reason are one row, whatever varies in its text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from engine import ErrorGroup

RISING_MINUTES = 5


class FailureRow(NamedTuple):
    """A group of one queue; `mark` is ! still failing, x failed jobs are there, . none is failed now."""

    group: ErrorGroup
    mark: str

    @property
    def key(self) -> str:
        """Names the group among those of all queues."""
        return f"{self.group.queue} {self.group.fingerprint}"


def failure_rows(groups: Iterable[ErrorGroup]) -> list[FailureRow]:
    """Groups of all queues: those with most failed jobs first, then the newest."""
    rows = [FailureRow(group, _mark(group)) for group in groups]
    return sorted(rows, key=lambda row: (-row.group.jobs, -row.group.last, row.key))


def _mark(group: ErrorGroup) -> str:
    if not group.jobs:
        return "."
    return "!" if any(group.minutes[-RISING_MINUTES:]) else "x"
