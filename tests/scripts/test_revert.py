"""The revert script: what an operator did to runs is taken back, unless they were handed over since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec
import pytest

from engine.streams.commands import NewJob
from engine.types import Enqueued, State
from tests.support.queue import FAILURE, GROUP_OF_FAILURE, Rig
from tests.support.whole import everything

Done = Literal["requeue", "cancel", "promote"]


def enqueue(rig: Rig, delay_s: float = 0) -> Enqueued:
    """The ticket of a job `a` with all that a record can have from its producer."""
    job = NewJob("a", "work", b"[1]", round(delay_s * 1000), tenant="t", digest="d")
    [ticket] = rig.enqueue_jobs(job)
    assert ticket is not None
    return ticket


def failed(rig: Rig) -> Enqueued:
    """It was retried, crashed, told of its progress, and has failed."""
    ticket = enqueue(rig)
    rig.settle(rig.take(1)[0], "retry", FAILURE)
    rig.take(1)
    rig.end_leases()
    (delivery,) = rig.take(1)
    rig.note(delivery, "progress", b'{"percent":50}')
    rig.fail(delivery)
    return ticket


def cancelled_as_it_ran(rig: Rig) -> Enqueued:
    """It ran when its cancel was asked for."""
    ticket = enqueue(rig)
    (delivery,) = rig.take(1)
    rig.cancel(ticket)
    rig.settle(delivery, "complete", b"1")
    return ticket


def cancelled_as_it_waited(rig: Rig) -> Enqueued:
    ticket = enqueue(rig)
    rig.cancel(ticket)
    return ticket


def cancelled_in_its_delay(rig: Rig) -> Enqueued:
    ticket = enqueue(rig, delay_s=60)
    rig.cancel(ticket)
    return ticket


def record(rig: Rig) -> dict[str, str]:
    """The record without `at`, which is of waiting and active jobs only."""
    return {name: value for name, value in rig.record("a").items() if name != "at"}


@pytest.mark.parametrize("end", [failed, cancelled_as_it_ran, cancelled_as_it_waited, cancelled_in_its_delay])
def test_a_requeue_is_taken_back(rig: Rig, end: Callable[[Rig], Enqueued]) -> None:
    """Record, index, error group and tenant are as before, and nothing waits; the next run is a new one."""
    ticket = end(rig)
    names = ("failed", "cancelled", "groups")
    before = record(rig), {name: rig.scores(name) for name in names}, rig.groups()
    tenant = rig.command("ZRANGE", rig.keys.tenant + "t", 0, -1, "WITHSCORES")
    rig.clock.advance(7)
    (answer,) = rig.requeue(ticket)
    rig.clock.advance(7)
    assert rig.revert("requeue", ticket) == ["ok"]
    assert (record(rig), {name: rig.scores(name) for name in names}, rig.groups()) == before
    assert rig.command("ZRANGE", rig.keys.tenant + "t", 0, -1, "WITHSCORES") == tenant
    assert rig.take() == []
    assert rig.events()[-1] == ("revert", "a")
    assert rig.counted("revert") == 1
    (again,) = rig.requeue(ticket)
    assert (again.answer, again.run > answer.run) == ("ok", True)


def test_a_cancel_of_a_waiting_job_is_taken_back(rig: Rig) -> None:
    """It waits again as the same run, at the end of its stream, and somebody is told to look."""
    ticket = enqueue(rig)
    before = record(rig)
    rig.enqueue("b")
    rig.cancel(ticket)
    rig.take_wake_up()
    assert rig.revert("cancel", ticket) == ["ok"]
    assert record(rig) == before
    assert rig.scores("cancelled") == {}
    assert rig.take_wake_up()
    assert [(one.id, one.run) for one in rig.take()][1] == ("a", ticket.run)


def test_a_cancel_of_a_delayed_job_is_taken_back(rig: Rig) -> None:
    """It is due when it was; who sleeps is woken if that is sooner than all others."""
    ticket = enqueue(rig, delay_s=60)
    before, due = record(rig), rig.scores("delayed")
    rig.enqueue("later", delay_s=70)
    rig.cancel(ticket)
    rig.take_wake_up()
    assert rig.revert("cancel", ticket) == ["ok"]
    assert record(rig) == before
    assert rig.scores("delayed") == due | {"later": due["a"] + 10_000}
    assert rig.take_wake_up()
    rig.cancel(ticket)
    rig.enqueue("sooner", delay_s=10)
    rig.take_wake_up()
    rig.revert("cancel", ticket)
    assert not rig.take_wake_up()


@pytest.mark.parametrize(
    ("crashes", "released", "stream"), [(0, False, "ready"), (0, True, "again"), (2, False, "suspect")]
)
def test_a_job_waits_again_in_its_own_stream(rig: Rig, crashes: int, released: bool, stream: str) -> None:  # noqa: FBT001 - parametrized by name
    """A suspect among the suspects, one that was given back among those that are read first."""
    ticket = enqueue(rig)
    for _ in range(crashes):
        rig.take(1)
        rig.end_leases()
    if released:
        rig.settle(rig.take(1)[0], "release")
    rig.cancel(ticket)
    rig.revert("cancel", ticket)
    assert rig.record("a")["at"].split()[0] == stream
    assert [one.suspect for one in rig.take(1)] == [stream == "suspect"]


def test_suspects_go_by_what_is_set_now(rig: Rig) -> None:
    """As everywhere else; a queue that nobody has configured has three crashes."""
    ticket = enqueue(rig)
    rig.take(1)
    rig.end_leases()
    rig.cancel(ticket)
    rig.configure(max_crashes=2)
    rig.revert("cancel", ticket)
    assert rig.waiting_in("suspect") == ["a"]


def test_it_works_before_any_worker_has_started(bare: Rig) -> None:
    """Operators do not wait for the first worker."""
    ticket = enqueue(bare)
    bare.cancel(ticket)
    assert bare.revert("cancel", ticket) == ["ok"]
    assert bare.waiting_in("ready") == ["a"]


@pytest.mark.parametrize("crashes", [0, 2])
def test_a_promotion_by_hand_is_taken_back(rig: Rig, crashes: int) -> None:
    """It is due when it was, and in no stream."""
    ticket = enqueue(rig)
    for _ in range(crashes):
        rig.take(1)
        rig.end_leases()
    rig.settle(rig.take(1)[0], "retry", FAILURE, delay_s=60)
    before, due = record(rig), rig.scores("delayed")
    rig.promote(ticket)
    rig.take_wake_up()
    rig.clock.advance(7)
    assert rig.revert("promote", ticket) == ["ok"]
    assert (record(rig), rig.scores("delayed")) == (before, due)
    assert rig.waiting_in("ready") + rig.waiting_in("again") + rig.waiting_in("suspect") == []
    assert rig.take_wake_up()


def requeued(rig: Rig) -> Enqueued:
    ticket = failed(rig)
    rig.requeue(ticket)
    return ticket


def promoted(rig: Rig) -> Enqueued:
    ticket = enqueue(rig, delay_s=60)
    rig.promote(ticket)
    return ticket


BEGUN: dict[Done, Callable[[Rig], Enqueued]] = {
    "requeue": requeued,
    "cancel": cancelled_as_it_waited,
    "promote": promoted,
}


@pytest.mark.parametrize("done", BEGUN)
def test_sent_twice_it_answers_the_same_and_changes_nothing(rig: Rig, done: Done) -> None:
    """Also where a run is named twice in one call."""
    ticket = BEGUN[done](rig)
    first, after = rig.revert(done, ticket, ticket), everything(rig)
    assert first == ["ok", "ok"]
    rig.clock.advance(1)
    assert rig.revert(done, ticket, ticket) == first
    assert everything(rig) == after
    assert rig.counted("revert") == 1


def handed_over(rig: Rig) -> None:
    rig.take()


def given_back(rig: Rig) -> None:
    rig.settle(rig.take()[0], "release")


def retried_and_due(rig: Rig) -> None:
    rig.settle(rig.take()[0], "retry", FAILURE, delay_s=1)
    rig.clock.advance(2)
    rig.acquire(0)


def crashed(rig: Rig) -> None:
    rig.take()
    rig.end_leases()


def cancelled(rig: Rig) -> None:
    rig.cancel(ticket_of(rig))


def completed(rig: Rig) -> None:
    rig.settle(rig.take()[0], "complete", b"1")


def ticket_of(rig: Rig) -> Enqueued:
    """What names the job's run as it is now."""
    run = int(rig.record("a")["run"])
    return Enqueued("a", run, created=False, state=State.WAITING, same_payload=True, queue="q")


