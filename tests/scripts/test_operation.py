"""Plans and operations in the scripts: what is frozen, who may change it, and what is counted."""

from __future__ import annotations

from typing import Any

import pytest

from engine.queries import parse_query
from engine.streams import commands as c
from engine.streams.book import decode_entry
from engine.types import Enqueued
from engine.views import Operation
from tests.support.operations import ACTOR, PLAN, RETRY, UNDO, UNRETRY
from tests.support.queue import Rig
from tests.support.sent import ask


def fail(rig: Rig, *ids: str) -> list[Enqueued]:
    """The tickets of jobs that have failed."""
    tickets = rig.enqueue(*ids)
    for delivery in rig.take(len(ids)):
        rig.fail(delivery)
    return tickets


def freeze(rig: Rig, *tickets: Enqueued, state: str = "failed", draft: c.Draft = RETRY, will: int = 0) -> c.Frozen:
    """What freezing the tickets' runs answers."""
    jobs = [(ticket.id, ticket.run, state) for ticket in tickets]
    return rig.store.run(c.freeze(rig.keys, rig.clock.now_us(), draft, will, jobs))


def begin(rig: Rig, confirm: int, plan: str = PLAN) -> c.Begun:
    """What applying the plan answers."""
    return rig.store.run(c.begin(rig.keys, rig.clock.now_us(), plan, confirm, ACTOR, "why", 200))


def hand_out(rig: Rig, size: int = 250, driver: str = "d1", operation: str = PLAN) -> c.Batch:
    """The operation's next batch."""
    return rig.store.run(c.next_batch(rig.keys, rig.clock.now_us(), operation, driver, size))


def advance(rig: Rig, cursor: int, *changed: bool, operation: str = PLAN) -> Operation:
    """The operation after its batch was counted."""
    found = rig.store.run(c.advance(rig.keys, rig.clock.now_us(), operation, cursor, changed))
    assert found is not None
    return found


def do(rig: Rig, batch: c.Batch) -> Operation:
    """The operation after its batch of retries was done and counted."""
    assert batch.operation is not None
    requeued = rig.store.run(c.requeue(rig.keys, rig.clock.now_us(), 60, batch.runs))
    return advance(rig, batch.cursor, *(one.answer == "ok" for one in requeued), operation=batch.operation.id)


def figures(operation: Operation | None) -> tuple[str, int, int, int]:
    """Its state, and how many were meant, done and skipped."""
    assert operation is not None
    return operation.state, operation.total, operation.done, operation.skipped


def book(rig: Rig) -> list[tuple[str, str]]:
    """Verb and operation of each entry of the book, in order."""
    entries: list[Any] = rig.command("XRANGE", rig.keys.audit, "-", "+")
    return [(entry.verb, operation) for entry, operation in (decode_entry("q", each) for each in entries)]


def test_a_plan_counts_who_is_meant_and_why_others_are_not(rig: Rig) -> None:
    """It names some, and spans their times; nothing of theirs is changed."""
    a, b, trashed = fail(rig, "a", "b", "c")
    rig.trash(trashed)
    (waiting,) = rig.enqueue("w")
    before = rig.record("a")
    found = freeze(rig, a, b, trashed, waiting, Enqueued("gone", 1, True, waiting.state, True))
    assert (found.will, found.looked, found.sample) == (2, 5, ["a", "b"])
    assert found.skipped == {"trashed": 1, "not failed": 1, "gone": 1}
    assert found.oldest_ms == found.newest_ms == int(before["ended"])
    assert found.expires_ms == rig.clock.now_us() // 1000 + 600_000
    assert rig.record("a") == before


def test_a_plan_grows_call_by_call_and_never_twice(rig: Rig) -> None:
    """A call says how many there were before it: sent again, late or not, it adds the same once."""
    a, b, d = fail(rig, "a", "b", "c")
    assert freeze(rig, a).will == 1
    assert [freeze(rig, b, d, will=1).will for _ in range(2)] == [3, 3]
    assert freeze(rig, d).will == 1
    assert rig.command("LRANGE", f"{rig.keys.frozen}{PLAN}", 0, -1) == [f"{d.run} failed c".encode()]


