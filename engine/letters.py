"""What travels to the outbox: jobs with the caller who waits to hear what became of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from copy import copy
from typing import Any

from engine.posting import Line, fits, to_error
from engine.streams.commands import NewJob, Refused
from engine.types import Enqueued

Answers = Sequence[Enqueued | Refused]


class Letter:
    """Some jobs of one caller, who gets the answer to each; `ends_s` is when it has waited long enough."""

    __slots__ = ("ends_s", "future", "jobs", "size")

    def __init__(self, jobs: Sequence[NewJob], ends_s: float) -> None:
        self.jobs, self.ends_s = jobs, ends_s
        self.size = sum(len(job.payload) for job in jobs)
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def answer(self, line: Line, answers: Answers) -> None:
        """The caller, if it still waits, has the answers."""
        if not self.future.done():
            self.future.set_result(answers)

    def fail(self, error: Exception) -> None:
        """The caller gets an error of its own: raised in two places, one would collect both traces."""
        if not self.future.done():
            mine = copy(error)
            mine.__cause__ = error.__cause__
            self.future.set_exception(mine)


class Single(Letter):
    """One job, whose caller gets its ticket, or the error that tells why there is none."""

    __slots__ = ()

    def answer(self, line: Line, answers: Answers) -> None:
        (answer,) = answers
        if isinstance(answer, Refused):
            self.fail(to_error(line, self.jobs[0].id, answer))
        elif not self.future.done():
            self.future.set_result(answer)


def take(waiting: deque[Letter]) -> list[Letter]:
    """The next letters that fit into one call, without those whose caller has gone; they wait no longer."""
    batch: list[Letter] = []
    count = size = 0
    while waiting:
        letter = waiting[0]
        if batch and not fits(count + len(letter.jobs), size + letter.size):
            break
        waiting.popleft()
        if not letter.future.done():
            batch.append(letter)
            count += len(letter.jobs)
            size += letter.size
    return batch
