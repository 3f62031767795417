"""The table on a screen: what it paints, what its keys do, and that no refresh puts another row under the cursor."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NamedTuple, cast

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from admin_tui.draw.columns import Column
from admin_tui.draw.line import Span
from admin_tui.text import safe
from admin_tui.widgets.window_table import WindowTable
from engine import EngineError
from tests.support.listed import Item, Listed, key
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio

COLUMNS = [
    Column[Item]("ID", lambda item, cells: Span(safe(item.id, cells), "key"), 11),
    Column[Item]("V", lambda item, cells: Span(safe(str(item.version), cells)), 3, flex=1, align="right"),
]


class Shown(App[None]):
    """A table alone."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield WindowTable(COLUMNS, key, empty="no failed jobs; kept 30 d")

    def on_window_table_gone(self, told: WindowTable.Gone) -> None:
        self.told.append(told)

    def on_window_table_opened(self, told: WindowTable.Opened) -> None:
        self.told.append(told)

    def on_window_table_failed(self, told: WindowTable.Failed) -> None:
        self.told.append(told)


class Bench(NamedTuple):
    """A table on a screen, and the keyboard."""

    app: Shown
    pilot: Pilot[None]
    table: WindowTable[Item]

    async def press(self, *keys: str) -> None:
        """The keys went down, and what they asked for is there."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def reload(self) -> None:
        """A tick has passed."""
        self.table.reload()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        return ["".join(segment.text for segment in self.table.render_line(y)).rstrip() for y in range(8)]

    @property
    def row(self) -> str | None:
        """The id under the cursor."""
        return self.table.row.id if self.table.row is not None else None


@asynccontextmanager
async def bench(listed: Listed) -> AsyncGenerator[Bench]:
    """The list is shown, seven rows of it."""
    app = Shown()
    async with app.run_test(size=(24, 8)) as pilot:
        table = cast("WindowTable[Item]", app.query_one(WindowTable))
        table.focus()
        table.show(listed)
        await eventually(lambda: table.loaded)
        await pilot.pause()
        yield Bench(app, pilot, table)


async def test_rows_under_their_titles() -> None:
    """The cursor on the first, each line as wide as the table."""
    async with bench(Listed(1_000_000)) as on:
        assert on.lines == [
            "  ID                  V",
            "> job-0000000         0",
            "  job-0000001         0",
            "  job-0000002         0",
            "  job-0000003         0",
            "  job-0000004         0",
            "  job-0000005         0",
            "  job-0000006         0",
        ]
        assert {sum(segment.cell_length for segment in on.table.render_line(y)) for y in range(8)} == {23}


async def test_an_empty_list_says_so() -> None:
    """In words of its own."""
    async with bench(Listed(0)) as on:
        assert on.lines[1] == "  no failed jobs; kept…"
        await on.press("j", "enter", "space")
        assert (on.row, on.app.told, dict(on.table.marked)) == (None, [], {})


async def test_a_million_rows_from_end_to_end() -> None:
    """One question for the last row, and few rows held."""
    listed = Listed(1_000_000)
    async with bench(listed) as on:
        await on.press("G")
        await eventually(lambda: on.row == "job-0999999")
        assert (listed.calls, len(on.table.rows), on.table.position) == (2, 14, (999_999, True))
        await on.press("k", "pageup", "g")
        await eventually(lambda: on.row == "job-0000000")
        assert on.lines[1] == "> job-0000000         0"


async def test_moving_by_rows_and_pages() -> None:
    """The cursor keeps its line where pages turn."""
    async with bench(Listed(1_000)) as on:
        await on.press("j", "down", "k")
        assert on.row == "job-0000001"
        await on.press("pagedown")
        await eventually(lambda: on.row == "job-0000008")
        assert on.lines[2] == "> job-0000008         0"
        await on.press("pageup")
        assert on.row == "job-0000001"


async def test_marks_are_shown_and_kept() -> None:
    """A star each; the cursor goes on; a range from the last mark; nothing after unmark."""
    async with bench(Listed(100)) as on:
        await on.press("space", "j", "space", "j", "v")
        assert list(on.table.marked) == ["job-0000000", "job-0000002", "job-0000003", "job-0000004"]
        assert on.lines[1:6] == [
            " *job-0000000         0",
            "  job-0000001         0",
            " *job-0000002         0",
            " *job-0000003         0",
            ">*job-0000004         0",
        ]
        await on.press("u")
        assert not on.table.marked
        on.table.all_marked = True
        assert {line[1] for line in on.lines[1:]} == {"*"}
        on.table.show(Listed(3))
        assert not on.table.all_marked


async def test_a_row_that_left_is_told_and_nothing_is_under_the_cursor() -> None:
    """An exclamation mark at its place, `row` is None, and the next movement takes the row that came up there."""
    listed = Listed(100)
    async with bench(listed) as on:
        await on.press("j", "j")
        listed.remove(2)
        await on.reload()
        assert on.row is None
        assert on.lines[2:5] == ["  job-0000001         0", "! job-0000003         0", "  job-0000004         0"]
        assert [told.key for told in on.app.told if isinstance(told, WindowTable.Gone)] == ["job-0000002"]
        await on.press("enter")
        assert not [told for told in on.app.told if isinstance(told, WindowTable.Opened)]
        await on.press("j")
        assert on.row == "job-0000003"


async def test_rows_that_come_in_do_not_move_the_screen() -> None:
    """The cursor's row stays on its line, its number grows."""
    listed = Listed(100)
    async with bench(listed) as on:
        await on.press("j", "j")
        before = on.lines
        for number in range(30):
            listed.add(-number - 1, f"new-{number}")
        await on.reload()
        assert on.lines == before
        assert on.table.position == (32, True)
        assert on.table.scroll_y == 30


