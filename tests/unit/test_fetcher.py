"""The fetcher's turn: what it asks for, when it asks again, and that a suspect runs alone in its process."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

import pytest

from engine.errors import Unreachable
from engine.fetcher import Fetcher
from engine.journal import Journal
from engine.line import Line
from engine.notes import Notes
from engine.roster import Roster
from engine.runner import Runner
from engine.settler import Settler
from engine.streams import Call, Keys
from engine.testing import FakeClock
from engine.types import Delivery, Done
from tests.support.runs import FakeStore, delivery, make_app, running
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
R = TypeVar("R")
Reply = list[bytes | int]


def reply(status: str = "ok", wait_ms: int = -1, *deliveries: Delivery) -> Reply:
    """What the acquire script would answer."""
    words: Reply = [status.encode(), str(wait_ms).encode(), b"15000", b"2500", b"0"]
    for d in deliveries:
        words += [d.id.encode(), d.name.encode(), d.payload, b"%d %d 0 0 0 %d" % (d.fence, d.run, d.suspect), 0]
    return words


class HeldRunner(Runner):
    """Holds deliveries without running them."""

    def __init__(self, roster: Roster, clock: FakeClock, store: FakeStore) -> None:
        self.roster, self.clock, self.store = roster, clock, store
        self.taken: list[str] = []
        self.started: list[str] = []
        self.behind = 0
        """How many calls were written when the last ones started."""

    def take(self, delivery: Delivery, acquired_s: float) -> None:
        self.roster.add(running(delivery, self.clock))
        self.taken.append(delivery.id)

    def start(self) -> None:
        if self.taken:
            self.behind = self.store.on_its_way
        self.started += self.taken
        self.taken = []


class SlowStore(FakeStore):
    """While it is `slow`, it answers nothing before the test says so."""

    def __init__(self, answer: Callable[[Call[Any]], Any]) -> None:
        super().__init__(answer)
        self.slow = False
        self._held: list[tuple[asyncio.Future[Any], asyncio.Future[Any]]] = []

    def submit(self, call: Call[R]) -> asyncio.Future[R]:
        """The answer to come."""
        answered = super().submit(call)
        if not self.slow:
            return answered
        later: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._held.append((answered, later))
        return later

    def answer_all(self) -> None:
        """Whatever was sent is answered."""
        held, self._held = self._held, []
        for answered, later in held:
            later.set_result(answered.result())


class Worker:
    """A fetcher over queues whose acquires are answered by functions, by queue."""

    def __init__(self, places: int = 2, **queues: Callable[[bool], Reply | Exception]) -> None:
        self.clock = FakeClock()
        self.queues = queues
        app = make_app(*queues, concurrency=places)
        self.roster = Roster(list(app.queues.values()), {})
        self.store = SlowStore(self._answer)
        keys = {name: Keys("p", "s", name) for name in queues}
        self.settler = Settler(keys, self.store, self.roster, self.clock, Journal("w", {}))
        lines = [Line(app.queues[name], keys[name]) for name in queues]
        self.fetcher = Fetcher(lines, self.store, "w~1", self.roster, self.clock)
        notes = Notes(keys, self.store, self.clock, Random(0))
        self.runner = HeldRunner(self.roster, self.clock, self.store)
        self.fetcher.serve(self.runner, self.settler, notes)

    def _answer(self, call: Call[Any]) -> Any:
        if call.script.name == "settle":
            return [b"ok"] * ((len(call.args) - 1) // 5)
        queue = call.keys[0].split(":")[2]
        return self.queues[queue](call.args[3] == 1)

    async def turn(self) -> list[str]:
        """The queues that were asked."""
        before = len(self.store.sent)
        await self.fetcher.once()
        asked = [call for call in self.store.sent[before:] if call.script.name == "acquire"]
        return [call.keys[0].split(":")[2] for call in asked]

    def finish(self, queue: str) -> None:
        """Everything of the queue has ended."""
        for held in self.roster.held(queue):
            self.settler.add(held, Done(b"1"))

    def ids(self) -> list[str]:
        """What runs."""
        return sorted(held.delivery.id for held in self.roster.running())


async def test_an_idle_queue_is_asked_once_a_second() -> None:
    """Without a timer and a wake-up it is left alone; a wake-up asks at once, and for that queue only."""
    worker = Worker(a=lambda _: reply(), b=lambda _: reply())
    assert await worker.turn() == ["a", "b"]
    assert await worker.turn() == []
    worker.fetcher.wake("b")
    assert await worker.turn() == ["b"]
    worker.clock.advance(1.0)
    assert await worker.turn() == ["a", "b"]


async def test_a_queue_is_asked_when_its_timer_is_due() -> None:
    """The next due job or token says when, a second at most."""
    worker = Worker(a=lambda _: reply("ok", 300), b=lambda _: reply("ok", 60_000))
    await worker.turn()
    worker.clock.advance(0.29)
    assert await worker.turn() == []
    worker.clock.advance(0.01)
    assert await worker.turn() == ["a"]
    worker.clock.advance(0.71)
    assert "b" in await worker.turn()


async def test_only_free_places_are_asked_for() -> None:
    """A full queue is not asked; a settled job makes room, and the settle goes before the acquire."""
    fences = iter(range(1, 100))

    def one_more(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        fence = next(fences)
        return reply("ok", -1, delivery(f"j{fence}", fence, queue="a"))

    worker = Worker(a=one_more)
    for expected in (["a"], ["a"], []):
        worker.fetcher.wake()
        assert await worker.turn() == expected
    assert worker.ids() == ["j1", "j2"]
    worker.finish("a")
    await worker.turn()
    assert [call.script.name for call in worker.store.sent[-2:]] == ["settle", "acquire"]


async def test_a_stopped_fetcher_asks_for_nothing_and_still_settles() -> None:
    """What is owed is sent; nothing new comes in."""
    worker = Worker(a=lambda _: reply("ok", -1, delivery("x", 1, queue="a")))
    await worker.turn()
    worker.fetcher.stopped = True
    worker.finish("a")
    worker.fetcher.wake()
    assert await worker.turn() == []
    assert worker.store.sent[-1].script.name == "settle"


async def test_a_suspect_has_its_process_to_itself() -> None:
    """With two queues, too: no suspect is taken beside what the other queue may give, and none of it meanwhile."""
    suspects = [delivery("s", 1, queue="a", suspect=True)]
    plain = iter(delivery(f"p{n}", n, queue="b") for n in range(100, 200))

    def with_suspects(alone: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        if not suspects:
            return reply()
        return reply("hold", -1, *([suspects.pop()] if alone else []))

    worker = Worker(a=with_suspects, b=lambda _: reply("ok", -1, next(plain)))
    assert await worker.turn() == ["a", "b"]
    assert worker.ids() == ["p100"]
    for _ in range(3):
        worker.fetcher.wake()
        assert await worker.turn() == ["a"], "only the queue with suspects is asked"
        assert worker.ids() == ["p100"]
    worker.finish("b")
    await worker.turn()
    assert worker.ids() == ["s"]
    worker.fetcher.wake()
    assert await worker.turn() == [], "nothing beside it"
    worker.finish("a")
    assert await worker.turn() == ["a"]
    worker.fetcher.wake()
    assert sorted(await worker.turn()) == ["a", "b"], "the turn is over"


async def test_queues_take_turns() -> None:
    """The queue that was given a job is asked last from then on."""
    numbers = iter(range(1, 100))

    def one(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        n = next(numbers)
        return reply("ok", 0, delivery(f"j{n}", fence=n))

    worker = Worker(a=one, b=lambda _: reply())
    assert await worker.turn() == ["a", "b"]
    worker.fetcher.wake()
    assert await worker.turn() == ["b", "a"]


async def test_a_limit_set_at_run_time_changes_the_places() -> None:
    """What acquire says of the places holds from its answer on, and the configured number once it says 0."""
    said = iter([b"1", b"0", b"0"])

    def saying(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        words = reply()
        words[4] = next(said)
        return words

    worker = Worker(a=saying)
    for places in (1, 2):
        worker.fetcher.wake()
        await worker.turn()
        assert worker.roster.free("a") == places


async def test_a_failed_settle_drops_no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is raised once the acquire of the same pipeline is taken: what it handed over runs (trial 12)."""
    given = iter([delivery("a", 1), delivery("b", 2)])
    worker = Worker(q=lambda _: reply("ok", -1, next(given)))
    await worker.turn()
    answer = worker.store.answer

    def without_settles(call: Call[object]) -> object:
        return Unreachable("cut") if call.script.name == "settle" else answer(call)

    monkeypatch.setattr(worker.store, "answer", without_settles)
    (held,) = worker.roster.held("q")
    worker.settler.add(held, Done(b"1"))
    worker.fetcher.wake()
    with pytest.raises(Unreachable, match="cut"):
        await worker.turn()
    assert worker.ids() == ["b"]


