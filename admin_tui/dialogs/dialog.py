"""What all dialogs share: nothing that was pressed before they could be seen is taken as an answer."""

from __future__ import annotations

import time
from typing import ClassVar, TypeVar

from textual import events
from textual.screen import ModalScreen
from textual.widgets import Input

from admin_tui.actions.confirm import LOOK_S, counts

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A box over the screen. Esc always closes it; other keys count from a moment after what it shows was painted."""

    look_s: ClassVar[float] = LOOK_S
    early: ClassVar[frozenset[str]] = frozenset()
    """Keys that may come before it was seen, since they answer nothing."""
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > #box {
        width: 75; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto;
        padding: 0 1; border: solid $foreground;
    }
    Dialog Input { background: $panel; }
    Dialog .field { height: 1; }
    Dialog .field Input { width: 1fr; }
    Dialog .label { width: 13; height: 1; }
    Dialog #buttons { height: 1; margin-top: 1; align-horizontal: center; }
    Dialog Button { margin: 0 3; min-width: 10; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._painted_s: float | None = None
        self._open = True

    @property
    def open(self) -> bool:
        """It has not been answered."""
        return self._open

    def close(self, answer: Answer | None) -> None:
        """This is the answer, if there was none before."""
        if self._open:
            self._open = False
            self.dismiss(answer)

    def show_anew(self) -> None:
        """What is shown changes what an answer means: keys count again once that is painted."""
        self._painted_s = None
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._painted_s = time.monotonic()
        self.set_timer(self.look_s, self.looked_at)

    def looked_at(self) -> None:
        """It is ready, if it is still there."""
        if not (self._pruning or self._closing or self._closed):
            self.ready()

    def ready(self) -> None:
        """Answers count from now on."""

    def seen(self, event: events.Key) -> bool:
        """Whether the key was pressed by somebody who could see what is shown."""
        return counts(event.time, self._painted_s, self.look_s)

    @property
    def counting(self) -> bool:
        """What is shown was painted a moment ago, or longer."""
        return counts(time.monotonic(), self._painted_s, self.look_s)

    @property
    def typing(self) -> bool:
        """A field for text has the focus: keys are letters."""
        return isinstance(self.focused, Input)

    def on_key(self, event: events.Key) -> None:
        """Keys that came too early go nowhere; no binding sees them."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.close(None)
        elif event.key not in self.early and (not self.seen(event) or (not self.typing and self.answer(event.key))):
            event.stop()
            event.prevent_default()

    def answer(self, key: str) -> bool:
        """What a key that counts does here; True if it did something."""
        return False