async def test_only_lines_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row changed, one line; nothing changed, none."""
    listed = Listed(100)
    async with bench(listed) as on:
        painted = list[int]()
        drawn = on.table.refresh

        def refresh(*regions: object, **options: object) -> WindowTable[Item]:
            painted.extend(getattr(region, "y", -1) for region in regions or (None,))
            return drawn(*regions, **options)  # type: ignore[arg-type]  # passed on as it came

        monkeypatch.setattr(on.table, "refresh", refresh)
        await on.reload()
        assert painted == []
        listed.items[3] = listed.items[3]._replace(version=7)
        await on.reload()
        assert (painted, on.lines[4]) == ([4], "  job-0000003         7")
        painted.clear()
        await on.press("j")
        assert sorted(painted) == [1, 2]


async def test_the_wheel_takes_the_cursor_along() -> None:
    """It is always on the screen."""
    async with bench(Listed(1_000)) as on:
        on.table.scroll_to(y=500, animate=False)
        await eventually(lambda: on.row == "job-0000500")
        assert on.lines[1] == "> job-0000500         0"


async def test_a_click_chooses_and_a_second_one_opens() -> None:
    """The line of titles is no row."""
    async with bench(Listed(100)) as on:
        await on.pilot.click(on.table, offset=(5, 4))
        assert (on.row, on.app.told) == ("job-0000003", [])
        await on.pilot.click(on.table, offset=(5, 0))
        await on.pilot.click(on.table, offset=(5, 4))
        await on.pilot.pause()
        assert [type(told) for told in on.app.told] == [WindowTable.Opened]


async def test_a_frozen_table_holds_still_and_counts() -> None:
    """Then it goes on from what is."""
    listed = Listed(100)
    async with bench(listed) as on:
        on.table.frozen = True
        listed.items[0] = listed.items[0]._replace(version=9)
        listed.add(10**9, "new")
        await on.reload()
        assert (on.lines[1], on.table.changed) == ("> job-0000000         0", 1)
        on.table.frozen = False
        await on.reload()
        assert (on.lines[1], on.table.changed) == ("> job-0000000         9", 0)


async def test_a_read_that_fails_leaves_the_old_rows() -> None:
    """It is told once for each tick."""
    listed = Listed(100)
    async with bench(listed) as on:

        def away() -> None:
            raise EngineError("Redis does not answer")

        listed.before = away
        before = on.lines
        await on.reload()
        assert on.lines == before
        assert [str(told.error) for told in on.app.told if isinstance(told, WindowTable.Failed)] == [
            "Redis does not answer"
        ]
        listed.before = lambda: None
        await on.reload()
        assert on.row == "job-0000000"


async def test_columns_may_change_with_the_time() -> None:
    """Set anew, they are painted."""
    async with bench(Listed(10)) as on:
        on.table.columns = [Column[Item]("WHEN", lambda _, cells: Span(safe("now", cells)), 5)]
        assert on.lines[:2] == ["  WHEN", "> now"]


async def test_a_screen_that_changes_its_size_keeps_the_row() -> None:
    """Narrower, lower, taller: the cursor is on it and can be seen."""
    async with bench(Listed(1_000)) as on:
        await on.press("pagedown", "pagedown", "j", "j", "j", "j")
        await eventually(lambda: on.row == "job-0000018")
        for size in ((20, 4), (40, 30), (24, 8)):
            await on.pilot.resize_terminal(*size)
            await on.pilot.pause()
            assert on.row == "job-0000018"
            top = on.table.position[0] - round(on.table.scroll_y)
            assert 0 <= top < size[1] - 1


async def test_a_table_that_left_the_screen_lets_its_call_end() -> None:
    """The answer is dropped; nothing is cut off, nothing is raised."""
    listed = Listed(100)
    async with bench(listed) as on:
        listed.turns = 3
        on.table.reload()
        await on.table.remove()
        await on.app.workers.wait_for_complete()
        assert listed.calls == 2
