"""The settler: outcomes are kept until Redis answers each, whatever becomes of the calls that carry them."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from engine.errors import StoreError, Unreachable
from engine.journal import Journal
from engine.roster import Roster, Running
from engine.settler import Settler, to_settle
from engine.streams import Call, Keys
from engine.streams.commands import MAX_BATCH, Settle
from engine.testing import FakeClock
from engine.types import Cancelled, Done, Fail, Failure, Outcome, Release, Retry, Snoozed
from tests.support.runs import FakeStore, delivery, make_app, running

pytestmark = pytest.mark.anyio
FAILURE = Failure("ValueError", "no")


def settled(call: Call[Any]) -> list[str]:
    """The ids that a settle call carries, in order."""
    return [str(word) for word in call.args[1::5]]


def unreachable(call: Call[Any]) -> Unreachable:
    """Nobody answers."""
    return Unreachable(f"no answer to {call.script.name}")


def lose_the_first(call: Call[Any]) -> list[bytes]:
    """Another delivery owns the first job of the call."""
    return [b"lost", *accept(call)[1:]]


def accept(call: Call[Any]) -> list[bytes]:
    """Redis answers ok to each."""
    return [b"ok"] * len(settled(call))


class Desk:
    """A settler with its roster, and a store that answers as the test says."""

    def __init__(self, *queues: str) -> None:
        self.clock = FakeClock()
        names = queues or ("q",)
        self.roster = Roster(list(make_app(*names, concurrency=1_000).queues.values()), {})
        self.store = FakeStore(accept)
        keys = {name: Keys("p", "s", name) for name in names}
        self.settler = Settler(keys, self.store, self.roster, self.clock, Journal("w", {}))
        self._fences = iter(range(1, 10_000))

    def start(self, job_id: str, queue: str = "q") -> Running:
        """The delivery is held."""
        held = running(delivery(job_id, next(self._fences), queue=queue), self.clock)
        self.roster.add(held)
        return held

    def end(self, *ids: str, result: bytes = b"1") -> None:
        """The jobs have started and are done."""
        for job_id in ids:
            self.settler.add(self.start(job_id), Done(result))

    async def turn(self) -> list[list[str]]:
        """What one send carried, call by call; raises what its flush raises."""
        before = len(self.store.sent)
        await self.settler.flush(self.settler.send())
        return [settled(call) for call in self.store.sent[before:]]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Done(b"1"), Settle("a", 1_000, "complete", b"1")),
        (Retry(500, FAILURE), Settle("a", 1_000, "retry", b'{"type":"ValueError","message":"no"}', 500)),
        (Snoozed(700), Settle("a", 1_000, "snooze", b"", 700)),
        (
            Fail(FAILURE),
            Settle("a", 1_000, "fail", b'{"type":"ValueError","message":"no"}', fingerprint="6691e4a182f2"),
        ),
        (Release(), Settle("a", 1_000, "release")),
        (Cancelled(), Settle("a", 1_000, "cancel")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_outcome_has_its_verb(outcome: Outcome, words: Settle) -> None:
    """With the delivery's id and fence, and the data and wait that belong to it."""
    assert to_settle(delivery(), outcome) == words


async def test_outcomes_of_one_tick_are_one_call() -> None:
    """In the order in which they came; then nothing is owed and nothing is sent again."""
    desk = Desk()
    desk.end("a", "b", "c")
    assert desk.settler.added.is_set()
    assert await desk.turn() == [["a", "b", "c"]]
    assert desk.roster.empty
    assert not desk.settler.added.is_set()
    assert await desk.turn() == []


async def test_a_place_is_free_before_redis_has_answered() -> None:
    """The outcome frees it; the lease is known until the answer."""
    desk = Desk()
    desk.end("a")
    assert desk.roster.busy() == 0
    assert len(desk.roster.held("q")) == 1
    await desk.turn()
    assert desk.roster.held("q") == []


async def test_a_second_outcome_of_one_delivery_is_ignored() -> None:
    """The first counts: a handler that ends after its timeout was settled changes nothing."""
    desk = Desk()
    held = desk.start("a")
    desk.settler.add(held, Release())
    desk.settler.add(held, Done(b"1"))
    assert await desk.turn() == [["a"]]
    assert [call.args[3] for call in desk.store.sent] == ["release"]


async def test_a_call_carries_no_more_than_a_batch() -> None:
    """250 jobs, and then the next call, in order."""
    desk = Desk()
    ids = [f"j{n}" for n in range(MAX_BATCH * 2 + 7)]
    desk.end(*ids)
    calls = await desk.turn()
    assert [len(call) for call in calls] == [MAX_BATCH, MAX_BATCH, 7]
    assert [job_id for call in calls for job_id in call] == ids


