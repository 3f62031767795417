"""Pages: some jobs, events, log lines or hits at a time, and how to go on from them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.types import Event, JobLine

Listed = Literal["waiting", "delayed", "active", "completed", "failed", "cancelled", "trash"]
"""What can be listed: the jobs of a state, or those in the trash, whatever their state."""


class JobPage(Struct, frozen=True, rename="camel"):
    """Some jobs of one state, and what to give as `after` for those that follow; None: there are none."""

    jobs: list[JobLine]
    after: str | None = None


class EventPage(Struct, frozen=True, rename="camel"):
    """Some events in order, and what to give as `after` for those that follow.

    `gap`: events behind the `after` that was asked for have been trimmed.
    """

    events: list[Event]
    after: str
    gap: bool = False


class Window(Struct, frozen=True, rename="camel"):
    """Consecutive rows of a list of any length, and where in it they lie.

    `first` is the number of the first row, from 0. Where `exact` is false (waiting and active jobs lie in streams,
    which have no ranks) it is an estimate by time. `above` and `below` go on from the window's ends (empty: the list
    ends there).
    """

    rows: list[JobLine]
    first: int
    total: int
    exact: bool
    above: str
    below: str


class Hits(Struct, frozen=True, rename="camel"):
    """What one step of a search found: hits among the jobs looked at, and what to give as `after` for the next step.

    `after` is None when everything was seen. `looked` counts this step's jobs, `total` those of the list.
    """

    jobs: list[JobLine]
    looked: int
    total: int
    after: str | None


class LogEntry(Struct, frozen=True, rename="camel"):
    """A line that a job logged; `at_ms` by the server's clock."""

    id: str
    at_ms: int
    run: int
    text: str


class LogPage(Struct, frozen=True, rename="camel"):
    """Log lines of a job, oldest first, and what to give as `after` for those that follow."""

    entries: list[LogEntry]
    after: str
