"""The program on an invented system, key by key: where each leads, what stays quiet, and what an outage looks like."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from admin_tui.app import AdminApp
from admin_tui.dialogs.dialog import Dialog
from admin_tui.keys import SCREENS
from admin_tui.link import DOWN, STALE, Link
from admin_tui.screens.job import JobView
from admin_tui.screens.jobs import Jobs
from admin_tui.screens.log import PAGE, LogView
from admin_tui.screens.reading import Reading
from admin_tui.screens.shell import Shell
from admin_tui.screens.view import View
from admin_tui.screens.why import WhyView
from admin_tui.screenshots import open_still
from engine import LogEntry, LogPage
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
Kind = TypeVar("Kind", bound=View)


class Driven:
    """The program with keys pressed by a test."""

    def __init__(self, app: AdminApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """The keys were pressed, and what they led to is on the screen."""
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def rest(self) -> None:
        """What was asked is answered and drawn."""
        for _ in range(3):
            await self.pilot.pause()
            await self.app.calls.settled()
        await self.pilot.pause()

    @property
    def text(self) -> str:
        """What is read on the screen."""
        compositor = self.app.screen._compositor  # pyright: ignore[reportPrivateUsage] - what would be painted
        return "\n".join(strip.text for strip in compositor.render_strips())

    async def shows(self, words: str) -> None:
        """The words are on the screen, now or in a moment."""

        async def shown() -> bool:
            await self.pilot.pause()
            return words in self.text

        await eventually(shown, within_s=20.0)

    def at(self, kind: type[Kind]) -> Kind:
        """The view that is shown, which is of this kind."""
        view = self.shell.view
        assert isinstance(view, kind)
        return view

    @property
    def shell(self) -> Shell:
        """The frame on top."""
        shell = self.app.shell
        assert shell is not None
        return shell


@asynccontextmanager
async def driven(size: tuple[int, int] = (80, 24), *, writes: bool = False) -> AsyncGenerator[Driven]:
    """The program on the invented system, at rest."""
    app = AdminApp(await open_still(writes=writes), now_s=lambda: 0.0, interval_s=3_000.0)
    async with app.run_test(size=size) as pilot:
        found = Driven(app, pilot)
        await found.rest()
        yield found
        app.polling.close()


async def test_the_numbers_lead_to_the_views() -> None:
    """Each has its tab in brackets; `-` leads back to the one before, Esc to the overview, and no further."""
    async with driven() as it:
        for key, name in zip("123456", it.app.view_names, strict=True):
            await it.press(key)
            assert it.shell.view.name_ == name
            assert f"[{key} {name.capitalize()}]" in it.text
        await it.press("minus")
        assert it.shell.view.name_ == "failures"
        await it.press("escape")
        assert it.shell.view.name_ == "overview"
        await it.press("escape", "q", "escape")
        assert it.shell.view.name_ == "overview"
        assert it.app.is_running


async def test_enter_leads_from_the_queue_to_its_jobs_to_a_job_to_its_log_and_esc_back() -> None:
    """Each level is one key; so is the way back."""
    async with driven() as it:
        await it.press("enter")
        assert it.at(Jobs).queue == "sync_ads"
        await it.press("enter")
        it.at(JobView)
        await it.press("l")
        it.at(LogView)
        await it.press("escape")
        it.at(JobView)
        await it.press("w")
        it.at(WhyView)
        await it.shows("VERDICT")
        await it.press("q", "q")
        it.at(Jobs)
        assert len(it.app.screen_stack) == 2


async def test_the_last_lines_of_a_log_that_came_in_whole_pages_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page behind them that is empty draws what those before it left undrawn."""

    def page(first: int) -> LogPage:
        lines = [
            LogEntry(f"1790000000000-{n}", 1_790_000_000_000, 1, f"INFO line-{n:04d}")
            for n in range(first, first + PAGE)
        ]
        return LogPage(lines, lines[-1].id)

    pages = iter([page(0), page(PAGE), page(2 * PAGE), page(3 * PAGE)])

    async def log(_queue: str, _job_id: str, after: str = "", _limit: int = 0) -> LogPage:
        return next(pages, LogPage([], after))

    async with driven() as it:
        monkeypatch.setattr(it.app.eyes, "log", log)
        await it.press("enter", "enter")
        it.app.polling.close()  # a snapshot draws too, a second later
        it.app.now_s = time.monotonic
        await it.press("l")
        await it.shows(f"line-{4 * PAGE - 1:04d}")


