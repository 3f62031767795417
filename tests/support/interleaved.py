"""Keys, answers and changes in any order, over the table's own cursor and the real way from a key to its end.

No event loop: what is under way is taken a step further when the plan of the case says so, and time is the case's.
"""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from msgspec.structs import replace

from admin_tui.actions.asked import Asked, Edit
from admin_tui.actions.conductor import Conductor
from admin_tui.actions.confirm import counts
from admin_tui.actions.limits import Field
from admin_tui.actions.targets import All, pick
from admin_tui.actions.tiers import Tier
from admin_tui.admin import Hands
from admin_tui.asking import Calls
from admin_tui.draw.columns import Column
from admin_tui.draw.line import Span
from admin_tui.known import Known, Who
from admin_tui.link import Link
from admin_tui.rows import Feed
from admin_tui.rows.marks import Marks
from admin_tui.rows.source import Loaded
from admin_tui.text import safe
from admin_tui.widgets.table_lines import TableLines
from engine import Chosen, JobDetail, JobLine, Matching, Operation, Plan, State
from tests.support.operator import line, operation, plan, queue, snapshot

QUEUE = "score_run"
HEIGHT = 5
COLUMNS = (
    Column[JobLine]("ID", lambda row, _: Span(safe(row.id)), 8),
    Column[JobLine]("STATE", lambda row, _: Span(safe(row.state)), 10),
    Column[JobLine]("RUN", lambda row, _: Span(safe(str(row.run))), 6),
)


class Seen(NamedTuple):
    """A job as it was shown."""

    id: str
    run: int
    state: str


class Later:
    """Awaited, it gives others a turn."""

    def __await__(self) -> Generator[None]:
        yield


def seen(row: JobLine) -> Seen:
    return Seen(row.id, row.run, row.state.value)


class World:
    """A queue's failed jobs, newest first, that others change too; `hits` are what was done by an operation."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._number = rng, 0
        self.jobs: list[JobLine] = []
        self.frozen: dict[str, list[Seen]] = {}
        self.hits: list[tuple[str, Seen]] = []
        for _ in range(rng.randint(0, 12)):
            self.come()

    def come(self) -> None:
        """A job fails."""
        self._number += 1
        self.jobs.insert(self._rng.randint(0, len(self.jobs)), line(f"j{self._number}", State.FAILED))

    def leave(self, near: str) -> None:
        """A job is retried, or pruned, by somebody else; often the one under the cursor."""
        if (job := self._any(near)) is not None:
            self.jobs.remove(job)

    def again(self, near: str) -> None:
        """A job has run again by somebody else, and has failed again: the same id, another run."""
        if (job := self._any(near)) is not None:
            self.jobs.remove(job)
            self.jobs.insert(0, replace(job, run=job.run + 1))

    def turn(self, near: str) -> None:
        """A job is cancelled by somebody else, and is still listed: the same run, another state."""
        if (job := self._any(near)) is not None:
            other = State.CANCELLED if job.state is State.FAILED else State.FAILED
            self.jobs[self.jobs.index(job)] = replace(job, state=other)

    def _any(self, near: str) -> JobLine | None:
        chosen = next((job for job in self.jobs if job.id == near), None) if self._rng.random() < 0.5 else None
        return chosen or (self._rng.choice(self.jobs) if self.jobs else None)

    # -------------------------------------------------------------------------------------------- hands

    async def plan(self, name: str, action: str, on: Chosen | Matching) -> Plan:
        """The set is frozen as it was seen, or as it is now."""
        await Later()
        jobs = list(on.jobs) if isinstance(on, Chosen) else [job for job in self.jobs if on.query in job.id]
        now = {seen(job) for job in self.jobs}
        meant = [seen(job) for job in jobs if seen(job) in now]
        plan_id = f"p{len(self.frozen)}"
        self.frozen[plan_id] = meant
        return plan(plan_id, queue=name, action=action, will=len(meant), skipped={"changed": len(jobs) - len(meant)})

    async def apply(self, made: Plan, confirm: int, reason: str = "") -> Operation:
        await Later()
        assert confirm == made.will
        return operation(made.id, queue=made.queue, action=made.action, state="running", total=made.will, done=0)

    async def carry_out(self, begun: Operation, per_s: float = 200.0) -> AsyncGenerator[Operation]:
        """Each job that is still as it was seen."""
        for number, meant in enumerate(self.frozen[begun.id], 1):
            await Later()
            job = next((job for job in self.jobs if seen(job) == meant), None)
            if job is not None:
                self.jobs.remove(job)
                self.hits.append((begun.id, meant))
            yield replace(begun, done=number, state="done" if number == begun.total else "running")


class Listing:
    """The world's list as a source; its answers take their time."""

    def __init__(self, world: World, text: str, *, backwards: bool) -> None:
        self._world, self.text, self.backwards = world, text, backwards

    async def window(self, size: int, *, rank: int | None = None, above: str = "", below: str = "") -> Loaded[JobLine]:
        await Later()
        rows = [job for job in self._world.jobs if self.text in job.id][:: -1 if self.backwards else 1]
        await Later()
        return Loaded(rows, 0, len(rows), exact=True, above="", below="")