async def test_a_call_carries_no_more_than_its_bytes() -> None:
    """A mebibyte of results, then the next call; one that is larger alone goes alone."""
    desk = Desk()
    desk.end("a", "b", "c", "d", "e", result=b"x" * 400_000)
    desk.end("huge", result=b"x" * 2_000_000)
    desk.end("f")
    assert await desk.turn() == [["a", "b"], ["c", "d"], ["e"], ["huge"], ["f"]]


async def test_each_queue_has_its_own_call() -> None:
    """Their keys differ."""
    desk = Desk("q", "r")
    desk.settler.add(desk.start("a", "r"), Done(b"1"))
    desk.settler.add(desk.start("b", "q"), Done(b"1"))
    assert sorted(await desk.turn()) == [["a"], ["b"]]
    assert {call.keys[0] for call in desk.store.sent} == {"p:{s}:q:again", "p:{s}:r:again"}


async def test_without_an_answer_everything_is_sent_again_in_order() -> None:
    """Older outcomes go first; the same words, so that Redis can tell that it has seen them."""
    desk = Desk()
    desk.end("a", "b")
    desk.store.answer = unreachable
    for _ in range(3):
        with pytest.raises(Unreachable):
            await desk.turn()
        assert desk.settler.added.is_set(), "there is something to send"
    desk.end("c")
    desk.store.answer = accept
    assert await desk.turn() == [["a", "b", "c"]]
    assert desk.store.sent[0].args[1:] == desk.store.sent[1].args[1:]
    assert desk.roster.empty


async def test_a_lost_delivery_is_told_and_owed_no_longer(caplog: pytest.LogCaptureFixture) -> None:
    """Redis says that another owns it: that is an answer, and a warning."""
    desk = Desk()
    desk.end("a", "b")
    desk.store.answer = lose_the_first
    with caplog.at_level(logging.WARNING, "engine.jobs"):
        await desk.turn()
        desk.settler.report()
    assert [record.getMessage() for record in caplog.records] == [
        "lost queue=q jobId=a workerId=w attempt=1 fence=1 durationMs=0"
    ]
    assert desk.roster.empty
    assert await desk.turn() == []


def choke_on(poison: str) -> Any:
    """Redis refuses every call that carries this id."""

    def answer(call: Call[Any]) -> Any:
        return StoreError("a wrong type") if poison in settled(call) else accept(call)

    return answer


async def test_a_settle_that_redis_chokes_on_holds_up_no_other() -> None:
    """Its batch is sent one by one; the others end, it alone stays and is sent again."""
    desk = Desk()
    desk.store.answer = choke_on("poison")
    desk.end("a", "poison", "b")
    with pytest.raises(StoreError):
        await desk.turn()
    desk.end("c")
    with pytest.raises(StoreError):
        await desk.turn()
    assert [settled(call) for call in desk.store.sent[1:]] == [["a"], ["poison"], ["b"], ["c"]]
    assert [held.delivery.id for held in desk.roster.held("q")] == ["poison"]
    desk.store.answer = accept
    desk.end("d")
    assert await desk.turn() == [["poison"], ["d"]]
    desk.end("e", "f")
    assert await desk.turn() == [["e", "f"]], "together again once all is well"


async def test_a_pipeline_that_succeeds_beside_it_lets_no_other_choke() -> None:
    """Two are under way, and the first is refused: its settles go alone, whatever becomes of the second's."""
    desk = Desk()
    desk.store.answer = choke_on("poison")
    desk.end("a", "poison")
    first = desk.settler.send()
    desk.end("b", "c")
    second = desk.settler.send()
    with pytest.raises(StoreError):
        await desk.settler.flush(first)
    await desk.settler.flush(second)
    with pytest.raises(StoreError):
        await desk.turn()
    assert [settled(call) for call in desk.store.sent[2:]] == [["a"], ["poison"]]


async def test_an_error_of_one_queue_leaves_the_others_answers() -> None:
    """Each call is answered by itself."""
    desk = Desk("q", "r")
    desk.store.answer = choke_on("bad")
    desk.settler.add(desk.start("bad", "q"), Done(b"1"))
    desk.settler.add(desk.start("good", "r"), Done(b"1"))
    with pytest.raises(StoreError):
        await desk.turn()
    assert (len(desk.roster.held("q")), desk.roster.held("r")) == (1, [])


async def test_a_dying_process_hands_out_what_waits() -> None:
    """All outcomes not yet sent, as calls; the settler has none of them any more."""
    desk = Desk("q", "r")
    desk.settler.add(desk.start("a", "q"), Done(b"1"))
    desk.settler.add(desk.start("b", "r"), Release())
    assert sorted(settled(call) for call in desk.settler.take_all()) == [["a"], ["b"]]
    assert await desk.turn() == []
