"""What acquire leaves alone: places, holdings, turns and wake-ups that are not its to take."""

from __future__ import annotations

import pytest

from engine.streams import GROUP
from engine.streams.commands import acquire
from tests.support.queue import FAILURE, Rig


def test_the_streams_together_give_no_more_than_the_places(rig: Rig) -> None:
    """Three places are filled from what was given back and from what waits, not three times (trial 18)."""
    rig.enqueue(*"abcdef")
    for delivery in rig.take(2):
        rig.settle(delivery, "release")
    assert [delivery.id for delivery in rig.take(3)] == ["a", "b", "c"]


@pytest.mark.parametrize(("stream", "same_entry"), [("ready", False), ("again", True)])
def test_a_spoilt_record_costs_no_other_delivery_its_lease(bare: Rig, stream: str, *, same_entry: bool) -> None:
    """A copied entry of a running job whose record cannot be read is set aside; who runs it still owns it."""
    bare.configure()
    bare.enqueue("a")
    (running,) = bare.take()
    entry = bare.record("a")["at"].split()[1]
    bare.command("HDEL", bare.keys.job + "a", "payload")
    bare.command("XADD", getattr(bare.keys, stream), entry if same_entry else "*", "id", "a")
    assert bare.take(consumer="w2") == []
    assert bare.command("XLEN", bare.keys.bad) == 1
    assert bare.renew(running).states == ["ok"]


def test_an_ended_job_does_not_start_by_its_own_entry(rig: Rig) -> None:
    """An entry that the record of an ended job still names starts nothing, and is gone."""
    rig.enqueue("a")
    rig.settle(rig.take()[0], "complete", b"1")
    entry = rig.command("XADD", rig.keys.ready, "*", "id", "a").decode()
    rig.command("HSET", rig.keys.job + "a", "at", f"ready {entry}")
    assert rig.take() == []
    assert rig.waiting_in("ready") == []


def test_without_a_place_no_turn_is_taken(rig: Rig) -> None:
    """A full process that only asks for its settings does not keep the suspects from one that has room."""
    rig.configure(max_crashes=2)
    rig.enqueue("s")
    rig.take(consumer="dead")
    rig.end_leases()
    assert rig.acquire(0, "full", alone=False).status == "ok"
    assert [delivery.id for delivery in rig.take(1, "free")] == ["s"]


def test_what_is_left_of_those_given_back_wakes_another(rig: Rig) -> None:
    """Two were given back and one is taken: whoever else is idle hears of the second, though `ready` is empty."""
    rig.enqueue("a", "b")
    for delivery in rig.take():
        rig.settle(delivery, "release")
    rig.take_wake_up()
    assert [delivery.id for delivery in rig.take(1)] == ["a"]
    assert rig.take_wake_up()


def test_an_acquire_that_took_nothing_wakes_nobody(rig: Rig) -> None:
    """Not even with more behind what it read: its own answer asks it to come again, and idle workers would spin."""
    for _ in range(260):
        rig.command("XADD", rig.keys.ready, "*", "id", "nobody")
    answer = rig.acquire()
    assert (answer.deliveries, answer.wait_ms) == ([], 0)
    assert not rig.take_wake_up()
    rig.acquire()


def test_who_took_a_full_batch_has_no_timer(rig: Rig) -> None:
    """It asks again by itself: only an acquire that read a whole page and filled fewer places says to come at once."""
    rig.enqueue(*map(str, range(250)))
    answer = rig.acquire(250)
    assert (len(answer.deliveries), answer.wait_ms) == (250, None)


def test_a_full_page_of_due_jobs_says_to_come_at_once(rig: Rig) -> None:
    """Whether more are due was not looked at."""
    rig.enqueue(*map(str, range(250)), delay_s=1)
    rig.clock.advance(2)
    assert rig.acquire(0).wait_ms == 0


def test_a_retry_takes_a_token_too(rig: Rig) -> None:
    """A start is a start: a job that failed waits for the next token like any other."""
    rig.configure(rate=1.0, burst=1)
    rig.enqueue("a")
    (first,) = rig.take()
    rig.settle(first, "retry", FAILURE)
    assert rig.take() == [], "it is due, and the token is taken"
    rig.clock.advance(1)
    assert [(delivery.id, delivery.attempts) for delivery in rig.take()] == [("a", 1)]


def test_without_a_clock_of_its_own_a_call_goes_by_the_servers(rig: Rig) -> None:
    """0 stands for it: the fence lies between what the server said before and after."""

    def server_us() -> int:
        seconds, micros = rig.command("TIME")
        return int(seconds) * 1_000_000 + int(micros)

    rig.enqueue("a")
    before = server_us()
    (delivery,) = rig.store.run(acquire(rig.keys, 0, "w1", 1, alone=True)).deliveries
    assert before <= delivery.fence <= server_us()


def test_suspects_without_a_group_stop_nobody_while_there_are_none(rig: Rig) -> None:
    """Their empty stream lost its group: what waits elsewhere is handed over all the same."""
    rig.command("XGROUP", "DESTROY", rig.keys.suspect, GROUP)
    rig.enqueue("a")
    assert [delivery.id for delivery in rig.take()] == ["a"]
    rig.configure()


def test_a_minutes_counters_expire(rig: Rig) -> None:
    """Two days later they are gone by themselves."""
    rig.enqueue("a")
    rig.take()
    minute = rig.clock.now_us() // 60_000_000
    assert 0 < rig.command("TTL", f"{rig.keys.stats}{minute}") <= 172_800


def test_a_rate_that_was_never_written_is_none(rig: Rig) -> None:
    """A `control` of before there were rates limits nothing."""
    rig.command("HDEL", rig.keys.control, "rate", "burst", "shared_rate", "shared_burst")
    rig.enqueue("a", "b")
    assert len(rig.take()) == 2


@pytest.mark.parametrize("field", ["tokens", "stamp"])
def test_a_bucket_that_cannot_be_read_is_full_once(rig: Rig, field: str) -> None:
    """Whichever of its two fields another producer spoilt, the queue goes on."""
    rig.configure(rate=10.0, burst=1)
    rig.enqueue("a", "b")
    assert len(rig.take()) == 1
    rig.command("HSET", rig.keys.control, field, "x")
    assert len(rig.take()) == 1
