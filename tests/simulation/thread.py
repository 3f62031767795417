"""A real thread that runs only while the loop waits for it, so that its interleaving with the loop is the seed's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context
from typing import Any


class Ended(BaseException):
    """Raised in the thread to end it, whatever it is in."""


class Puppet:
    """Asks for something, stands still, and goes on when it has the answer."""

    def __init__(self, main: Callable[[], None], context: Context, name: str) -> None:
        self._main, self._context = main, context
        self._mine, self._theirs = threading.Semaphore(0), threading.Semaphore(0)
        self._asked: Any = None
        self._answer: Any = None
        self._over = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def go_on(self, answer: Any) -> Any:
        """Called by the loop: what the thread asks for next, now that it has this answer; None once it has ended."""
        if self._over:
            return None
        self._answer = answer
        self._mine.release()
        self._theirs.acquire()
        return self._asked

    def ask(self, question: Any) -> Any:
        """Called by the thread: the answer; an answer that is an exception is raised."""
        self._asked = question
        self._theirs.release()
        self._mine.acquire()
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer

    def end(self) -> None:
        """The thread has ended, in the middle of whatever it was in."""
        while self.go_on(Ended()) is not None:
            continue
        self._thread.join()

    def _run(self) -> None:
        self._mine.acquire()
        try:
            if not isinstance(self._answer, Ended):
                self._context.run(self._main)
        except Ended:
            return
        finally:
            self._over, self._asked = True, None
            self._theirs.release()