def test_a_plan_is_there_for_ten_minutes(rig: Rig) -> None:
    """Redis lets go of it, and a plan that is past its time is not begun; the last millisecond counts."""
    tickets = fail(rig, "a")
    freeze(rig, *tickets)
    for key in (rig.keys.operation, rig.keys.frozen):
        assert 590_000 < rig.command("PTTL", f"{key}{PLAN}") <= 600_000
    rig.clock.advance(600)
    assert begin(rig, 2).answer == "other_count"
    rig.clock.advance(0.001)
    assert begin(rig, 1).answer == "expired"
    assert book(rig) == []


def test_a_plan_that_lost_jobs_is_not_begun(rig: Rig) -> None:
    """Its list and its number must agree."""
    freeze(rig, *fail(rig, "a", "b"))
    rig.command("RPOP", f"{rig.keys.frozen}{PLAN}")
    assert [begin(rig, confirm).answer for confirm in (1, 2)] == ["expired", "expired"]


def test_another_number_of_jobs_than_was_confirmed_is_not_begun(rig: Rig) -> None:
    """Neither more nor fewer; the plan is as it was."""
    freeze(rig, *fail(rig, "a", "b"))
    assert [begin(rig, confirm).answer for confirm in (1, 3)] == ["other_count", "other_count"]
    assert book(rig) == []
    assert begin(rig, 2).answer == "ok"


def test_a_plan_of_no_jobs_is_not_begun(rig: Rig) -> None:
    """Nor one that was never made, whatever number is confirmed."""
    assert begin(rig, 0, "none").answer == "expired"
    assert freeze(rig).will == 0
    assert begin(rig, 0).answer == "expired"
    assert book(rig) == []


def test_an_operation_is_in_the_book_once(rig: Rig) -> None:
    """It keeps who, why and how many; it does not expire while it is under way."""
    freeze(rig, *fail(rig, "a", "b"))
    begun, again = begin(rig, 2), begin(rig, 2)
    assert again == begun
    assert begun.answer == "ok"
    assert figures(begun.operation) == ("running", 2, 0, 0)
    assert begun.operation is not None
    assert (begun.operation.actor, begun.operation.reason) == (ACTOR, "why")
    assert begun.operation.started_ms == rig.clock.now_us() // 1000
    assert book(rig) == [("retry", PLAN)]
    assert [rig.command("PTTL", f"{key}{PLAN}") for key in (rig.keys.operation, rig.keys.frozen)] == [-1, -1]


def test_an_operation_goes_batch_by_batch_to_its_end(rig: Rig) -> None:
    """Each batch is counted; at the end it is done, can be taken back for 15 minutes, and is kept for a week."""
    freeze(rig, *fail(rig, "a", "b", "c"))
    begin(rig, 3)
    assert figures(do(rig, hand_out(rig, 2))) == ("running", 3, 2, 0)
    ended = do(rig, hand_out(rig, 2))
    assert figures(ended) == ("done", 3, 3, 0)
    now_ms = rig.clock.now_us() // 1000
    assert (ended.ended_ms, ended.undo_until_ms) == (now_ms, now_ms + 900_000)
    assert rig.counts().waiting == 3
    assert hand_out(rig).answer == "over"
    assert 0 < rig.command("PTTL", f"{rig.keys.operation}{PLAN}") <= 7 * 86_400_000
    assert 0 < rig.command("PTTL", f"{rig.keys.frozen}{PLAN}") <= 900_000
    assert rig.command("ZCARD", rig.keys.operating) == 0
    assert "operating" not in rig.control()


