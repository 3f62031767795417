"""Windows over lists: by rank and by cursor, both ways, exact in sorted sets and by time in streams."""

from __future__ import annotations

import pytest

from engine.streams.commands import Settle
from engine.streams.reads import Place, place_of, window
from engine.types import State
from engine.views import Listed, Window
from tests.support.queue import FAILURE, Rig


def see(rig: Rig, listed: Listed, size: int = 3, rank: int = 0, above: str = "", below: str = "") -> Window:
    """The window at this place."""
    return rig.store.run(window(rig.keys, listed, size, Place(rank, above, below)))


def ids(found: Window) -> list[str]:
    """Whom it shows."""
    return [row.id for row in found.rows]


def fill(rig: Rig, listed: Listed, count: int) -> list[str]:
    """So many jobs in this list, in its order."""
    names = [f"j{n}" for n in range(count)]
    if listed == "delayed":
        for n, name in enumerate(names):
            rig.enqueue(name, delay_s=60 + n)
        return names
    rig.enqueue(*names)
    if listed == "waiting":
        return names
    verb = {"completed": "complete", "failed": "fail", "cancelled": "cancel"}.get(listed)
    for delivery in rig.take(count):
        if verb is not None:
            rig.clock.advance(1)
            rig.settle(delivery, verb, FAILURE)  # type: ignore[arg-type]
    return names if listed == "active" else names[::-1]


LISTS: list[Listed] = ["waiting", "delayed", "active", "completed", "failed", "cancelled"]


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_is_walked_down_and_up_again(rig: Rig, listed: Listed) -> None:
    """Windows of three, each begun where the one before ended, show every job once, in order, both ways."""
    order = fill(rig, listed, 8)
    seen: list[str] = []
    found = see(rig, listed)
    assert (found.first, found.total, found.above) == (0, 8, "")
    while True:
        seen += ids(found)
        if not found.below:
            break
        found = see(rig, listed, below=found.below)
    assert (seen, found.first) == (order, 6)
    back = ids(found)
    while found.above:
        found = see(rig, listed, above=found.above)
        back = ids(found) + back
    assert (back, found.first) == (order, 0)


@pytest.mark.parametrize("listed", LISTS)
def test_only_sorted_sets_are_exact(rig: Rig, listed: Listed) -> None:
    """A window says whether the number of its first row is one."""
    fill(rig, listed, 2)
    assert see(rig, listed).exact == (listed not in {"waiting", "active"})


@pytest.mark.parametrize("listed", ["delayed", "completed"])
def test_any_row_of_a_sorted_set_is_reached_by_its_number(rig: Rig, listed: Listed) -> None:
    """From there on, to the end; behind it there is nothing."""
    order = fill(rig, listed, 8)
    for rank in range(9):
        found = see(rig, listed, rank=rank)
        assert (found.first, ids(found)) == (rank, order[rank : rank + 3])
    assert see(rig, listed, rank=100).rows == []


@pytest.mark.parametrize("listed", ["waiting", "active"])
def test_both_ends_of_a_stream_are_reached_by_number(rig: Rig, listed: Listed) -> None:
    """The first rows and the last ones are exactly those; what is between is found by time."""
    order = fill(rig, listed, 8)
    assert ids(see(rig, listed, rank=0)) == order[:3]
    for rank in (5, 6, 7):
        found = see(rig, listed, rank=rank)
        assert (found.first, ids(found), found.below) == (rank, order[rank:], "")
    assert see(rig, listed, rank=8).rows == []


def test_a_row_amid_a_stream_is_found_by_time(bare: Rig) -> None:
    """Of entries that came at a steady pace, the one of that number; and the number of a cursor's row is its own."""
    bare.configure()
    for n in range(1, 101):
        bare.command("XADD", bare.keys.ready, f"{n * 1000}-1", "id", f"j{n}")
        bare.command("HSET", f"{bare.keys.job}j{n}", "name", "work", "state", "waiting", "run", n, "payload", "{}")
    found = see(bare, "waiting", rank=50)
    assert (found.first, found.total, ids(found)) == (50, 100, ["j51", "j52", "j53"])
    assert see(bare, "waiting", below=found.below).first == pytest.approx(53, abs=1)
    assert see(bare, "waiting", above=found.above).first == pytest.approx(47, abs=1)


