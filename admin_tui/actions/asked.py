"""What a dialog asks, and what shows dialogs: the stage. Knows nothing of Textual."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from admin_tui.actions.limits import Field
from admin_tui.actions.tiers import Tier
from admin_tui.draw.line import Line
from engine import JobDetail, LimitsView, Operation


@dataclass(frozen=True)
class Asked:
    """What a dialog asks. `facts` are lines for a width, `needed` is what the highest tier wants typed.

    `button` is empty where nothing can be done. `same` is the command line that does the same, given the reason.
    """

    facts: Callable[[int], Sequence[Line]]
    button: str
    tier: Tier
    needed: str = ""
    same: Callable[[str], str] = lambda _: ""
    ids: Sequence[str] = ()


class Question(Protocol):
    """A dialog that is shown; what it asks may become known later."""

    @property
    def open(self) -> bool:
        """It has not been answered."""
        ...

    @property
    def answer(self) -> Awaitable[str | None]:
        """The reason, which may be empty, once it is confirmed; None if it is not."""
        ...

    def ask(self, asked: Asked) -> None:
        """This is what is asked from now on."""
        ...

    def fail(self, words: str) -> None:
        """There is nothing to confirm."""
        ...


class Edit(NamedTuple):
    """What a limits editor is opened with: the limits as shown, who waits, what was typed before and what was wrong."""

    limits: LimitsView
    waiting: int
    typed: Mapping[Field, str]
    error: str = ""


class Stage(Protocol):
    """Where questions are shown and answers are told."""

    def confirm(self, title: str, asked: Asked | None = None) -> Question:
        """The question is shown; without `asked` it waits for it."""
        ...

    def choose(self, title: str, options: Sequence[tuple[str, str]]) -> Awaitable[str | None]:
        """The key of the option that is chosen; each has a key and a text."""
        ...

    def edit(self, edit: Edit) -> Awaitable[Mapping[Field, str] | None]:
        """What was typed into the fields; None: nothing is to be changed."""
        ...

    def say(self, words: str, *, bad: bool = False) -> None:
        """The words are shown for ten seconds."""
        ...

    def told(self, operation: Operation, /) -> None:
        """How far an operation is."""
        ...

    def revealed(self, detail: JobDetail) -> None:
        """The job is shown with its secrets."""
        ...

    def changed(self) -> None:
        """Something was changed: what is shown is asked for anew."""
        ...