def test_a_job_that_changed_since_it_was_seen_is_skipped(rig: Rig) -> None:
    """Another run, another state, the trash: it is not handed out, and counted."""
    tickets = fail(rig, "a", "b", "c", "d")
    freeze(rig, *tickets)
    begin(rig, 4)
    rig.requeue(tickets[1])
    rig.trash(tickets[2])
    rig.delete_runs(tickets[3])
    batch = hand_out(rig)
    assert (batch.runs, batch.looked) == ([("a", tickets[0].run)], 4)
    assert figures(do(rig, batch)) == ("done", 4, 1, 3)
    assert rig.record("c")["state"] == "failed"


def test_a_batch_is_counted_once_however_often_it_is_sent(rig: Rig) -> None:
    """Late, twice, or by another driver: the cursor says which batch is meant."""
    freeze(rig, *fail(rig, "a", "b", "c"))
    begin(rig, 3)
    hand_out(rig, 2)
    assert figures(advance(rig, 0, True, True)) == ("running", 3, 2, 0)
    assert figures(advance(rig, 0, True, True)) == ("running", 3, 2, 0)
    hand_out(rig, 2)
    assert figures(advance(rig, 0, True, True)) == ("running", 3, 2, 0)
    assert figures(advance(rig, 2, False)) == ("done", 3, 2, 1)
    assert figures(advance(rig, 2, True)) == ("done", 3, 2, 1)


def test_one_driver_at_a_time(rig: Rig) -> None:
    """Another waits until the first has been silent for 5 s, and then gets the same batch, judged as it was."""
    freeze(rig, *fail(rig, "a", "b"))
    begin(rig, 2)
    first = hand_out(rig)
    assert hand_out(rig, driver="d2").answer == "busy"
    rig.store.run(c.requeue(rig.keys, rig.clock.now_us(), 60, first.runs))
    rig.clock.advance(4.999)
    assert hand_out(rig, driver="d2").answer == "busy"
    rig.clock.advance(0.001)
    second = hand_out(rig, 1, driver="d2")
    assert (second.answer, second.cursor, second.runs) == ("ok", 0, first.runs)
    assert hand_out(rig).answer == "busy"
    assert figures(do(rig, second)) == ("done", 2, 2, 0)
    assert figures(advance(rig, 0, True, True)) == ("done", 2, 2, 0)


@pytest.mark.parametrize("ahead_s", [0, 6])
def test_a_silent_operation_is_found_without_its_name(rig: Rig, ahead_s: float) -> None:
    """The one that has been silent longest; one that was heard of by a clock that has stepped back is silent too."""
    freeze(rig, *fail(rig, "a"))
    if ahead_s:
        rig.clock.advance(ahead_s)
    begin(rig, 1)
    assert hand_out(rig, operation="").answer == "over"
    rig.clock.advance(-ahead_s if ahead_s else 5)
    batch = hand_out(rig, driver="w", operation="")
    assert (batch.answer, batch.operation and batch.operation.id) == ("ok", PLAN)


def test_two_operations_on_the_same_jobs(rig: Rig) -> None:
    """The second finds them changed; one batch of a queue is open at a time, so that none is done by both."""
    tickets = fail(rig, "a", "b")
    other = c.Draft("p2", "retry", "retry", "a")
    freeze(rig, *tickets)
    freeze(rig, *tickets, draft=other)
    begin(rig, 2)
    begin(rig, 2, "p2")
    first = hand_out(rig)
    assert hand_out(rig, driver="d2", operation="p2").answer == "busy"
    assert figures(do(rig, first)) == ("done", 2, 2, 0)
    second = hand_out(rig, driver="d2", operation="p2")
    assert (second.answer, second.runs) == ("ok", [])
    assert figures(advance(rig, 0, operation="p2")) == ("done", 2, 0, 2)
    assert second.operation is not None


def test_an_open_batch_of_a_dead_driver_holds_nobody_up(rig: Rig) -> None:
    """After 5 s the other operation has its turn."""
    one, two = fail(rig, "a", "b")
    freeze(rig, one)
    freeze(rig, two, draft=c.Draft("p2", "retry", "retry", "b"))
    begin(rig, 1)
    begin(rig, 1, "p2")
    hand_out(rig)
    rig.clock.advance(5)
    assert hand_out(rig, driver="d2", operation="p2").answer == "ok"