def test_rows_near_an_end_are_counted(bare: Rig) -> None:
    """Within a hundred rows of the first or the last one, whatever their times; those between are estimated."""
    bare.configure()
    for n in range(400):
        bare.command("XADD", bare.keys.ready, f"{1 if n < 100 else 2 if n < 300 else 3}-{n + 1}", "id", f"j{n}")
        bare.command("HSET", f"{bare.keys.job}j{n}", "name", "work", "state", "waiting", "run", n + 1, "payload", "{}")
    near = see(bare, "waiting", size=50)
    assert [see(bare, "waiting", size=1, below=near.below).first] == [50]
    ends = see(bare, "waiting", size=50, rank=350)
    assert see(bare, "waiting", size=1, above=ends.above).first == 349
    amid = see(bare, "waiting", size=1, below="3 2-200")
    assert (ids(amid), amid.first) == (["j200"], 200)
    assert see(bare, "waiting", size=1, below="3 1-99").first == 99
    assert see(bare, "waiting", size=1, below="3 1-100").first == 200
    assert see(bare, "waiting", size=1, below="3 3-301").first == 301
    assert see(bare, "waiting", size=1, below="3 2-299").first == 200


def test_streams_follow_each_other_in_running_order(rig: Rig) -> None:
    """What was released comes first, then suspects, then the others; a window goes over from one to the next."""
    rig.enqueue("a", "b")
    for delivery in rig.take(2):
        rig.settle(delivery, "release")
    rig.enqueue("s")
    for _ in range(2):
        held = rig.take(3)
        rig.end_leases(*(each for each in held if each.id != "s"))
        rig.settle_many(*(Settle(each.id, each.fence, "release") for each in held if each.id != "s"))
    rig.enqueue("c", "d")
    assert ids(see(rig, "waiting", size=10)) == ["a", "b", "s", "c", "d"]
    first = see(rig, "waiting", size=3)
    second = see(rig, "waiting", size=3, below=first.below)
    assert (ids(second), second.first) == (["c", "d"], 3)
    assert ids(see(rig, "waiting", size=3, above=second.above)) == ["a", "b", "s"]
    assert ids(see(rig, "waiting", size=2, rank=3)) == ["c", "d"]


def test_waiting_and_active_jobs_of_one_stream_are_told_apart(rig: Rig) -> None:
    """By how far the group has read."""
    rig.enqueue(*"abcdef")
    rig.take(2)
    assert (ids(see(rig, "active")), see(rig, "active").total) == (["a", "b"], 2)
    assert (ids(see(rig, "waiting", size=9)), see(rig, "waiting").total) == (["c", "d", "e", "f"], 4)


def test_a_cursor_that_was_overtaken_goes_on_with_what_still_waits(rig: Rig) -> None:
    """The row that it names runs by now, and those behind it."""
    rig.enqueue(*"abcdef")
    cursor = see(rig, "waiting", size=2).below
    rig.take(4)
    found = see(rig, "waiting", size=2, below=cursor)
    assert (ids(found), found.first) == (["e", "f"], 0)


@pytest.mark.parametrize("entry", ["1-5", "2-1", "2-3"])
def test_a_cursor_among_what_runs_goes_on_behind_it(bare: Rig, entry: str) -> None:
    """However far behind: by time, or by number within a millisecond."""
    bare.configure()
    for n, name in enumerate(("1-5", "2-1", "2-3", "3-1")):
        bare.command("XADD", bare.keys.ready, name, "id", f"j{n}")
        state = "active" if n < 3 else "waiting"
        bare.command("HSET", f"{bare.keys.job}j{n}", "name", "work", "state", state, "run", n + 1, "payload", "{}")
    bare.command("XREADGROUP", "GROUP", "workers", "w", "COUNT", 3, "STREAMS", bare.keys.ready, ">")
    assert ids(see(bare, "waiting", size=1, below=f"3 {entry}")) == ["j3"]


def test_a_cursor_whose_job_has_left_goes_on_where_it_was(rig: Rig) -> None:
    """Down and up, in a sorted set."""
    tickets = {name: rig.enqueue(name, delay_s=60 + n)[0] for n, name in enumerate("abcdef")}
    found = see(rig, "delayed", size=2, rank=2)
    rig.cancel(tickets["c"])
    rig.cancel(tickets["d"])
    assert ids(see(rig, "delayed", size=2, below=found.below)) == ["e", "f"]
    assert ids(see(rig, "delayed", size=2, above=found.above)) == ["a", "b"]


def test_the_trash_is_a_list_of_any_ended_state(bare: Rig) -> None:
    """Newest first by when they were thrown away."""
    bare.configure()
    fill(bare, "failed", 1)
    bare.enqueue("done")
    bare.settle(bare.take()[0], "complete", b"1")
    for at, name in enumerate(("j0", "done")):
        bare.command("ZREM", bare.keys.failed, name)
        bare.command("ZREM", bare.keys.completed, name)
        bare.command("ZADD", bare.keys.trash, at, name)
    found = see(bare, "trash")
    assert [(row.id, row.state) for row in found.rows] == [("done", State.COMPLETED), ("j0", State.FAILED)]
    assert (found.total, found.exact) == (2, True)