async def test_a_log_that_is_gone_asks_for_nothing() -> None:
    """A timer that was about to go off as the screen was left finds nobody to ask."""
    async with driven() as it:
        await it.press("enter", "enter", "l")
        gone = it.at(LogView)
        await it.press("escape")
        gone._tick()  # pyright: ignore[reportPrivateUsage] - as its timer does
        it.at(JobView)


@pytest.mark.parametrize("key", ["C", "P"])
async def test_a_dialog_that_is_gone_is_not_made_ready(key: str) -> None:
    """Its timer may be about to go off as it is left."""
    async with driven(writes=True) as it:
        await it.press(key)
        gone = it.app.screen
        assert isinstance(gone, Dialog)
        await it.press("escape")
        gone.looked_at()
        assert it.app.screen is not gone


@pytest.mark.parametrize("name", ["overview", "jobs", "job", "log", "reading"])
async def test_question_mark_shows_the_keys_of_the_screen(name: str) -> None:
    """The page is made of the table of keys; Esc leads back to where it was asked."""
    ways = {"overview": (), "jobs": ("2",), "job": ("2", "enter"), "log": ("2", "l"), "reading": ("w",)}
    assert name in SCREENS
    async with driven() as it:
        await it.press(*ways[name])
        await it.press("question_mark")
        it.at(Reading)
        assert f"KEYS of {name}" in it.text
        await it.press("escape")
        assert it.shell.view.name_ == name


async def test_typed_letters_are_text_while_a_field_has_the_focus() -> None:
    """Keys of views, of actions and of the program alike: nothing but the field sees them."""
    async with driven(writes=True) as it:
        await it.press("slash", *"PX2q")
        assert isinstance(it.app.focused, Input)
        assert it.app.focused.value == "PX2q"
        assert it.shell.view.name_ == "overview"
        assert len(it.app.screen_stack) == 2
        await it.press("escape")
        assert it.app.focused.id == "table"
        assert "sync_ads" in it.text


async def test_a_filter_of_rows_keeps_those_that_hold_it_until_esc() -> None:
    """Enter keeps it; the cursor is on the first of them."""
    async with driven() as it:
        await it.press("slash", *"notify", "enter")
        assert "notify_email" in it.text
        assert "score_run" not in it.text
        await it.press("escape")
        assert "score_run" in it.text


async def test_a_query_finds_jobs_by_the_engines_language_and_says_how_much_was_seen() -> None:
    """Hits, coverage, and the list again after Esc."""
    async with driven() as it:
        await it.press("down", "enter", *["right"] * 4)
        await it.press("slash", "e", "r", "r", "~", *"invalid", "enter")
        await it.shows(" hits, seen 100%")
        await it.shows("row 1 of 8")
        await it.press("escape")
        await it.shows(f"row 1 of {(await _failed(it)):,}")


async def test_a_query_that_cannot_be_read_is_told_beneath_and_may_be_mended() -> None:
    """The field keeps the focus and its text."""
    async with driven() as it:
        await it.press("2", "slash", *"nonsense", "enter")
        await it.rest()
        await it.shows("cannot read 'nonsense'")
        assert isinstance(it.app.focused, Input)
        assert it.app.focused.value == "nonsense"


async def test_the_line_behind_the_colon_leads_to_views_queues_and_jobs() -> None:
    """Beginnings of names are enough where only one begins so; what cannot be read is told."""
    async with driven() as it:
        await it.press("colon", *"work", "enter")
        assert it.shell.view.name_ == "workers"
        await it.press("colon", "q", "space", *"thu", "enter")
        assert it.at(Jobs).queue == "thumbs"
        await it.press("colon", "j", "space", *"sync_ads", "space", *"sync_ads-w-0000003", "enter")
        it.at(JobView)
        assert "sync_ads-w-0000003" in it.text
        await it.press("escape", "colon", *"nowhere", "enter")
        assert "'nowhere': write a view's name" in it.text


async def test_copying_names_what_is_copied_in_a_plain_line() -> None:
    """`y i` the id, `y c` the command line; any other key copies nothing."""
    async with driven() as it:
        await it.press("2", "y")
        assert "i id  k key  j JSON  c command" in it.text
        await it.press("i")
        assert it.app.clipboard == "sync_ads-w-0000000"
        assert "copied id: sync_ads-w-0000000" in it.text
        await it.press("y", "c")
        assert it.app.clipboard == "python -m engine status sync_ads sync_ads-w-0000000"
        await it.press("y", "z")
        assert it.app.clipboard == "python -m engine status sync_ads sync_ads-w-0000000"
        assert not it.app.known.frozen


