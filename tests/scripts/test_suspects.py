"""Jobs on their last crash run alone, so that a poison job takes no neighbour with it (trial 2)."""

from __future__ import annotations

from collections.abc import Callable

from engine.types import State
from tests.support.queue import Rig


def make_suspect(rig: Rig, *ids: str) -> None:
    """The jobs have two of three crashes and wait among the suspects."""
    rig.enqueue(*ids)
    for _ in range(2):
        rig.take(len(ids), "dying")
        rig.end_leases()
    assert rig.waiting_in("suspect") == list(ids)


def test_a_poison_job_fails_alone(rig: Rig) -> None:
    """One job of 40 kills every process that runs it: it alone fails, and none of its neighbours does."""
    ids = [f"j{n}" for n in range(40)]
    rig.enqueue(*ids)
    deaths = 0
    while rig.counts().completed < 39 or deaths < 3:
        batch = rig.take(40, f"process {deaths}")
        if any(delivery.id == "j7" for delivery in batch):
            deaths += 1
            rig.end_leases()
        else:
            assert batch, "something can always run"
            assert all(rig.settle(delivery, "complete", b"1") for delivery in batch)
    assert (rig.counts().completed, rig.counts().failed) == (39, 1)
    assert rig.status("j7").crashes == 3


def test_a_suspect_is_given_only_to_an_empty_process(rig: Rig) -> None:
    """While suspects wait, the process whose turn it is gets nothing else; empty, it gets one suspect."""
    make_suspect(rig, "s1", "s2")
    rig.enqueue("plain")
    busy = rig.acquire(10, "w1", alone=False)
    assert (busy.status, busy.deliveries) == ("hold", [])
    empty = rig.acquire(10, "w1", alone=True)
    assert empty.status == "hold"
    assert [(d.id, d.suspect, d.crashes) for d in empty.deliveries] == [("s1", True, 2)]


def test_other_processes_go_on_meanwhile(rig: Rig) -> None:
    """One process at a time has the turn; the others take what is not suspect."""
    make_suspect(rig, "s1", "s2")
    rig.enqueue("plain")
    assert rig.acquire(10, "w1").status == "hold"
    other = rig.acquire(10, "w2")
    assert (other.status, [d.id for d in other.deliveries]) == ("ok", ["plain"])


def test_the_turn_passes_on_after_a_lease(rig: Rig) -> None:
    """A process that died with the turn blocks the suspects for one lease, no longer."""
    make_suspect(rig, "s1", "s2")
    (first,) = rig.take(10, "w1")
    assert rig.acquire(10, "w2").status == "ok"
    rig.clock.advance(15.1)
    second = rig.acquire(10, "w2")
    assert (second.status, [d.id for d in second.deliveries]) == ("hold", ["s2"])
    assert first.id == "s1"


def test_a_renewed_suspect_keeps_the_turn(rig: Rig) -> None:
    """As long as the suspect runs and is renewed, nobody else takes the next one."""
    make_suspect(rig, "s1", "s2")
    (running,) = rig.take(10, "w1")
    for _ in range(8):
        rig.clock.advance(5)
        rig.renew(running, consumer="w1")
        assert rig.take(10, "w2") == []
    rig.settle(running, "complete", b"1")
    assert [d.id for d in rig.take(10, "w1")] == ["s2"]


def test_the_turn_ends_with_the_last_suspect(rig: Rig) -> None:
    """With no suspect left to give, the process takes whatever waits again."""
    make_suspect(rig, "s1")
    (suspect,) = rig.take(10, "w1")
    rig.settle(suspect, "complete", b"1")
    rig.enqueue("a", "b")
    after = rig.acquire(10, "w1", alone=False)
    assert (after.status, [d.id for d in after.deliveries]) == ("ok", ["a", "b"])


def test_however_it_comes_to_wait_a_suspect_is_among_suspects(rig: Rig) -> None:
    """Released, snoozed, retried or a stray: crashes so far decide where it waits."""
    make_suspect(rig, "s")
    rig.settle(rig.take()[0], "release")
    assert rig.waiting_in("suspect") == ["s"]
    rig.settle(rig.take()[0], "snooze", delay_s=1)
    rig.clock.advance(2)
    (promoted,) = rig.take()
    assert promoted.suspect
    rig.clock.advance(8)
    assert rig.renew(strays=True).strays == 1
    assert rig.waiting_in("suspect") == ["s"]


def test_a_checkpoint_clears_the_suspicion(rig: Rig) -> None:
    """Durable progress says that it does not kill: given back, it is like any other job."""
    make_suspect(rig, "s")
    (running,) = rig.take()
    rig.note(running, "checkpoint")
    rig.settle(running, "release")
    assert (rig.waiting_in("again"), rig.waiting_in("suspect")) == (["s"], [])


def test_limits_hold_for_suspects(rig: Rig) -> None:
    """Paused, or at max_active, a suspect waits like any job."""
    make_suspect(rig, "s")
    rig.pause()
    assert rig.acquire().status == "paused"
    rig.pause(paused=False)
    rig.configure(max_active=1)
    rig.enqueue("a")
    assert [d.id for d in rig.take(1, "w1")] == ["s"]
    assert rig.take(1, "w2") == []


def test_a_full_server_still_gives_suspects(full: Rig, set_full: Callable[[], None]) -> None:
    """Taking the turn, and keeping it by renewing, need no new memory."""
    make_suspect(full, "s1", "s2")
    set_full()
    (running,) = full.take(10, "w1")
    assert full.renew(running, consumer="w1").states == ["ok"]
    full.settle(running, "complete", b"1")
    assert [d.id for d in full.take(10, "w1")] == ["s2"]


def test_with_one_crash_allowed_no_job_is_ever_suspect(rig: Rig) -> None:
    """max_crashes 1: the first crash fails the job; there is no last delivery to run alone."""
    rig.configure(max_crashes=1)
    rig.enqueue("a")
    assert not rig.take()[0].suspect
    rig.end_leases()
    assert rig.status("a").state is State.FAILED


def test_a_suspect_without_a_token_still_empties_its_process(rig: Rig) -> None:
    """A queue that has used up its rate answers `hold`: else other queues would keep the process from running empty."""
    make_suspect(rig, "suspect")
    rig.configure(rate=1.0, burst=1)
    rig.enqueue("other")
    rig.command("HSET", rig.keys.control, "tokens", 0, "stamp", rig.clock.now_us())
    assert (rig.acquire().status, rig.take()) == ("hold", [])
    rig.clock.advance(1)
    assert [delivery.id for delivery in rig.take()] == ["suspect"]