def test_a_line_tells_what_its_state_has(rig: Rig) -> None:
    """When a delayed job is due, who runs an active one and since when, the group of a failed one."""
    rig.enqueue("late", delay_s=60)
    (delayed,) = see(rig, "delayed").rows
    assert (delayed.due, delayed.worker, delayed.group) == (rig.status("late").due, None, None)
    rig.enqueue("a", "b")
    first, second = rig.take(2, consumer="host~1")
    (running, _) = see(rig, "active").rows
    assert (running.worker, running.started_on, running.due) == ("host", first.fence // 1000, None)
    rig.fail(first, "0123456789ab")
    rig.settle(second, "complete", b"1")
    (failed,) = see(rig, "failed").rows
    assert (failed.group, failed.worker, failed.started_on) == ("0123456789ab", None, None)
    (done,) = see(rig, "completed").rows
    assert (done.group, done.failed_reason) == (None, None)


def test_a_line_has_the_error_without_its_frames(rig: Rig) -> None:
    """However deep they are, and whatever the text says of a stack."""
    rig.enqueue("a")
    error = b'{"type":"E","message":"a \\",\\"stack\\":\\" b","stack":"' + b"x" * 9_000 + b'"}'
    rig.settle(rig.take()[0], "fail", error)
    call = window(rig.keys, "failed", 1, Place())
    assert len(b"".join(rig.store.command(*call.command_with_text()))) < 400
    assert see(rig, "failed").rows[0].failed_reason == 'E: a ","stack":" b'


@pytest.mark.parametrize(
    "spoilt", [{"run": "junk"}, {"state": "junk"}, {"state": "completed"}, {"attempts": "-1"}, {"ended": "junk"}]
)
def test_a_record_that_cannot_be_read_is_passed_over(bare: Rig, spoilt: dict[str, str]) -> None:
    """The others are shown, and the numbers of the rows count it."""
    bare.configure()
    bare.enqueue(*"abc")
    for field, value in spoilt.items():
        bare.command("HSET", bare.keys.job + "b", field, value)
    bare.command("HSET", bare.keys.job + "a", "due", "junk", "group", "\x1b")
    assert (ids(see(bare, "waiting")), see(bare, "waiting").total) == (["a", "c"], 3)


def test_a_due_time_that_is_none_is_left_out(bare: Rig) -> None:
    """The line is there."""
    bare.configure()
    bare.enqueue("a", delay_s=60)
    bare.command("HSET", bare.keys.job + "a", "due", "junk")
    assert [(row.id, row.due) for row in see(bare, "delayed").rows] == [("a", None)]


def test_ids_that_are_no_text_are_gone_on_from(bare: Rig) -> None:
    """A cursor that names one is given back as it came."""
    bare.configure()
    for n, job_id in enumerate((b"a", b"\xff", b"\xff\xfe")):
        bare.command("ZADD", bare.keys.completed, n, job_id)
        bare.command("HSET", bare.keys.job.encode() + job_id, "name", "w", "state", "completed", "run", 1, "ended", n)
    found = see(bare, "completed", size=1)
    found = see(bare, "completed", size=1, below=found.below)
    assert ids(found) == ["\\xff"]
    assert ids(see(bare, "completed", size=1, below=found.below)) == ["a"]
    for job_id in (b"\xff", b"\xff\xfe"):
        bare.command("DEL", bare.keys.job.encode() + job_id)


def test_nothing_is_above_the_first_row_that_waits(rig: Rig) -> None:
    """Nor below the last one: such a window begins where the list does, or where it ends."""
    rig.enqueue(*"abc")
    first, last = place_of(rig.record("a")["at"]), place_of(rig.record("c")["at"])
    assert first is not None
    assert last is not None
    assert see(rig, "waiting", above=first.above) == Window([], 0, 3, False, "", "")
    assert see(rig, "waiting", below=last.above) == Window([], 3, 3, False, "", "")
    assert place_of("nowhere 1-1") is place_of("ready x") is None


def test_nothing_is_above_the_first_row_of_a_sorted_set(rig: Rig) -> None:
    """What was there has left meanwhile: a window without rows, whose ends are those of the list."""
    (first,) = rig.enqueue("a", delay_s=60)
    rig.enqueue("b", "c", delay_s=61)
    found = see(rig, "delayed", size=1, rank=1)
    rig.cancel(first)
    assert see(rig, "delayed", above=found.above) == Window([], 0, 2, True, "", "")


def test_a_line_has_no_secrets(rig: Rig) -> None:
    """What the reason tells is cleared as in the job itself."""
    rig.enqueue("a")
    rig.settle(rig.take()[0], "fail", b'{"type":"E","message":"password=hunter2"}')
    assert see(rig, "failed").rows[0].failed_reason == "E: password=[redacted: text, 7 chars]"


def test_an_empty_list_has_no_rows(rig: Rig) -> None:
    """And ends on both sides."""
    for listed in LISTS:
        assert see(rig, listed) == Window([], 0, 0, listed not in {"waiting", "active"}, "", "")
