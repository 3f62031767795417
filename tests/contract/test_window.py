"""Windows over lists: their order, their ends, and that nothing moves past a reader."""

from __future__ import annotations

import pytest

from engine import Action, Chosen, Listed, Matching, SettingError, State, UnknownQueue
from tests.contract.world import QUEUE, World

pytestmark = pytest.mark.anyio

TEN = [f"j{n}" for n in range(10)]


async def test_ended_jobs_come_newest_first(world: World) -> None:
    """The last that ended is the first row."""
    world.completed("a", "b", "c")
    found = await world.hands.window(QUEUE, "completed", 10)
    assert [row.id for row in found.rows] == ["c", "b", "a"]
    assert (found.first, found.total, found.exact, found.above, found.below) == (0, 3, True, "", "")


async def test_delayed_jobs_come_by_due_time(world: World) -> None:
    """The next one due is the first row, and each says when it is due."""
    world.put("late", delay_s=900)
    world.put("soon", delay_s=300)
    found = await world.hands.window(QUEUE, "delayed", 10)
    assert [row.id for row in found.rows] == ["soon", "late"]
    assert found.exact
    soon, late = found.rows
    assert soon.due is not None
    assert late.due is not None
    assert late.due - soon.due > 590_000


async def test_waiting_jobs_come_in_running_order(world: World) -> None:
    """The next one to run is the first row; their ranks are not known, only their order."""
    world.put(*TEN)
    found = await world.hands.window(QUEUE, "waiting", 100)
    assert [row.id for row in found.rows] == TEN
    assert (found.total, found.exact, found.above, found.below) == (10, False, "", "")


async def test_active_jobs_name_their_worker(world: World) -> None:
    """Who runs it, and since when; the waiting ones beside them are not in the list."""
    world.put("a", "b")
    assert world.start(1, "w7~42") == ["a"]
    [row] = await world.lines("active")
    assert (row.id, row.state, row.worker) == ("a", State.ACTIVE, "w7")
    assert row.started_on is not None
    assert row.started_on >= row.timestamp
    assert await world.ids("waiting") == ["b"]


async def test_a_line_has_what_a_list_shows(world: World) -> None:
    """Name, tenant, attempts, times, reason and group of a failed job."""
    world.failed("f", message="no such page", tenant="t1")
    [row] = await world.lines("failed")
    assert (row.id, row.name, row.state, row.tenant) == ("f", "work", State.FAILED, "t1")
    assert (row.attempts_made, row.failed_reason, row.due) == (1, "ValueError: no such page", None)
    assert row.finished_on is not None
    assert row.timestamp == row.run // 1000
    [group] = await world.hands.groups(QUEUE)
    assert row.group == group.fingerprint


async def test_a_retried_job_is_delayed_and_says_why(world: World) -> None:
    """Its attempts are counted and the reason of the last one is told."""
    world.active("r")
    world.player.retry("r", message="503")
    [row] = await world.lines("delayed")
    assert (row.state, row.attempts_made, row.failed_reason) == (State.DELAYED, 1, "ValueError: 503")


LISTS: list[Listed] = ["waiting", "delayed", "active", "completed", "failed", "cancelled", "trash"]


@pytest.mark.parametrize("listed", LISTS)
async def test_an_empty_list_is_a_window_without_rows(world: World, listed: Listed) -> None:
    """No rows, no cursors, wherever it is asked for."""
    for rank in (None, 7):
        found = await world.hands.window(QUEUE, listed, 10, rank=rank)
        assert (found.rows, found.first, found.total, found.above, found.below) == ([], 0, 0, "", "")


@pytest.mark.parametrize("listed", LISTS)
async def test_cursors_lead_through_the_whole_list_and_back(world: World, listed: Listed) -> None:
    """Windows joined by `below` are the list, those joined by `above` too, whatever is listed."""
    await _ten(world, listed)
    every = await world.ids(listed)
    assert sorted(every) == TEN
    window = await world.hands.window(QUEUE, listed, 4)
    down = [row.id for row in window.rows]
    while window.below:
        window = await world.hands.window(QUEUE, listed, 4, below=window.below)
        down += [row.id for row in window.rows]
        assert window.above
    assert down == every
    up = [row.id for row in window.rows]
    while window.above:
        window = await world.hands.window(QUEUE, listed, 4, above=window.above)
        up = [row.id for row in window.rows] + up
    assert up == every


@pytest.mark.parametrize("listed", ["delayed", "completed", "failed", "trash"])
async def test_a_rank_is_where_the_row_lies(world: World, listed: Listed) -> None:
    """The window from row 6 on begins with the seventh row, and goes on both ways."""
    await _ten(world, listed)
    every = await world.ids(listed)
    found = await world.hands.window(QUEUE, listed, 3, rank=6)
    assert [row.id for row in found.rows] == every[6:9]
    assert (found.first, found.total, found.exact) == (6, 10, True)
    above = await world.hands.window(QUEUE, listed, 3, above=found.above)
    below = await world.hands.window(QUEUE, listed, 3, below=found.below)
    assert ([row.id for row in above.rows], above.first) == (every[3:6], 3)
    assert ([row.id for row in below.rows], below.first, below.below) == (every[9:], 9, "")


