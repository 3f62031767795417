"""Failures by fingerprint and who waits, as they are read: counts, minutes, samples without secrets."""

from __future__ import annotations

from engine.streams import Call
from engine.streams.commands import NewJob
from engine.streams.reads import groups, waiters
from engine.views import ErrorGroup, Waiter
from tests.support.queue import Rig

FIRST, SECOND = "0123456789ab", "ba9876543210"


def look(rig: Rig, minutes: int = 3, limit: int = 10, first: int = 0) -> tuple[int, list[ErrorGroup]]:
    """The groups from this rank on."""
    return rig.store.run(groups(rig.keys, rig.clock.now_us(), minutes, limit, first))


def fail(rig: Rig, job_id: str, fingerprint: str, error: bytes) -> None:
    """This job has failed."""
    rig.enqueue(job_id)
    rig.fail(rig.take(1)[0], fingerprint, error)


def test_a_group_says_what_its_failures_share(rig: Rig) -> None:
    """How many there are and were, when, how often by the minute, and what the newest one said."""
    at_ms = rig.clock.now_us() // 1000
    fail(rig, "a", FIRST, b'{"type":"E","message":"page 7","stack":"old"}')
    rig.clock.advance(60)
    fail(rig, "b", FIRST, b'{"type":"E","message":"page 12 of \'x\'","stack":"File f"}')
    fail(rig, "c", SECOND, b'{"type":"F","message":""}')
    looked, found = look(rig)
    first = next(group for group in found if group.fingerprint == FIRST)
    assert looked == 2
    assert first == ErrorGroup(
        fingerprint=FIRST,
        queue="q",
        title="E: page <n> of <text>",
        jobs=2,
        total=2,
        first=at_ms,
        last=at_ms + 60_000,
        sample="E: page 12 of 'x'",
        stack="File f",
        job_id="b",
        minutes=[0, 1, 1],
    )
    second = next(group for group in found if group.fingerprint == SECOND)
    assert (second.title, second.sample, second.minutes) == ("F", "F", [0, 0, 1])


def test_groups_come_by_page_those_that_failed_last_first(rig: Rig) -> None:
    """From a rank on."""
    for n in range(3):
        fail(rig, f"j{n}", f"{n:012x}", b'{"type":"E","message":""}')
        rig.clock.advance(1)
    assert [group.job_id for group in look(rig, limit=2)[1]] == ["j2", "j1"]
    assert [group.job_id for group in look(rig, limit=2, first=2)[1]] == ["j0"]
    assert look(rig, limit=2, first=4) == (0, [])


def test_a_sample_has_no_secrets(rig: Rig) -> None:
    """Nor have title and frames."""
    fail(rig, "a", FIRST, b'{"type":"E","message":"401 for token=abcdef","stack":"password=hunter2"}')
    (group,) = look(rig)[1]
    assert (group.sample, group.stack) == (
        "E: 401 for token=[redacted: text, 6 chars]",
        "password=[redacted: text, 7 chars]",
    )
    assert "abcdef" not in group.title


def test_junk_costs_its_group_only(bare: Rig) -> None:
    """A group of another type, one without a total, counts that are none, an error that is none, a spoilt minute."""
    bare.configure()
    fail(bare, "a", FIRST, b"junk")
    for score, name in enumerate(("spoilt", "empty", "odd")):
        bare.command("ZADD", bare.keys.groups, score, name)
    bare.command("SET", bare.keys.group + "spoilt", "hostile")
    bare.command("HSET", bare.keys.group + "odd", "total", 1, "jobs", "junk", "first", "-1", "job", b"\xff")
    minute = bare.clock.now_us() // 60_000_000
    bare.command("SET", f"{bare.keys.stats}{minute - 1}", "hostile")
    bare.command("HSET", f"{bare.keys.stats}{minute}", "group:odd", "junk")
    looked, found = look(bare)
    assert looked == 4
    assert [(group.fingerprint, group.jobs, group.sample, group.job_id, group.minutes) for group in found] == [
        (FIRST, 1, "Unreadable: junk", "a", [0, 0, 1]),
        ("odd", 0, "Unreadable", "\\xff", [0, 0, 0]),
    ]


def test_a_page_of_groups_is_bounded(rig: Rig) -> None:
    """By the script: 250 groups and minutes, one at least, whatever it is asked."""
    for start in (0, 150):
        rig.enqueue(*(f"j{start + n}" for n in range(150)))
        for n, delivery in enumerate(rig.take(150)):
            rig.fail(delivery, f"{start + n:012x}", b'{"type":"E","message":""}')
    call = groups(rig.keys, rig.clock.now_us(), 1, 1, 0)
    longer = Call(call.script, call.keys, [call.args[0], 100_000, 100_000, 0], call.decode)
    looked, found = rig.store.run(longer)
    assert (looked, len(found), len(found[0].minutes)) == (250, 250, 250)
    shorter = Call(call.script, call.keys, [call.args[0], 0, -5, 0], call.decode)
    assert rig.store.run(shorter)[0] == 1
    assert len(rig.store.run(shorter)[1][0].minutes) == 1


def test_nobody_fails_in_an_empty_queue(rig: Rig) -> None:
    """No groups."""
    assert look(rig) == (0, [])


def test_waiters_are_counted_by_tenant(rig: Rig) -> None:
    """Most jobs first, then who waits longest; what runs or is delayed waits not."""
    rig.enqueue_jobs(NewJob("r", "work", b"{}", tenant="t9"))
    rig.take(1)
    rig.enqueue_jobs(
        NewJob("d", "work", b"{}", 60_000, tenant="t9"),
        NewJob("a1", "work", b"{}", tenant="t1"),
        NewJob("b1", "work", b"{}", tenant="t2"),
        NewJob("a2", "work", b"{}", tenant="t1"),
        NewJob("c", "work", b"{}"),
    )
    found = rig.store.run(waiters(rig.keys))
    first_ms = int(rig.record("a1")["at"].split()[1].split("-")[0])
    assert (found.looked, found.total) == (4, 4)
    assert found.tenants[0] == Waiter("t1", 2, first_ms)
    assert {(waiter.tenant, waiter.jobs) for waiter in found.tenants[1:]} == {("t2", 1), (None, 1)}


def test_waiters_are_looked_for_among_the_first_thousand(rig: Rig) -> None:
    """However many wait, and whatever the script is asked."""
    for start in range(0, 1_200, 200):
        rig.enqueue(*(f"j{start + n}" for n in range(200)))
    call = waiters(rig.keys)
    found = rig.store.run(call)
    assert (found.looked, found.total, found.tenants[0].jobs) == (1_000, 1_200, 1_000)
    longer = Call(call.script, call.keys, [100_000], call.decode)
    assert rig.store.run(longer).looked == 1_000
    shorter = Call(call.script, call.keys, [-1], call.decode)
    assert rig.store.run(shorter).looked == 1


def test_a_record_that_is_none_is_not_counted(bare: Rig) -> None:
    """Those beside it are."""
    bare.configure()
    bare.enqueue("a", "b", "c")
    bare.command("DEL", bare.keys.job + "a", bare.keys.job + "b")
    bare.command("SET", bare.keys.job + "b", "hostile")
    found = bare.store.run(waiters(bare.keys))
    assert (found.looked, found.total) == (1, 3)