@pytest.mark.parametrize("since", [handed_over, given_back, retried_and_due, crashed, cancelled, completed])
@pytest.mark.parametrize("done", ["requeue", "promote"])
def test_a_run_that_was_handed_over_since_is_left_alone(rig: Rig, done: Done, since: Callable[[Rig], None]) -> None:
    """What a worker has begun is no operator's mistake any more, though it waits again."""
    ticket = BEGUN[done](rig)
    since(rig)
    before = everything(rig)
    assert rig.revert(done, ticket) == ["not"]
    assert everything(rig) == before


@pytest.mark.parametrize("done", BEGUN)
def test_nothing_is_taken_back_that_was_not_done(rig: Rig, done: Done) -> None:
    """Of a run that completed, of another run than the one that is meant, and of an id that nobody knows."""
    (ended,) = rig.enqueue("ended")
    rig.settle(rig.take()[0], "complete", b"1")
    ticket = BEGUN[done](rig)
    other = msgspec.structs.replace(ticket, run=ticket.run - 1)
    rig.command("SET", rig.keys.job + "odd", "hostile")
    odd, nobody = (msgspec.structs.replace(ticket, id=name) for name in ("odd", "nobody"))
    before = everything(rig)
    assert rig.revert(done, ended, other, odd, nobody) == ["not", "not", "unknown", "unknown"]
    assert everything(rig) == before
    rig.command("DEL", rig.keys.job + "odd")


