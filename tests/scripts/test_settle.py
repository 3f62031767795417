"""The settle script: how each verb ends a delivery, and that nobody else's delivery is touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.errors import StoreMisused
from engine.streams.commands import Settle
from engine.types import State
from tests.support.queue import FAILURE, Rig, Verb
from tests.support.whole import everything

VERBS: list[Verb] = ["complete", "retry", "snooze", "fail", "release", "cancel"]
NEXT = {
    "complete": State.COMPLETED,
    "retry": State.DELAYED,
    "snooze": State.DELAYED,
    "fail": State.FAILED,
    "release": State.WAITING,
    "cancel": State.CANCELLED,
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_leads_to_its_state(rig: Rig, verb: Verb) -> None:
    """The job is where the verb says, its entry and lease are gone, and the batch is told and counted."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    rig.clock.advance(0.1)
    assert rig.settle(delivery, verb, FAILURE, delay_s=3)
    status = rig.status("a")
    assert status.state is NEXT[verb]
    assert status.finished_on == (rig.clock.now_us() // 1000 if status.state.ended else None)
    assert rig.counts().active == 0
    assert rig.record("a")["last"] == str(delivery.fence)
    assert rig.events()[-1] == (verb, "a")
    assert rig.stats()[verb] == 1
    assert rig.stats()["run:7"] == 1, "100 ms are below 2**7"


@pytest.mark.parametrize("verb", VERBS)
def test_a_settle_sent_twice_is_accepted_once(rig: Rig, verb: Verb) -> None:
    """Sent again after a lost reply, it answers ok and changes nothing."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    rig.settle(delivery, verb, FAILURE, delay_s=3)
    before = everything(rig)
    assert rig.settle(delivery, verb, FAILURE, delay_s=3)
    assert everything(rig) == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_delivery_that_was_taken_away_settles_nothing(rig: Rig, verb: Verb) -> None:
    """The older fence is lost and nothing of the job or of its newer delivery changes."""
    rig.enqueue("a")
    (old,) = rig.take()
    rig.end_leases()
    (new,) = rig.take(consumer="w2")
    before = everything(rig)
    assert not rig.settle(old, verb, FAILURE, delay_s=3)
    assert everything(rig) == before
    assert rig.settle(new, "complete", b"1")
    assert not rig.settle(old, verb, FAILURE, delay_s=3)


def test_only_errors_and_successes_charge_an_attempt(rig: Rig) -> None:
    """Snooze and release leave the count; retry, fail and complete add one."""
    rig.enqueue("a")
    charged: list[int] = []
    for verb in (VERBS[1], VERBS[2], VERBS[4], VERBS[1], VERBS[0]):
        (delivery,) = rig.take()
        rig.settle(delivery, verb, FAILURE)
        charged.append(rig.status("a").attempts_made)
        rig.clock.advance(0.01)
    assert charged == [1, 1, 1, 2, 3]


def test_a_retry_keeps_the_error_and_the_attempt(rig: Rig) -> None:
    """A failed attempt is in the trail with its times, worker and error; the job waits out its delay."""
    rig.enqueue("a")
    (delivery,) = rig.take(consumer="box~1f")
    rig.clock.advance(2)
    rig.settle(delivery, "retry", b'{"type":"KeyError","message":"x","stack":"at 1"}', delay_s=4)
    status = rig.status("a")
    (attempt,) = status.attempts
    assert (attempt.start, attempt.end) == (delivery.fence // 1000, rig.clock.now_us() // 1000)
    assert (attempt.worker, attempt.error, attempt.stack) == ("box", "KeyError: x", "at 1")
    assert status.failed_reason == "KeyError: x"
    assert status.due == attempt.due == -(-rig.clock.now_us() // 1000) + 4000
    rig.clock.advance(3.99)
    assert rig.take() == []
    rig.clock.advance(0.02)
    (again,) = rig.take()
    assert (again.attempts, again.fence > delivery.fence) == (1, True)
    rig.settle(again, "complete", b'{"ok":true}')
    assert (rig.status("a").failed_reason, rig.status("a").returnvalue) == (None, {"ok": True})


def test_snoozed_time_adds_up(rig: Rig) -> None:
    """A delivery says how long its run was put off in all."""
    rig.enqueue("a")
    for expected in (0, 1500, 3000):
        (delivery,) = rig.take()
        assert delivery.snoozed_ms == expected
        rig.settle(delivery, "snooze", delay_s=1.5)
        rig.clock.advance(1.6)


@pytest.mark.parametrize("verb", VERBS)
def test_once_flagged_every_verb_ends_as_cancelled(rig: Rig, verb: Verb) -> None:
    """A job whose cancel was asked for has no result, no error and no charge, however its handler ended."""
    (ticket,) = rig.enqueue("a")
    (delivery,) = rig.take()
    assert rig.cancel(ticket) == "requested"
    assert rig.settle(delivery, verb, FAILURE)
    status = rig.status("a")
    assert (status.state, status.attempts_made, status.returnvalue) == (State.CANCELLED, 0, None)
    assert (status.failed_reason, status.attempts) == (None, [])


def test_a_mixed_batch_is_one_call(rig: Rig) -> None:
    """Each job of a batch ends by its own verb; lost and unknown ones cost the others nothing."""
    rig.enqueue(*"abcd")
    a, b, c, d = rig.take()
    answers = rig.settle_many(
        Settle("a", a.fence, "complete", b"1"),
        Settle("b", b.fence, "retry", FAILURE, 1000),
        Settle("c", c.fence + 999, "complete", b"1"),
        Settle("ghost", 1, "complete", b"1"),
        Settle("d", d.fence, "release"),
    )
    assert answers == [True, True, False, False, True]
    states = {job_id: rig.status(job_id).state.value for job_id in "abcd"}
    assert states == {"a": "completed", "b": "delayed", "c": "active", "d": "waiting"}
    assert rig.events()[-3:] == [("complete", "a"), ("retry", "b"), ("release", "d")]


def test_a_release_and_a_new_head_wake_and_a_completion_does_not(rig: Rig) -> None:
    """Whoever is idle hears of what has become possible, and of nothing else."""
    rig.enqueue(*"abcde")
    deliveries = rig.take()
    rig.take_wake_up()
    woken: list[bool] = []
    verbs: list[Verb] = ["complete", "retry", "snooze", "retry", "release"]
    for delivery, verb, delay_s in zip(deliveries, verbs, (0, 60, 5, 6, 0), strict=True):
        rig.settle(delivery, verb, FAILURE, delay_s)
        woken.append(rig.take_wake_up())
    assert woken == [False, True, True, False, True], "the second retry is due after the snooze"


def test_a_holding_that_says_no_attempts_leaves_them_to_the_record(rig: Rig) -> None:
    """A delivery that was handed over before `active` told of attempts ends with the right number of them."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    held = rig.command("HGET", rig.keys.active, "a")
    assert b" -00000000000 " in held
    rig.command("HSET", rig.keys.active, "a", held.replace(b" -00000000000 ", b" - "))
    rig.command("HSET", rig.keys.job + "a", "attempts", "4")
    assert rig.settle(delivery, "complete", b"1")
    assert rig.record("a")["attempts"] == "5"


def test_a_million_attempts_are_counted_on(rig: Rig) -> None:
    """However many zeros stand before them in `active`."""
    rig.enqueue("a")
    rig.command("HSET", rig.keys.job + "a", "attempts", "1234567")
    (delivery,) = rig.take()
    assert rig.settle(delivery, "complete", b"1")
    assert rig.record("a")["attempts"] == "1234568"


def test_what_is_left_of_a_record_is_left_alone(rig: Rig) -> None:
    """What its completion has written into a record without a state is taken out again."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    rig.command("DEL", rig.keys.job + "a")
    rig.command("HSET", rig.keys.job + "a", "theirs", "1")
    assert not rig.settle(delivery, "complete", b"1")
    assert rig.record("a") == {"theirs": "1"}
    assert (rig.counts().active, rig.counts().completed) == (0, 0)
    rig.command("DEL", rig.keys.job + "a")


@pytest.mark.parametrize("flagged", [False, True])
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("hostile", [None, "text"])
def test_a_job_whose_record_is_gone_is_lost_and_leaves_no_lease(
    rig: Rig, hostile: str | None, verb: Verb, *, flagged: bool
) -> None:
    """A record deleted or replaced under a running job: the settle is refused and its entry does not stay."""
    ticket, _ = rig.enqueue("a", "b")
    deliveries = rig.take()
    if flagged:
        rig.cancel(ticket)
    rig.command("DEL", rig.keys.job + "a")
    if hostile:
        rig.command("SET", rig.keys.job + "a", hostile)
    settles = [Settle(d.id, d.fence, verb, b"1") for d in deliveries]
    assert rig.settle_many(*settles) == [False, True]
    assert rig.counts().active == 0
    assert rig.command("TYPE", rig.keys.job + "a") == (b"string" if hostile else b"none")
    rig.command("DEL", rig.keys.job + "a")


def test_a_trail_of_another_type_costs_its_entry_only(rig: Rig) -> None:
    """A hostile trail key never stands in the way of a settle."""
    rig.enqueue("a")
    rig.command("SET", rig.keys.trail + "a", "hostile")
    assert rig.settle(rig.take()[0], "fail", FAILURE)
    assert (rig.status("a").state, rig.status("a").attempts) == (State.FAILED, [])


def test_an_active_hash_of_another_type_stops_the_call_before_it_writes(bare: Rig) -> None:
    """The error is raised, and the settle can be sent again once the key is mended."""
    bare.configure()
    bare.enqueue("a")
    (delivery,) = bare.take()
    bare.command("RENAME", bare.keys.active, bare.keys.base + "aside")
    bare.command("SET", bare.keys.active, "hostile")
    before = everything(bare)
    with pytest.raises(StoreMisused, match="WRONGTYPE"):
        bare.settle(delivery, "complete", b"1")
    assert everything(bare) == before
    bare.command("DEL", bare.keys.active)
    bare.command("RENAME", bare.keys.base + "aside", bare.keys.active)
    assert bare.settle(delivery, "complete", b"1")


def test_attempts_and_logs_of_one_job_are_capped(rig: Rig) -> None:
    """A job that notes without end keeps about its last 1,000 entries."""
    rig.enqueue("a")
    (delivery,) = rig.take()
    for n in range(1_300):
        rig.note(delivery, "log", str(n).encode())
    assert 1_000 <= rig.command("XLEN", rig.keys.trail + "a") < 1_200
    assert rig.status("a").logs == [str(n) for n in range(300, 1_300)]


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_server_still_settles(full: Rig, set_full: Callable[[], None], verb: Verb) -> None:
    """A job can always end, whatever the memory: every verb is accepted and done in full."""
    full.configure(max_active=1)
    full.enqueue("a")
    (delivery,) = full.take()
    set_full()
    assert full.settle(delivery, verb, FAILURE, delay_s=3)
    assert full.status("a").state is NEXT[verb]


@pytest.mark.parametrize("verb", ["complete", "retry", "snooze", "fail", "release", "cancel"])
def test_a_settle_says_that_its_job_was_cancelled(rig: Rig, verb: Verb) -> None:
    """Once its cancel is asked for, every verb is answered `cancelled`, also when the call is sent again."""
    [ticket] = rig.enqueue("a")
    [delivery] = rig.take()
    rig.cancel(ticket)
    settle = Settle("a", delivery.fence, verb, FAILURE if verb in ("retry", "fail") else b"1")
    assert rig.answers(settle) == rig.answers(settle) == ["cancelled"]
    assert rig.status("a").state is State.CANCELLED