def test_a_driver_may_change_the_pace(rig: Rig) -> None:
    """It holds from that batch on, also for the next driver, which names none."""
    freeze(rig, *fail(rig, "a", "b"))
    begin(rig, 2)
    assert hand_out(rig, 1).per_s == 200
    advance(rig, 0, True)
    faster = c.next_batch(rig.keys, rig.clock.now_us(), PLAN, "d1", 1, 500.0)
    assert rig.store.run(faster).per_s == 500
    assert hand_out(rig, 1).per_s == 500


def test_nothing_is_known_of_an_operation_that_was_never_begun(rig: Rig) -> None:
    """It is over, whatever is asked."""
    freeze(rig, *fail(rig, "a"))
    now_us = rig.clock.now_us()
    assert ask(rig, c.advance(rig.keys, now_us, "none", 0, []))[0] == b"over"
    assert ask(rig, c.next_batch(rig.keys, now_us, "none", "d1"))[0] == b"over"
    for operation in ("none", PLAN):
        assert ask(rig, c.stop(rig.keys, now_us, operation, ACTOR, ""))[0] == b"over"


def test_an_open_batch_of_a_stopped_operation_holds_nobody_up(rig: Rig) -> None:
    """The other one has its turn at once: nothing more will come of the first."""
    tickets = fail(rig, "a", "b")
    freeze(rig, tickets[0])
    freeze(rig, tickets[1], draft=c.Draft("p2", "retry", "retry", "b"))
    begin(rig, 1)
    begin(rig, 1, "p2")
    hand_out(rig)
    assert hand_out(rig, operation="p2").answer == "busy"
    rig.store.run(c.stop(rig.keys, rig.clock.now_us(), PLAN, ACTOR, ""))
    assert hand_out(rig, operation="p2").answer == "ok"


def test_an_operation_under_way_is_not_taken_back(rig: Rig) -> None:
    """It is stopped first."""
    freeze(rig, *fail(rig, "a", "b"))
    begin(rig, 2)
    do(rig, hand_out(rig, 1))
    assert freeze(rig, draft=UNRETRY).will == 1
    assert begin(rig, 1, UNDO).answer == "expired"
    rig.store.run(c.stop(rig.keys, rig.clock.now_us(), PLAN, ACTOR, ""))
    assert begin(rig, 1, UNDO).answer == "ok"


def test_a_stopped_operation_begins_no_batch(rig: Rig) -> None:
    """What is under way is counted still; that it was stopped, and by whom, is in the book once."""
    freeze(rig, *fail(rig, "a", "b", "c"))
    begin(rig, 3)
    do(rig, hand_out(rig, 1))
    open_batch = hand_out(rig, 1)
    for _ in range(2):
        stopped = rig.store.run(c.stop(rig.keys, rig.clock.now_us(), PLAN, ACTOR, "enough"))
        assert figures(stopped) == ("stopped", 3, 1, 0)
    assert figures(do(rig, open_batch)) == ("stopped", 3, 2, 0)
    assert hand_out(rig, 1).answer == "over"
    assert hand_out(rig, operation="").answer == "over"
    assert book(rig) == [("retry", PLAN), ("stop", PLAN)]
    assert rig.store.run(c.stop(rig.keys, rig.clock.now_us(), "none", ACTOR, "")) is None


def test_an_operation_whose_jobs_were_deleted_ends(rig: Rig) -> None:
    """Somebody has deleted what was frozen: it is stopped, and not handed out for ever."""
    freeze(rig, *fail(rig, "a"))
    begin(rig, 1)
    rig.command("DEL", f"{rig.keys.frozen}{PLAN}")
    batch = hand_out(rig)
    assert batch.answer == "over"
    assert figures(batch.operation) == ("stopped", 1, 0, 0)


