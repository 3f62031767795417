"""The stage on Textual: dialogs over whatever screen is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from textual.app import App
from textual.message import Message

from admin_tui.actions.asked import Asked, Edit
from admin_tui.actions.limits import Field
from admin_tui.dialogs.choose import ChooseDialog
from admin_tui.dialogs.confirm import ConfirmDialog
from admin_tui.dialogs.dialog import Dialog
from admin_tui.dialogs.limits import LimitsDialog
from admin_tui.draw.line import Style
from engine import JobDetail, Operation

Answer = TypeVar("Answer")


class Revealed(Message):
    """A job with its secrets was read; sent to the screen on top."""

    def __init__(self, detail: JobDetail) -> None:
        super().__init__()
        self.detail = detail


class _Shown:
    """A confirmation on top of an app."""

    def __init__(self, dialog: ConfirmDialog, answer: Awaitable[str | None]) -> None:
        self._dialog, self.answer = dialog, answer

    @property
    def open(self) -> bool:
        return self._dialog.open

    def ask(self, asked: Asked) -> None:
        self._dialog.ask(asked)

    def fail(self, words: str) -> None:
        self._dialog.fail(words)


class AppStage:
    """Shows dialogs over an app, and what came of them; `told`, `changed` and `tell` are the app's to answer."""

    def __init__(
        self,
        app: App[Any],
        told: Callable[[Operation], None],
        changed: Callable[[], None],
        tell: Callable[[str, Style], None],
    ) -> None:
        self._app, self.told, self.changed, self._tell = app, told, changed, tell

    def confirm(self, title: str, asked: Asked | None = None) -> _Shown:
        """The question is shown."""
        dialog = ConfirmDialog(title, asked)
        answer = self._show(dialog)
        return _Shown(dialog, answer)

    def choose(self, title: str, options: Sequence[tuple[str, str]]) -> Awaitable[str | None]:
        """The key of the option that is chosen."""
        return self._show(ChooseDialog(title, options))

    def edit(self, edit: Edit) -> Awaitable[Mapping[Field, str] | None]:
        """What was typed into the fields."""
        return self._show(LimitsDialog(edit))

    def say(self, words: str, *, bad: bool = False) -> None:
        """The words are above the footer until the next key."""
        self._tell(words, "warn" if bad else "plain")

    def revealed(self, detail: JobDetail) -> None:
        """The screen on top shows it."""
        self._app.screen.post_message(Revealed(detail))

    def _show(self, dialog: Dialog[Answer]) -> asyncio.Future[Answer | None]:
        future: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()

        def answered(answer: Answer | None) -> None:
            if not future.done():
                future.set_result(answer)

        self._app.push_screen(dialog, answered)
        return future
