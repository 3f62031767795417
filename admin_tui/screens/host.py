"""What views and screens need of the app around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from admin_tui.actions.targets import Target
from admin_tui.admin import Eyes
from admin_tui.asking import Calls, Start
from admin_tui.draw.line import Style
from admin_tui.known import Known
from engine import JobLine, Listed


class JobPlace(NamedTuple):
    """A job and the list it was opened from, so that its neighbours can be gone to."""

    queue: str
    job_id: str
    neighbours: Sequence[JobLine] = ()


class Host(Protocol):
    """The app: what is known, and where to go."""

    eyes: Eyes
    calls: Calls

    @property
    def known(self) -> Known: ...

    def start(self) -> Start:
        """What runs questions to the engine."""
        ...

    def tell(self, words: str, style: Style = "plain") -> None:
        """The words are in the line above the footer until a key is pressed."""
        ...

    def press(self, key_name: str, target: Target | None) -> None:
        """A key that changes something went down over this target."""
        ...

    def refresh_now(self) -> None:
        """A new snapshot is asked for."""
        ...

    def paint_anew(self) -> None:
        """As `refresh_now`, and the whole screen is written anew."""
        ...

    def copy(self, words: str, what: str) -> None:
        """The words are in the terminal's clipboard, and in a plain line."""
        ...

    def show_view(self, name: str) -> None:
        """The numbered view of this name is on top."""
        ...

    def open_queue(self, queue: str, listed: Listed | None = None, query: str = "") -> None:
        """The jobs of the queue are shown; without a list the one that wants to be looked at."""
        ...

    def open_worker(self, name: str) -> None:
        """The workers whose name has this text are shown."""
        ...

    def open_job(self, place: JobPlace) -> None:
        """The job is on top."""
        ...

    def replace_job(self, place: JobPlace) -> None:
        """This job is on top in place of the one that was."""
        ...

    def redraw_heading(self) -> None:
        """The line under the header is of now."""
        ...

    def open_log(self, queue: str, job_id: str) -> None:
        """The job's log is on top."""
        ...

    def open_why(self, queue: str, job_id: str | None = None) -> None:
        """Why the job, or the queue's next one, does not run is on top."""
        ...