@pytest.mark.parametrize("done", BEGUN)
@pytest.mark.parametrize("of", BEGUN)
def test_only_what_was_done_is_taken_back(rig: Rig, done: Done, of: Done) -> None:
    """A cancel is no promotion, and a promotion no requeue; a run that is where it would be put is `ok`, and stays."""
    ticket = BEGUN[of](rig)
    before = everything(rig)
    there_already = {("cancel", "promote"), ("requeue", "cancel")}
    if done != of:
        assert rig.revert(done, ticket) == ["ok" if (done, of) in there_already else "not"]
        assert everything(rig) == before
    assert rig.revert(of, ticket) == ["ok"]


def test_a_cancelled_run_in_the_trash_stays_there(rig: Rig) -> None:
    """It has to be restored first."""
    ticket = cancelled_as_it_waited(rig)
    rig.trash(ticket)
    assert rig.revert("cancel", ticket) == ["not"]
    rig.restore(ticket)
    assert rig.revert("cancel", ticket) == ["ok"]


def test_the_requeue_and_then_the_cancel_before_it_are_taken_back(rig: Rig) -> None:
    """Step by step, the newest first."""
    ticket = cancelled_in_its_delay(rig)
    rig.requeue(ticket)
    assert rig.revert("cancel", ticket) == ["not"]
    assert rig.revert("requeue", ticket) == ["ok"]
    assert rig.revert("cancel", ticket) == ["ok"]
    assert rig.scores("delayed").keys() == {"a"}


def test_what_is_kept_for_a_revert_does_not_grow(rig: Rig) -> None:
    """However often a job is requeued and fails, or is cancelled and requeued."""
    ticket = failed(rig)
    sizes: set[int] = set()
    for _ in range(5):
        rig.requeue(ticket)
        sizes.add(len(rig.command("HGET", rig.keys.job + "a", "earlier")))
        rig.promote(ticket_of(rig))
        rig.fail(rig.take()[0])
        ticket = ticket_of(rig)
    assert max(sizes) - min(sizes) < 100
    ticket = cancelled_as_it_waited(rig) if rig.delete_runs(ticket) == ["ok"] else ticket
    rig.requeue(ticket)
    once = len(rig.command("HGET", rig.keys.job + "a", "earlier"))
    for _ in range(5):
        rig.cancel(ticket_of(rig))
        rig.requeue(ticket_of(rig))
    assert len(rig.command("HGET", rig.keys.job + "a", "earlier")) < once + 50