class Asking:
    """A dialog: what it asks may come late, and keys count once that has been seen."""

    def __init__(self, asked: Asked | None) -> None:
        self.asked, self.open, self.painted_s = asked, True, cast("float | None", None)
        self._reason: str | None = None

    @property
    def answer(self) -> Awaitable[str | None]:
        return self._answered()

    async def _answered(self) -> str | None:
        while self.open:
            await Later()
        return self._reason

    def ask(self, asked: Asked) -> None:
        self.asked, self.painted_s = asked, None

    def fail(self, words: str) -> None:
        self.open = False

    def close(self, reason: str | None) -> None:
        self.open, self._reason = False, reason


class Stage:
    """Where dialogs are shown; the one on top has all keys."""

    def __init__(self) -> None:
        self._dialogs: list[Asking] = []

    @property
    def top(self) -> Asking | None:
        return next((dialog for dialog in reversed(self._dialogs) if dialog.open), None)

    def confirm(self, title: str, asked: Asked | None = None) -> Asking:
        self._dialogs.append(Asking(asked))
        return self._dialogs[-1]

    def choose(self, title: str, options: Sequence[tuple[str, str]]) -> Awaitable[str | None]:
        raise NotImplementedError

    def edit(self, edit: Edit) -> Awaitable[Mapping[Field, str] | None]:
        raise NotImplementedError

    def say(self, words: str, *, bad: bool = False) -> None:
        """Nobody listens."""

    def told(self, operation: Operation) -> None:
        """Nobody looks."""

    def revealed(self, detail: JobDetail) -> None:
        raise NotImplementedError

    def changed(self) -> None:
        """It is asked for anew when the case says so."""


Row = Callable[["Case"], JobLine | None]


def under_cursor(case: Case) -> JobLine | None:
    """As `WindowTable.row` answers."""
    cursor = case.feed.cursor
    return case.feed.held.at(cursor.number) if cursor.key else None