def test_undo_means_what_the_operation_changed(rig: Rig) -> None:
    """Not what it skipped or had not come to, not what has started; the operation is undone, and only once."""
    tickets = fail(rig, "a", "b", "c", "d")
    freeze(rig, *tickets)
    begin(rig, 4)
    rig.requeue(tickets[1])  # by somebody else: skipped
    do(rig, hand_out(rig, 3))
    rig.store.run(c.stop(rig.keys, rig.clock.now_us(), PLAN, ACTOR, ""))
    assert [delivery.id for delivery in rig.take(2)] == ["b", "a"]
    found = freeze(rig, draft=UNRETRY)
    assert (found.will, found.looked, found.sample, found.skipped) == (1, 2, ["c"], {"started": 1})
    begun = begin(rig, 1, UNDO)
    assert figures(begun.operation) == ("running", 1, 0, 0)
    batch = hand_out(rig, operation=UNDO)
    assert (batch.deed, batch.runs) == ("unretry", [("c", tickets[2].run)])
    rig.revert("requeue", tickets[2])
    ended = advance(rig, 0, True, operation=UNDO)
    assert (figures(ended), ended.undo_until_ms) == (("done", 1, 1, 0), 0)
    undone = rig.store.run(c.stop(rig.keys, rig.clock.now_us(), PLAN, ACTOR, ""))
    assert figures(undone) == ("undone", 4, 2, 1)
    assert freeze(rig, draft=c.Draft("u2", "undo", "unretry", "", PLAN)).will == 0


def test_undo_is_too_late_after_fifteen_minutes(rig: Rig) -> None:
    """To the millisecond, whenever it was planned."""
    freeze(rig, *fail(rig, "a"))
    begin(rig, 1)
    do(rig, hand_out(rig))
    rig.clock.advance(900)
    freeze(rig, draft=UNRETRY)
    rig.clock.advance(0.001)
    assert begin(rig, 1, UNDO).answer == "expired"
    rig.clock.advance(-0.001)
    assert begin(rig, 1, UNDO).answer == "ok"


