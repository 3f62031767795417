"""What every view is: a part of the screen with keys of its own, told each second what is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar, TypeVar, cast

from textual.actions import SkipAction
from textual.widget import Widget

from admin_tui.actions.targets import Target
from admin_tui.asking import Asking
from admin_tui.draw.line import Line
from admin_tui.keys import keys_of
from admin_tui.known import Known
from admin_tui.screens.copying import COPIES, CopyMenu
from admin_tui.screens.host import Host
from engine import EngineError, JobDetail

Answer = TypeVar("Answer")
Command = Callable[[], None]


class View(Widget, can_focus=True):
    """A view. `name_` is its name in `admin_tui.keys.SCREENS`; `commands` are what its keys do, by their names.

    A key that changes something needs no command: it is done to what `target` answers.
    """

    name_: ClassVar[str]
    DEFAULT_CSS = "View { height: 1fr; layout: vertical; }"

    def __init__(self) -> None:
        super().__init__(id=self.name_)
        self._asking: Asking | None = None

    @property
    def host(self) -> Host:
        """The app."""
        return cast("Host", self.app)

    @property
    def known(self) -> Known:
        """What is known now."""
        return self.host.known

    def heading(self, width: int) -> Line:
        """The line under the header, where this is not one of the numbered views."""
        return ()

    def commands(self) -> Mapping[str, Command]:
        """What the keys of this view do."""
        return {}

    def target(self, key_name: str) -> Target | None:
        """What a key that changes something is done to, as it is shown now; None: nothing is under the cursor."""
        return None

    def update_(self, known: Known) -> None:
        """What is known has changed, or a second has gone by, or the view was brought to the front or resized.

        Called only while the view is shown. It must be cheap: questions are asked by `poll`.
        """

    def left(self) -> None:
        """Another view is shown: what this one does beside the clock ends."""

    def back(self) -> bool:
        """Something of the view was closed (a filter, a panel); False: there was nothing, the view itself may go."""
        return False

    @property
    def of_queue(self) -> str:
        """The queue that is shown, where it is one."""
        return ""

    def copies(self) -> Mapping[str, str]:
        """What `y` offers: texts by the names of the keys that copy them; none: there is nothing."""
        return {}

    def copy_menu(self) -> None:
        """The next key says what is copied."""
        texts = self.copies()

        def chosen(name: str | None) -> None:
            if name is not None:
                self.host.copy(texts[name], COPIES[name].title)

        if texts:
            self.app.push_screen(CopyMenu(texts), chosen)
        else:
            self.host.tell("nothing to copy: no row is chosen", "warn")

    def ask(self, question: Callable[[], Awaitable[Answer]], then: Callable[[Answer], None]) -> None:
        """`then` gets the answer, if nothing else was asked meanwhile and the view is still there."""
        self._questions.ask(question, self._if_here(then))

    def poll(self, question: Callable[[], Awaitable[Answer]], then: Callable[[Answer], None]) -> None:
        """As `ask`, but nothing is asked while a question of this view is under way."""
        self._questions.poll(question, self._if_here(then))

    def do(self, question: Callable[[], Awaitable[Answer]], then: Callable[[Answer], None]) -> None:
        """As `ask`, beside whatever else is asked: `then` gets the answer in any case."""
        Asking(self.host.start(), self.host.calls, self.failed).ask(question, then)

    @property
    def going(self) -> bool:
        """It is being taken away, part by part, or is gone: it has no screen any more."""
        return self._pruning or self._closing or self._closed

    def _if_here(self, then: Callable[[Answer], None]) -> Callable[[Answer], None]:
        """An answer that comes while the view is being taken away, part by part, has nobody to be told to."""

        def told(answer: Answer) -> None:
            if not self.going:
                then(answer)

        return told

    def failed(self, error: EngineError) -> None:
        """A question of this view was answered by an error; what was shown stays."""
        self.host.tell(str(error), "bad")

    def revealed(self, detail: JobDetail) -> None:
        """A job was read with its secrets while this view was on top."""

    def on_unmount(self) -> None:
        """Late answers are dropped, and nothing of what was painted is held (see `Lines`)."""
        self.refresh()
        if self._asking is not None:
            self._asking.drop()

    def action_command(self, name: str) -> None:
        """The key of this name was pressed."""
        command = self.commands().get(name)
        if command is not None:
            command()
        elif any(key.name == name and key.changes for key in keys_of(self.name_)):
            self.host.press(name, self.target(name))
        else:
            raise SkipAction

    @property
    def _questions(self) -> Asking:
        if self._asking is None:
            self._asking = Asking(self.host.start(), self.host.calls, self.failed)
        return self._asking