class Case:
    """One interleaving; `wrong` says what was hit that had not been shown."""

    def __init__(self, seed: int, row: Row = under_cursor) -> None:
        self.rng = random.Random(seed)
        self.world, self.stage, self.now_s = World(self.rng), Stage(), 0.0
        self.feed, self.marks, self._row = Feed[JobLine](lambda job: job.id), Marks[JobLine](), row
        self._lines, self._text, self._backwards = TableLines(COLUMNS, "nothing"), "", False
        self._tasks: list[Coroutine[Any, Any, Any]] = []
        known = Known(Who("here", "ana", writes=True), snapshot(queue(QUEUE)), Link(0.0), 0.0)
        hands = cast("Hands", self.world)
        self._conductor = Conductor(hands, self.stage, self._tasks.append, Calls(), lambda: known)
        self.shown: list[set[Seen]] = []
        self._meant: dict[str, set[Seen]] = {}
        self.feed.resize(HEIGHT)
        self._show()
        self.actions = 0

    def play(self, events: int) -> str:
        """So many events in any order, then all that is under way to its end; what went wrong, if anything did."""
        moves = (self._refresh, self._step, self._step, self._step, self._change, self._change, self._key, self._key,
                 self._act, self._answer, self._paint, self._list)  # fmt: skip
        for _ in range(events):
            self.now_s += self.rng.choice((0.0, 0.1, 0.4))
            self.rng.choice(moves)()
        self._finish()
        return self._judge()

    # -------------------------------------------------------------------------------------------- events

    def _refresh(self) -> None:
        self.feed.reload()
        if self.feed.due:
            self._tasks.append(self._answers(self.feed.update()))

    async def _answers(self, answer: Coroutine[object, object, bool]) -> None:
        if await answer:
            self.marks.seen(self.feed.held, self.feed.key)

    def _step(self) -> None:
        if self._tasks:
            task = self.rng.choice(self._tasks)
            try:
                task.send(None)
            except StopIteration:
                self._tasks.remove(task)

    def _change(self) -> None:
        near = self.feed.cursor.key
        self.rng.choice((self.world.come, lambda: self.world.leave(near), lambda: self.world.again(near),
                         lambda: self.world.turn(near)))()  # fmt: skip

    def _key(self) -> None:
        if self._dialog is not None:
            return
        at, row = self.feed.cursor.number, under_cursor(self)
        key = self.rng.choice(("down", "down", "up", "first", "last", "page", "mark", "unmark", "all"))
        if key == "mark" and row is not None:
            self.marks.toggle(self.feed.cursor.key, row)
            self.feed.move(at + 1)
        elif key == "unmark":
            self.marks.clear()
        elif key == "all" and self.rng.random() < 0.2:
            self.marks.clear()
            self.marks.everything = True
        else:
            to = {"down": at + 1, "up": at - 1, "first": 0, "last": self.feed.held.total - 1, "page": at + HEIGHT}
            self.feed.move(to.get(key, at))

    def _act(self) -> None:
        """A key that changes something goes down: what is on the screen now is all that it may hit."""
        if self._dialog is not None:
            return
        every = All(QUEUE, Matching("failed", self._text)) if self.marks.everything else None
        target = pick(QUEUE, "failed", self._row(self), list(self.marks.rows.values()), every)
        before, tasks = self._painted(), len(self._tasks)
        self._conductor.press(self.rng.choice(("retry", "trash")), target)
        if len(self._tasks) > tasks:
            self.actions += 1
            self._tasks[-1] = self._noting(self._tasks[-1], None if every is not None else before)

    async def _noting(self, task: Coroutine[Any, Any, Any], may: set[Seen] | None) -> None:
        """The task, and which plans it made: those of `*` may hit what they froze, others what was shown."""
        made: list[str] = []
        inner, plan_of = task, self.world.plan

        async def planned(*args: Any) -> Plan:
            answer = await plan_of(*args)
            made.append(answer.id)
            self._meant[answer.id] = may if may is not None else set(self.world.frozen[answer.id])
            return answer

        while True:
            self.world.plan = planned  # type: ignore[method-assign,assignment]  # for this task's turn only
            try:
                inner.send(None)
            except StopIteration:
                return
            finally:
                self.world.plan = plan_of  # type: ignore[method-assign]
            await Later()

    def _answer(self) -> None:
        """`y`, what is to be typed, or Esc, in the dialog on top; other keys do nothing there."""
        dialog = self._dialog
        if dialog is None:
            return
        if self.rng.random() < 0.15:
            dialog.close(None)
        elif dialog.asked is not None and dialog.asked.button and counts(self.now_s, dialog.painted_s):
            dialog.close("why" if dialog.asked.tier is Tier.TYPED else "")

    def _paint(self) -> None:
        if self._dialog is not None and self._dialog.painted_s is None:
            self._dialog.painted_s = self.now_s

    def _list(self) -> None:
        """Another filter or order; mostly none."""
        if self._dialog is not None or self.rng.random() < 0.6:
            return
        if self.rng.random() < 0.5:
            self._backwards = not self._backwards
        else:
            self._text = self.rng.choice(("", "1", "2"))
        self._show()

    def _show(self) -> None:
        self.feed.show(Listing(self.world, self._text, backwards=self._backwards))
        self.marks.clear()

    # -------------------------------------------------------------------------------------------- inside

    @property
    def _dialog(self) -> Asking | None:
        return self.stage.top

    def _painted(self) -> set[Seen]:
        """The jobs that the screen shows as meant: read from the drawn line of the cursor, and the marked ones."""
        marked = {seen(job) for job in self.marks.rows.values()}
        if marked:
            return marked
        drawn = self._lines.draw(self.feed, self.marks, 40, HEIGHT + 1)
        texts = ["".join(span.text for span in painted.line).split() for painted in drawn if painted.over == "cursor"]
        return {Seen(words[-3], int(words[-1]), words[-2]) for words in texts if len(words) >= 4}

    def _finish(self) -> None:
        for _ in range(400):
            if not self._tasks:
                return
            self._paint()
            self.now_s += 0.5
            self._answer()
            self._step()
        raise AssertionError("something never ends")

    def _judge(self) -> str:
        wrong = [(plan_id, hit) for plan_id, hit in self.world.hits if hit not in self._meant[plan_id]]
        return f"hit {wrong}, shown {self._meant}" if wrong else ""
