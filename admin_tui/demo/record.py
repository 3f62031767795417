"""One job as the fake keeps it, and what it looks like in a list."""

from __future__ import annotations

from msgspec import Struct, field

from admin_tui.demo.secrets import hide_in_text
from engine import Attempt, JobLine, LogEntry, State

WITHOUT_REASON = (State.COMPLETED, State.CANCELLED)
"""Ends that an earlier attempt's error does not explain."""


class Trouble(Struct, frozen=True):
    """An error as it is stored."""

    type: str
    message: str
    stack: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


class Record(Struct, kw_only=True):
    """A job's current run; `place` is what it is sorted by in the list that it is in."""

    id: str
    name: str
    payload: str
    run: int
    state: State = State.WAITING
    place: int = 0
    tenant: str | None = None
    attempts: int = 0
    crashes: int = 0
    due: int | None = None
    started: int | None = None
    """When the newest delivery began, ms."""
    ended: int | None = None
    worker: str | None = None
    """The consumer that holds it or held it last."""
    error: Trouble | None = None
    group: str | None = None
    result: str | None = None
    progress: object = None
    trail: list[Attempt] = field(default_factory=list[Attempt])
    log: list[LogEntry] = field(default_factory=list[LogEntry])
    trashed: int | None = None
    told: bool = False
    """Its cancel was asked for while it runs."""
    earlier: Record | None = None
    """What it was before an operator requeued, cancelled or promoted it; undo takes it from here."""

    @property
    def reason(self) -> str | None:
        return None if self.error is None or self.state in WITHOUT_REASON else self.error.sentence

    @property
    def label(self) -> str | None:
        """The worker's own name, without the process's part."""
        return None if self.worker is None else self.worker.rsplit("~", 1)[0]

    def line(self) -> JobLine:
        """What a list shows of it."""
        active = self.state is State.ACTIVE
        return JobLine(
            id=self.id,
            name=self.name,
            state=self.state,
            run=self.run,
            attempts_made=self.attempts,
            timestamp=self.run // 1000,
            finished_on=self.ended,
            tenant=self.tenant,
            failed_reason=None if self.reason is None else hide_in_text(self.reason)[0],
            due=self.due if self.state is State.DELAYED else None,
            worker=self.label if active else None,
            started_on=self.started if active else None,
            group=self.group,
        )