async def test_the_lease_is_the_one_that_control_holds() -> None:
    """Whatever this process was configured with: another one's sweeps go by the same number (trial 16)."""

    def shorter(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        words = reply()
        words[2], words[3] = b"6000", b"1000"
        return words

    worker = Worker(q=shorter)
    await worker.turn()
    (line,) = worker.fetcher.lines
    assert (line.lease_ms, line.sweep_ms) == (6000, 1000)


async def test_a_lease_counts_from_when_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis may have begun it at any moment since: after a slow reply its first renewal does not come late."""
    acquired: list[float] = []

    def take(_: HeldRunner, __: Delivery, acquired_s: float) -> None:
        acquired.append(acquired_s)

    def slow(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        worker.clock.advance(3)
        return reply("ok", -1, delivery("a", 1))

    monkeypatch.setattr(HeldRunner, "take", take)
    worker = Worker(q=slow)
    before_s = worker.clock.monotonic_s()
    await worker.turn()
    assert acquired == [before_s]


async def test_what_an_answer_brought_starts_while_the_next_call_is_under_way() -> None:
    """Redis works on the next pipeline while handlers run; without a next one they start before the wait for more."""
    began: list[list[str]] = []
    deliveries = iter([[delivery("a", 1, queue="q"), delivery("b", 2, queue="q")], []])

    def answer(_alone: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        began.append(list(worker.runner.started))
        return reply("ok", -1, *next(deliveries))

    worker = Worker(q=answer)
    await worker.turn()
    assert (worker.ids(), worker.runner.started) == (["a", "b"], [])
    worker.finish("q")
    await worker.turn()
    assert (began, worker.runner.started) == ([[], []], ["a", "b"])
    assert worker.runner.behind == len(worker.store.sent) == 3


async def test_what_an_answer_brought_starts_although_another_call_failed() -> None:
    """The error ends the turn and the next one may be a while off; the deliveries do not wait for it."""
    worker = Worker(a=lambda _: reply("ok", -1, delivery("j", 1, queue="a")), b=lambda _: Unreachable("gone"))
    with pytest.raises(Unreachable):
        await worker.fetcher.once()
    assert worker.runner.started == ["j"]


async def test_before_a_wait_for_more_everything_taken_has_started() -> None:
    """A turn that ends in a wait leaves nothing behind."""
    worker = Worker(q=lambda _: reply("ok", -1, delivery("a", 1, queue="q")))
    turn = asyncio.create_task(worker.fetcher.turn())
    await eventually(lambda: worker.runner.started == ["a"])
    worker.fetcher.wake()
    await turn


@pytest.mark.parametrize(("places", "asked"), [(40, [20, 20]), (8, [4, 4]), (7, [7]), (1, [1])])
async def test_many_places_are_asked_for_by_halves(places: int, asked: list[int]) -> None:
    """Redis hands one half over while the other runs; fewer than eight are not worth two trips."""
    fences = itertools.count(1)

    def as_asked(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        wanted = int(worker.store.sent[-1].args[2])
        return reply("ok", -1, *(delivery(f"j{n}", n, queue="q") for n in itertools.islice(fences, wanted)))

    worker = Worker(places=places, q=as_asked)
    for _ in asked:
        await worker.turn()
    assert [int(call.args[2]) for call in worker.store.sent] == asked
    assert await worker.turn() == []


async def test_a_wake_up_during_the_call_is_not_forgotten() -> None:
    """A job that is enqueued while the acquire is under way may not be seen by it: the queue is asked again at once."""
    told: list[str] = []

    def answer(_alone: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        if not told:
            told.append("q")
            worker.fetcher.wake("q")
        return reply()

    worker = Worker(q=answer)
    assert [await worker.turn(), await worker.turn(), await worker.turn()] == [["q"], ["q"], []]


def _instantly(worker: Worker) -> None:
    """Whatever is handed over ends as soon as it is started."""
    start = worker.runner.start

    def start_and_end() -> None:
        taken = list(worker.runner.taken)
        start()
        if taken:
            worker.finish("q")

    worker.runner.start = start_and_end  # type: ignore[method-assign]


async def test_a_second_pipeline_goes_once_half_of_many_places_are_free() -> None:
    """Redis has the next one before this process has read its answer; with fewer places it waits for the answer."""
    beside: list[int] = []
    fences = itertools.count(1)

    def as_asked(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        (line,) = worker.fetcher.lines
        beside.append(line.asked)
        wanted = int(worker.store.sent[-1].args[2]) if len(beside) < 12 else 0
        return reply("ok", -1, *(delivery(f"j{n}", n, queue="q") for n in itertools.islice(fences, wanted)))

    for places, most in ((40, 40), (7, 7)):
        beside.clear()
        worker = Worker(places=places, q=as_asked)
        _instantly(worker)
        for _ in range(12):
            worker.fetcher.wake()
            await worker.turn()
        (line,) = worker.fetcher.lines
        assert (max(beside), line.asked) == (most, 0), "twenty beside twenty, never more than there are places"
        assert worker.roster.busy() == 0


async def test_nothing_goes_beside_an_acquire_that_may_bring_a_suspect() -> None:
    """A process that runs nothing asks alone: what came beside the suspect would run with it."""
    alone: list[bool] = []
    beside: list[int] = []
    fences = itertools.count(1)

    def as_asked(is_alone: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        (line,) = worker.fetcher.lines
        alone.append(is_alone)
        beside.append(line.asked)
        return reply("ok", 0, delivery("j", next(fences), queue="q"))

    worker = Worker(places=40, q=as_asked)
    await worker.turn()
    assert (alone, beside) == ([True], [20]), "one acquire for half of the places, and nothing beside it"
    await worker.turn()
    assert not any(alone[1:])


async def test_places_are_free_again_after_a_failed_acquire() -> None:
    """Each pipeline that was under way gives back what it asked for."""
    worker = Worker(places=40, q=lambda _: Unreachable("gone"))
    with pytest.raises(Unreachable):
        await worker.fetcher.once()
    (line,) = worker.fetcher.lines
    assert (line.asked, worker.roster.free("q")) == (0, 40)


async def test_a_wake_up_is_heard_while_every_place_is_asked_for() -> None:
    """The acquire that is under way may not see the job that it tells of: put back, it would wait for a listener."""
    wanted: list[bool] = []

    def answer(_: bool) -> Reply:  # noqa: FBT001 - as the worker calls it
        wanted.append(worker.fetcher.wants)
        return reply()

    worker = Worker(q=answer)
    await worker.turn()
    assert wanted == [True]


def _names(store: FakeStore) -> list[str]:
    return [call.script.name for call in store.sent]


async def test_an_idle_process_asks_in_the_moment_in_which_it_is_woken() -> None:
    """The acquire is on its way when `wake` returns; the turn that waited takes its answer and sends nothing more."""
    worker = Worker(q=lambda _: reply())
    turn = asyncio.create_task(worker.fetcher.turn())
    await eventually(lambda: worker.fetcher.idle)
    worker.fetcher.wake("q")
    worker.fetcher.wake("q")
    assert (_names(worker.store), worker.store.on_its_way) == (["acquire", "acquire"], 2)
    await turn
    worker.fetcher.wake("other")
    await worker.fetcher.once()
    assert _names(worker.store) == ["acquire", "acquire"], "one wake-up is one question"


async def test_what_ends_beside_a_wake_up_is_settled_at_once() -> None:
    """An outcome that comes after the pipeline of a wake-up was sent does not wait for the next wake-up."""
    given = iter([[delivery("a", 1, queue="q")], []])
    worker = Worker(q=lambda _: reply("ok", -1, *next(given)))
    turn = asyncio.create_task(worker.fetcher.turn())
    await eventually(lambda: worker.fetcher.idle)
    worker.fetcher.wake("q")
    worker.finish("q")
    await turn
    await worker.fetcher.turn()
    await worker.fetcher.once()
    assert _names(worker.store) == ["acquire", "acquire", "settle"]


async def test_a_wake_up_does_not_wait_for_the_answer_to_a_settle() -> None:
    """Nothing is asked of the queue yet: the acquire goes beside the settle; a second wake-up sends nothing more."""
    given = iter([[delivery("a", 1), delivery("b", 2)], [delivery("c", 3)]])
    worker = Worker(places=3, q=lambda _: reply("ok", -1, *next(given)))
    await worker.turn()
    worker.store.slow = True
    worker.settler.add(worker.roster.held("q")[0], Done(b"1"))
    turn = asyncio.create_task(worker.fetcher.once())
    await eventually(lambda: _names(worker.store)[1:] == ["settle"])
    worker.fetcher.wake("q")
    worker.fetcher.wake("q")
    assert _names(worker.store)[1:] == ["settle", "acquire"]
    worker.store.answer_all()
    await turn
    assert worker.ids() == ["b", "c"]


async def test_wake_ups_in_a_row_are_one_question() -> None:
    """Half of the places are asked for already: what that answer does not show is asked for at the next turn."""
    worker = Worker(places=8, q=lambda _: reply("ok", -1, delivery("a", 1)))
    await worker.turn()
    worker.store.slow = True
    worker.fetcher.wake("q")
    turn = asyncio.create_task(worker.fetcher.once())
    await eventually(lambda: len(worker.store.sent) == 2)
    worker.fetcher.wake("q")
    assert len(worker.store.sent) == 2
    worker.store.answer_all()
    await turn


async def test_a_wake_up_sends_nothing_beside_a_question_that_may_bring_a_suspect() -> None:
    """What it asked for would run beside the suspect; and while the suspect runs, no wake-up asks for anything."""
    worker = Worker(q=lambda _: reply("hold", -1, delivery("s", 1, queue="q", suspect=True)), r=lambda _: reply())
    worker.store.slow = True
    worker.fetcher.lines[1].ask_s = float("inf")
    turn = asyncio.create_task(worker.fetcher.once())
    await eventually(lambda: _names(worker.store) == ["acquire"])
    worker.fetcher.wake("r")
    assert _names(worker.store) == ["acquire"]
    worker.store.answer_all()
    await turn
    worker.fetcher.wake("r")
    await worker.fetcher.once()
    assert (_names(worker.store), worker.ids()) == (["acquire"], ["s"])


async def test_a_stop_waits_for_what_a_wake_up_asked_for() -> None:
    """Jobs that come after the stop would start in a process that no longer counts them."""
    given = iter([delivery("a", 1, queue="q"), delivery("b", 2, queue="q")])
    worker = Worker(q=lambda _: reply("ok", -1, next(given)))
    worker.store.slow = True
    turn = asyncio.create_task(worker.fetcher.turn())
    await eventually(lambda: _names(worker.store) == ["acquire"])
    worker.store.answer_all()
    await eventually(lambda: worker.fetcher.idle)
    worker.fetcher.wake("q")
    await turn
    stop, rest = asyncio.create_task(worker.fetcher.stop()), asyncio.create_task(worker.fetcher.once())
    await eventually(lambda: worker.fetcher.stopped)
    assert not stop.done()
    worker.store.answer_all()
    await stop
    assert worker.ids() == ["a", "b"]
    await rest


async def test_who_waits_for_a_place_is_told_once_there_is_one() -> None:
    """By an outcome, or by the loss of a delivery: a full process listens again at once."""
    worker = Worker(q=lambda _: reply("ok", -1, delivery("a", 1, queue="q"), delivery("b", 2, queue="q")))
    await worker.turn()
    for drops in (False, True):
        waiting = asyncio.create_task(worker.fetcher.wait_for_place(60))
        await asyncio.sleep(0)
        held = worker.roster.running()[0]
        if drops:
            worker.settler.drop(held)
        else:
            worker.settler.add(held, Done(b"1"))
        await eventually(waiting.done)