async def test_a_rank_of_a_stream_is_near(world: World) -> None:
    """A jump into the waiting jobs answers consecutive rows, with an estimate of where they lie."""
    world.put(*TEN)
    found = await world.hands.window(QUEUE, "waiting", 3, rank=5)
    ids = [row.id for row in found.rows]
    assert ids
    at = TEN.index(ids[0])
    assert ids == TEN[at : at + len(ids)]
    assert 0 <= found.first < 10
    assert not found.exact


async def test_a_reader_is_passed_by_nobody(world: World) -> None:
    """Jobs that come before a cursor or leave the list move no other past it."""
    world.completed(*TEN)
    first = await world.hands.window(QUEUE, "completed", 4)
    assert [row.id for row in first.rows] == ["j9", "j8", "j7", "j6"]
    world.completed("new1", "new2")
    second = await world.hands.window(QUEUE, "completed", 4, below=first.below)
    assert [row.id for row in second.rows] == ["j5", "j4", "j3", "j2"]
    assert second.first == 6
    back = await world.hands.window(QUEUE, "completed", 10, above=second.above)
    assert [row.id for row in back.rows] == ["new2", "new1", "j9", "j8", "j7", "j6"]


@pytest.mark.parametrize("listed", ["completed", "trash"])
async def test_a_cursor_outlives_its_row(world: World, listed: Listed) -> None:
    """The row that a cursor names may leave the list: the next window goes on where it was."""
    await _ten(world, listed)
    every = await world.ids(listed)
    first = await world.hands.window(QUEUE, listed, 4)
    gone = [row for row in first.rows if row.id in (every[3], every[1])]
    action: Action = "trash" if listed == "completed" else "restore"
    await world.done(await world.plan(action, Chosen(gone)))
    second = await world.hands.window(QUEUE, listed, 4, below=first.below)
    assert [row.id for row in second.rows] == every[4:8]
    assert second.first == 2


async def test_a_waiting_row_may_start_under_a_cursor(world: World) -> None:
    """What runs meanwhile is no longer listed, and the rows behind the cursor are the same."""
    world.put(*TEN)
    first = await world.hands.window(QUEUE, "waiting", 4)
    assert world.start(4) == TEN[:4]
    second = await world.hands.window(QUEUE, "waiting", 4, below=first.below)
    assert [row.id for row in second.rows] == TEN[4:8]


@pytest.mark.parametrize("size", [0, -3, 251])
async def test_a_window_is_bounded(world: World, size: int) -> None:
    """A call reads as many rows as a screen has, never all."""
    with pytest.raises(SettingError, match="size must be between 1 and 250"):
        await world.hands.window(QUEUE, "completed", size)


async def test_an_unknown_queue_is_told(world: World) -> None:
    """The error names the queues that there are."""
    with pytest.raises(UnknownQueue, match="play"):
        await world.hands.window("nowhere", "failed", 10)


async def _ten(world: World, listed: Listed) -> None:
    """The jobs j0 to j9 are in this list."""
    match listed:
        case "completed":
            world.completed(*TEN)
        case "failed":
            world.failed(*TEN)
        case "trash":
            world.failed(*TEN)
            await world.act("trash", "failed")
        case "delayed":
            for n, job_id in enumerate(TEN):
                world.put(job_id, delay_s=1000 + n)
        case _:
            world.put(*TEN)
            if listed == "active":
                assert sorted(world.start(10) + world.start(10)) == TEN
            elif listed == "cancelled":
                await world.done(await world.plan("cancel", Matching("waiting")))


@pytest.mark.parametrize("listed", ["waiting", "completed", "delayed"])
async def test_a_cursor_is_a_place_and_can_be_given_either_way(world: World, listed: Listed) -> None:
    """Above what lies below a window is the window, and below what lies above it."""
    await _ten(world, listed)
    every = await world.ids(listed)
    first = await world.hands.window(QUEUE, listed, 3)
    middle = await world.hands.window(QUEUE, listed, 4, below=first.below)
    assert [row.id for row in middle.rows] == every[3:7]
    assert await world.ids(listed, 3, above=middle.below) == every[3:6]
    assert await world.ids(listed, 3, below=middle.above) == every[4:7]


@pytest.mark.parametrize("listed", ["waiting", "completed", "delayed"])
async def test_beyond_the_ends_there_are_no_rows(world: World, listed: Listed) -> None:
    """Above the first row a window begins at 0, below the last one at the list's end."""
    await _ten(world, listed)
    first = (await world.hands.window(QUEUE, listed, 1)).below
    last = (await world.hands.window(QUEUE, listed, 1, below=(await world.hands.window(QUEUE, listed, 9)).below)).above
    above = await world.hands.window(QUEUE, listed, 5, above=first)
    below = await world.hands.window(QUEUE, listed, 5, below=last)
    assert ([row.id for row in above.rows], above.first) == ([], 0)
    assert ([row.id for row in below.rows], below.first) == ([], 10)