async def test_an_export_has_all_that_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole list, page by page, as JSON lines, not what is on the screen."""
    monkeypatch.chdir(tmp_path)
    async with driven() as it:
        await it.press("down", "enter", *["right"] * 4, "e")
        await it.rest()
        await it.shows(f"{(await _failed(it)):,} rows in ")
        rows = _rows_in(tmp_path)
        assert len({row["id"] for row in rows}) == len(rows) == await _failed(it)
        assert {row["state"] for row in rows} == {"failed"}


async def _failed(it: Driven) -> int:
    return (await it.app.eyes.window("ingest_reviews", "failed", 1)).total


def _rows_in(directory: Path) -> list[dict[str, str]]:
    [path] = directory.glob("ingest_reviews-failed-*.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_freezing_holds_the_rows_and_says_so() -> None:
    """`z` once holds, twice lets go."""
    async with driven() as it:
        await it.press("z")
        assert "FROZEN" in it.text
        await it.press("2")
        await it.shows("changed since it was frozen")
        await it.press("z")
        assert "FROZEN" not in it.text


async def test_neighbours_of_a_job_are_those_of_the_list_it_came_from() -> None:
    """`n` and `p`; beyond the ends there is none."""
    async with driven() as it:
        await it.press("2", "enter", "n", "n")
        assert "sync_ads-w-0000002" in it.text
        await it.press("p", "p", "p")
        assert "sync_ads-w-0000000" in it.text
        assert "there is no other job in the list" in it.text
        await it.press("escape")
        it.at(Jobs)


async def test_a_job_that_is_gone_stays_as_it_was_last_seen_and_cannot_be_acted_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says since when it is gone."""

    async def none(*_: object) -> None: ...

    async with driven(writes=True) as it:
        await it.press("2", "enter")
        view = it.at(JobView)
        assert view.target("retry") is not None
        monkeypatch.setattr(it.app.eyes, "job", none)
        view.got(None)
        await it.shows("GONE: this job was removed")
        assert '"tenantId"' in it.text
        assert view.target("retry") is None


async def test_an_outage_keeps_the_rows_and_says_how_old_they_are() -> None:
    """Stale first, down later, each with its words; the next answer takes them back."""
    async with driven() as it:
        session_s = [0.0]
        it.app.now_s = lambda: session_s[0]
        stale = Link(0.0, missed=STALE, error="connection refused")
        session_s[0] = 4.0
        it.app.polling.link = stale
        it.app.answered(stale, None)
        await it.rest()
        assert "STALE 4s" in it.text
        assert "data 4 s old, Redis does not answer; actions off" in it.text
        assert "sync_ads" in it.text
        it.app.polling.link = stale._replace(missed=DOWN)
        it.app.answered(it.app.polling.link, None)
        await it.rest()
        assert "DOWN: connection refused; tried again in 1 s; data 4 s old" in it.text
        it.app.polling.link = stale.answered(4.0, 2.0)
        it.app.answered(it.app.polling.link, it.app.known.snapshot)
        await it.rest()
        assert "DOWN" not in it.text
        assert "live" in it.text


async def test_keys_that_change_something_are_refused_in_a_session_that_only_looks() -> None:
    """No dialog opens, and the queue is as it was."""
    async with driven() as it:
        await it.press("P")
        assert len(it.app.screen_stack) == 2
        assert [queue.name for queue in it.app.known.snapshot.queues if queue.limits.paused] == ["score_run"]


async def test_a_failed_job_is_retried_by_one_dialog() -> None:
    """The plan is of the job under the cursor; `y` does it."""
    async with driven(writes=True) as it:
        await it.press("down", "enter", *["right"] * 4, "R")
        assert len(it.app.screen_stack) == 3
        await it.shows("RETRY job ingest_reviews-")


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (40, 10), (140, 40)])
async def test_each_view_fills_its_screen_and_keeps_its_footer(size: tuple[int, int]) -> None:
    """The lowest line has the keys, the second one says where this is, whatever the size."""
    async with driven(size) as it:
        for keys in (["1"], ["2"], ["3"], ["4"], ["5"], ["6"], ["2", "enter"], ["l"], ["q", "w"]):
            await it.press(*keys)
            rows = it.text.splitlines()
            assert len(rows) == size[1]
            assert "? keys  q back" in rows[-1]
            assert rows[1].strip("| ")


async def test_a_terminal_that_is_too_small_is_told_what_is_needed() -> None:
    """One line; when it is larger again, all is there."""
    async with driven((39, 9)) as it:
        assert "too small (39x9), need 40x10" in it.text
        await it.pilot.resize_terminal(80, 24)
        await it.rest()
        assert "HEALTH" in it.text
