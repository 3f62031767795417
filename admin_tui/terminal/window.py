"""How much is on the way to a terminal. Pure."""

from __future__ import annotations

from collections import deque

MOST = 2_000
"""So many bytes may be on their way: what a line of 64 kbit/s takes in a quarter of a second."""
EACH = 500
"""After so many bytes the terminal is asked whether it has them."""


class Window:
    """Bytes that were sent and those of them that have arrived, as far as the terminal answers.

    One that has not answered yet, or no more, is not waited for.
    """

    def __init__(self) -> None:
        self._asked = deque[tuple[int, int]]()
        self._since = self._questions = 0
        self.answers = False

    @property
    def full(self) -> bool:
        """What is new has to wait: it would come late, and what came after it later still."""
        under_way = self._since + sum(size for _, size in self._asked)
        return self.answers and bool(self._asked) and under_way > MOST

    @property
    def asks(self) -> int:
        """So many answers are to come."""
        return len(self._asked)

    def sent(self, size: int) -> bool:
        """So many bytes more are on their way; True: the terminal is to be asked behind them."""
        self._since += size
        return self.answers and self._since >= EACH

    def ask(self) -> int:
        """The terminal is being asked; the number of the question."""
        self._questions += 1
        self._asked.append((self._questions, self._since))
        self._since = 0
        return self._questions

    def arrived(self) -> None:
        """The terminal has answered the first of the questions that it had not."""
        if self._asked:
            self._asked.popleft()
        self.answers = True

    def waits_for(self, question: int) -> bool:
        """That question has not been answered."""
        return any(number == question for number, _ in self._asked)

    def silent(self) -> None:
        """No answer has come for long: nothing waits for one."""
        self._asked.clear()
        self._since, self.answers = 0, False