JUNK: dict[str, tuple[Done, dict[str, bytes | list[Any]]]] = {
    "no pack": ("requeue", {"earlier": b"\xc1"}),
    "nothing": ("requeue", {"earlier": b""}),
    "a number": ("requeue", {"earlier": msgspec.msgpack.encode(7)}),
    "no texts": ("requeue", {"earlier": ["AT", "state", "failed", "ended", 5, "run", "RUN"]}),
    "half a pair": ("requeue", {"earlier": ["AT", "state", "failed", "ended", "5", "run", "RUN", "more"]}),
    "no such state": ("requeue", {"earlier": ["AT", "state", "gone", "ended", "5", "run", "RUN"]}),
    "no end": ("requeue", {"earlier": ["AT", "state", "failed", "ended", "soon", "run", "RUN"]}),
    "another run": ("requeue", {"earlier": ["AT", "state", "failed", "ended", "5", "run", "1"]}),
    "another entry": ("requeue", {"earlier": ["ready 1-1", "state", "failed", "ended", "5", "run", "RUN"]}),
    "no place": ("requeue", {"at": b"nowhere", "earlier": ["nowhere", "state", "failed", "ended", "5", "run", "RUN"]}),
    "no due time": ("promote", {"due": b"soon"}),
    "no stream": ("promote", {"at": b"else 1-1", "earlier": b"promote else 1-1"}),
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_in_what_was_kept_is_taken_for_nothing(bare: Rig, name: str) -> None:
    """Another producer may have written anything: then the run stays where it is."""
    bare.configure()
    done, fields = JUNK[name]
    ticket = BEGUN[done](bare)
    words = {"AT": bare.record("a")["at"], "RUN": str(ticket.run)}
    for field, value in fields.items():
        # A list is packed as a requeue packs what it keeps.
        packed = value if isinstance(value, bytes) else msgspec.msgpack.encode([words.get(w, w) for w in value])
        bare.command("HSET", bare.keys.job + "a", field, packed)
    before = everything(bare)
    assert bare.revert(done, ticket) == ["not"]
    assert everything(bare) == before


def test_only_a_cancelled_job_is_taken_back_from_its_cancel(bare: Rig) -> None:
    """Whatever its record says that it was before."""
    bare.configure()
    ticket = enqueue(bare)
    bare.command("HSET", bare.keys.job + "a", "earlier", "waiting")
    before = everything(bare)
    assert bare.revert("cancel", ticket) == ["ok"], "it waits"
    assert everything(bare) == before
    bare.take()
    before = everything(bare)
    assert bare.revert("cancel", ticket) == ["not"]
    assert everything(bare) == before


def test_a_job_that_was_cancelled_as_it_ran_stays_cancelled(rig: Rig) -> None:
    """Though it has a due time of before, and was promoted by hand."""
    ticket = promoted(rig)
    (delivery,) = rig.take()
    rig.cancel(ticket)
    rig.settle(delivery, "complete", b"1")
    before = everything(rig)
    assert rig.revert("cancel", ticket) == ["not"]
    assert everything(rig) == before


def test_another_run_that_is_delayed_is_not_the_one_that_is_meant(rig: Rig) -> None:
    """It is where it is by itself."""
    ticket = cancelled_as_it_waited(rig)
    enqueue(rig, delay_s=60)
    assert [rig.revert(done, ticket) for done in BEGUN] == [["not"], ["not"], ["not"]]


def test_a_cancelled_delay_without_its_time_stays_cancelled(bare: Rig) -> None:
    """There is nothing to put it back to."""
    ticket = cancelled_in_its_delay(bare)
    bare.command("HDEL", bare.keys.job + "a", "due")
    assert bare.revert("cancel", ticket) == ["not"]


def test_a_tenant_that_has_expired_is_not_made_anew(rig: Rig) -> None:
    """Its index would never expire again."""
    ticket = failed(rig)
    rig.requeue(ticket)
    rig.command("DEL", rig.keys.tenant + "t")
    rig.revert("requeue", ticket)
    assert rig.command("EXISTS", rig.keys.tenant + "t") == 0


def test_an_entry_that_was_read_by_nobody_is_no_lease(bare: Rig) -> None:
    """An acquire that broke midway leaves it pending: it is taken out there too."""
    bare.configure()
    ticket = requeued(bare)
    bare.command("XREADGROUP", "GROUP", "workers", "w1", "STREAMS", bare.keys.ready, ">")
    assert bare.revert("requeue", ticket) == ["ok"]
    assert bare.pending("ready") == {}
    again = enqueue(bare, delay_s=9) if bare.delete_runs(ticket) == ["ok"] else ticket
    bare.promote(again)
    bare.command("XREADGROUP", "GROUP", "workers", "w1", "STREAMS", bare.keys.ready, ">")
    assert bare.revert("promote", again) == ["ok"]
    assert bare.pending("ready") == {}


@pytest.mark.parametrize("done", BEGUN)
def test_a_full_server_takes_it(full: Rig, set_full: Callable[[], None], done: Done) -> None:
    """A mistake can be mended where nothing more can be stored."""
    ticket = BEGUN[done](full)
    set_full()
    assert full.revert(done, ticket) == ["ok"]


def test_a_late_settle_of_the_run_that_is_back_is_answered_as_ever(rig: Rig) -> None:
    """What was accepted stays accepted; what was lost stays lost."""
    ticket = enqueue(rig)
    (delivery,) = rig.take()
    rig.fail(delivery)
    rig.requeue(ticket)
    rig.revert("requeue", ticket)
    assert rig.settle(delivery, "fail", FAILURE)
    assert rig.groups() == {GROUP_OF_FAILURE: 1}