@pytest.mark.parametrize(("deed", "undo_ms"), [("trash", 86_400_000), ("delete", 0)])
def test_how_long_other_actions_can_be_taken_back(rig: Rig, deed: c.Deed, undo_ms: int) -> None:
    """The trash for a day, a deletion never."""
    freeze(rig, *fail(rig, "a"), draft=c.Draft(PLAN, deed, deed, "a"))
    begin(rig, 1)
    batch = hand_out(rig)
    assert batch.deed == deed
    rig.trash(*[Enqueued("a", batch.runs[0][1], True, batch.jobs[0][2], True)])
    ended = advance(rig, 0, True)
    assert ended.undo_until_ms == (rig.clock.now_us() // 1000 + undo_ms if undo_ms else 0)


def test_an_operation_that_changed_nothing_cannot_be_taken_back(rig: Rig) -> None:
    """There is nothing to take back."""
    freeze(rig, *fail(rig, "a"))
    begin(rig, 1)
    hand_out(rig)
    assert advance(rig, 0, False).undo_until_ms == 0


def test_all_jobs_of_a_list_page_by_page(rig: Rig) -> None:
    """Each once, as it is now, in as many calls as it takes; a plan of none is no plan."""
    fail(rig, *(f"j{n}" for n in range(5)))
    rig.enqueue("w")
    draft, after, pages = c.Draft("g", "retry", "retry", "all failed"), None, list[tuple[int, int]]()
    while True:
        call = c.gather(
            rig.keys, rig.clock.now_us(), draft, pages[-1][0] if pages else 0, c.Scan("failed", looked=2, after=after)
        )
        found = rig.store.run(call)
        pages.append((found.will, found.looked))
        after = found.after
        if after is None:
            break
    assert pages == [(2, 2), (4, 2), (5, 1)]
    items = [item.decode().split() for item in rig.command("LRANGE", f"{rig.keys.frozen}g", 0, -1)]
    assert [(state, job_id) for _, state, job_id in items] == [("failed", f"j{n}") for n in (4, 3, 2, 1, 0)]
    none = rig.store.run(c.gather(rig.keys, rig.clock.now_us(), draft, 0, c.Scan("trash")))
    assert (none.will, none.looked, none.after) == (0, 0, None)


def test_only_the_jobs_of_a_list_that_match(rig: Rig) -> None:
    """By the same terms as a search."""
    jobs = [c.NewJob(job_id, "work", b'{"n":1}', tenant=tenant) for job_id, tenant in (("a", "t1"), ("b", "t2"))]
    rig.enqueue_jobs(*jobs)
    draft = c.Draft("g", "cancel", "cancel", "all waiting that match tenant:t2")
    scan = c.Scan("waiting", parse_query("tenant:t2 data.n:1"))
    found = rig.store.run(c.gather(rig.keys, rig.clock.now_us(), draft, 0, scan))
    assert (found.will, found.looked, found.sample) == (1, 2, ["b"])


def test_a_page_of_large_payloads_is_shorter(rig: Rig) -> None:
    """And the next goes on behind it: none is passed over."""
    for n in range(6):
        rig.enqueue(f"j{n}", payload=b'{"text":"%s"}' % (b"x" * 200_000))
    draft = c.Draft("g", "cancel", "cancel", "all waiting that match data~x")
    scan = c.Scan("waiting", parse_query("data~x"))
    first = rig.store.run(c.gather(rig.keys, rig.clock.now_us(), draft, 0, scan))
    assert (first.will, first.looked) == (5, 5)
    rest = c.Scan("waiting", scan.query, after=first.after)
    second = rig.store.run(c.gather(rig.keys, rig.clock.now_us(), draft, 5, rest))
    assert (second.will, second.looked, second.sample, second.after) == (6, 1, ["j5"], None)


def test_only_the_newest_thousand_operations_of_a_week_are_listed(rig: Rig) -> None:
    """Older ones leave the list when another begins."""
    freeze(rig, *fail(rig, "a"))
    now_ms = rig.clock.now_us() // 1000
    old = [(now_ms - 7 * 86_400_000 - 1, "old"), (now_ms - 7 * 86_400_000, "week")]
    many = [(now_ms - 1000 + n, f"m{n}") for n in range(1000)]
    for at, name in [*old, *many]:
        rig.command("ZADD", rig.keys.operations, at, name)
    begin(rig, 1)
    names = list(rig.scores("operations"))
    assert (len(names), names[0], names[-1]) == (1_000, "m1", PLAN)


def test_the_book_takes_entries_when_memory_is_full(full: Rig, set_full: Any) -> None:
    """What frees memory must not fail for its entry."""
    freeze(full, *fail(full, "a"), draft=c.Draft(PLAN, "delete", "delete", "a"))
    set_full()
    assert full.store.run(c.book(full.keys, c.Entry("pause", ACTOR)))
    assert begin(full, 1).answer == "ok"
    batch = hand_out(full)
    assert full.store.run(c.trash(full.keys, full.clock.now_us(), "delete", batch.runs)) == ["ok"]
    assert figures(advance(full, 0, True)) == ("done", 1, 1, 0)


def test_the_book_keeps_about_ten_thousand_entries(rig: Rig) -> None:
    """Older ones are trimmed."""
    entry = c.book(rig.keys, c.Entry("pause", ACTOR, reason="r" * 50))
    for _ in range(10_300):
        rig.store.run(entry)
    assert 10_000 <= rig.command("XLEN", rig.keys.audit) < 10_300


def test_another_producers_hash_is_no_operation(rig: Rig) -> None:
    """It is neither begun nor handed out nor shown."""
    rig.command("HSET", f"{rig.keys.operation}{PLAN}", "state", "junk", "will", "junk")
    assert begin(rig, 1).operation is None
    assert hand_out(rig).answer == "over"
