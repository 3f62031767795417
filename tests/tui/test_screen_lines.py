"""What the reading screens say, as lines: none is wider than its width, at any width, whatever the data holds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from admin_tui.demo import DemoWorld
from admin_tui.draw.columns import cells_of, place
from admin_tui.draw.line import Line
from admin_tui.known import Known, Who
from admin_tui.link import Link
from admin_tui.screenshots import NOW_US, SEED, WATCHED_S, StillClock
from admin_tui.text import Times, width
from admin_tui.views import job, jobs, overview
from admin_tui.views.header import header, tabs, trouble
from admin_tui.views.health import queue_rows
from admin_tui.views.lines import rule
from admin_tui.views.why import why_lines
from engine import JobDetail, JobLine, Listed, Snapshot

pytestmark = pytest.mark.anyio
VIEWS = ("overview", "jobs", "workers", "limits", "failures", "audit")
WIDTHS = (20, 40, 59, 60, 79, 80, 100, 140, 300)


def text(line: Line) -> str:
    """What is read of a line."""
    return "".join(span.text for span in line)


def too_wide(lines: Sequence[Line], cells: int) -> list[str]:
    """The lines that do not fit."""
    return [text(line) for line in lines if sum(width(span.text) for span in line) > cells]


@pytest.fixture(scope="module")
def world() -> DemoWorld:
    """The invented system at one moment."""
    clock = StillClock(NOW_US)
    made = DemoWorld(clock, random.Random(SEED))
    clock.go_on(WATCHED_S)
    return made


def known(snapshot: Snapshot, *, link: Link | None = None, now_s: float = 0.0, **who: object) -> Known:
    """What is known of it."""
    someone = Who(**{"place": "redis://10.0.0.5:6379/0", "actor": "ana@ops1", **who})  # type: ignore[arg-type]
    return Known(someone, snapshot, link or Link(0.0, took_ms=3.2), now_s)


async def test_the_overview_fits_every_width(world: DemoWorld) -> None:
    """Health, failures, totals and server; rows by their columns."""
    snapshot = await world.engine.snapshot()
    rows = queue_rows(snapshot)
    groups = [group for name in world.engine.queues for group in await world.engine.groups(name)]
    for cells in WIDTHS:
        lines = [
            *overview.health_lines(rows, cells),
            overview.health_line(rows, cells),
            *overview.failure_lines(groups, snapshot.at_ms, cells, 4),
            overview.total_line(snapshot, rows, cells),
            overview.server_line(snapshot, cells),
            *(cells_of(place(overview.overview_columns(), cells), row) for row in rows),
        ]
        assert too_wide(lines, cells) == []


async def test_the_overview_says_first_who_needs_somebody(world: DemoWorld) -> None:
    """The verdict, then the reasons, the worst first."""
    rows = queue_rows(await world.engine.snapshot())
    lines = [text(line) for line in overview.health_lines(rows, 80)]
    assert lines[0].startswith("HEALTH x BAD - ")
    assert lines[1].startswith("  x sync_ads: no workers, ")
    assert len(lines) == 3
    assert text(overview.health_line(rows, 80)).startswith("x BAD ")


def test_a_queue_that_cannot_be_read_is_bad() -> None:
    """It counts among the queues, and is named first with what to do."""
    lines = [text(line) for line in overview.health_lines([], 80, spoilt=["mails"])]
    assert [line.rstrip() for line in lines] == [
        "HEALTH x BAD - 1 of 1 queues needs you",
        "  x mails: its keys cannot be read: see `python -m engine doctor`",
    ]


async def test_the_server_line_tells_what_is_dangerous(world: DemoWorld) -> None:
    """Lost workers are counted apart; a user that may not ask for the server is told so."""
    snapshot = await world.engine.snapshot()
    assert text(overview.server_line(snapshot, 80)).startswith("workers 6 (2 lost)   redis ")
    hidden = type(snapshot)(at_ms=snapshot.at_ms, queues=[], workers=[], server=None)
    assert text(overview.server_line(hidden, 80)) == "workers 0   redis: this user may not ask INFO"


LISTS: Sequence[Listed] = jobs.LISTS


async def some(world: DemoWorld) -> Iterator[tuple[Listed, JobLine]]:
    """A job of each list that has one."""
    found = list[tuple[Listed, JobLine]]()
    for listed in LISTS:
        for queue in world.engine.queues:
            page = await world.engine.window(queue, listed, 1)
            found.extend((listed, row) for row in page.rows)
    return iter(found)


@pytest.mark.parametrize("times", ["relative", "utc", "local"])
async def test_jobs_fit_every_width(world: DemoWorld, times: Times) -> None:
    """Rows of each list, tabs, previews and the line below."""
    snapshot = await world.engine.snapshot()
    [row, *_] = queue_rows(snapshot)
    for cells in WIDTHS:
        lines: list[Line] = [jobs.queue_line(row, cells)]
        for listed, line in await some(world):
            placed = place(jobs.job_columns(listed, snapshot.at_ms, times), cells)
            lines += [
                cells_of(placed, line),
                jobs.state_line(row.view, listed, cells),
                *jobs.preview(None, line, cells, 4),
            ]
        lines.append(jobs.status_line(jobs.Place(999_999, 1_000_000, exact=False), 12, 3, cells))
        assert too_wide(lines, cells) == []


async def test_the_tab_that_is_shown_is_never_cut(world: DemoWorld) -> None:
    """Where there is no room for all, those left of it go."""
    view = (await world.engine.snapshot()).queues[0]
    for listed, short in (("waiting", "[WAIT"), ("failed", "[FAILED"), ("trash", "[TRASH")):
        assert short in text(jobs.state_line(view, listed, 40))  # type: ignore[arg-type]


async def test_a_list_that_wants_to_be_looked_at(world: DemoWorld) -> None:
    """Failed jobs where they fail, else what waits, else whatever there is."""
    views = {view.name: view for view in (await world.engine.snapshot()).queues}
    assert jobs.first_list(views["sync_ads"], failing=True) == "failed"
    assert jobs.first_list(views["sync_ads"], failing=False) == "waiting"
    assert jobs.first_list(views["notify_push"], failing=False) == "waiting"


def test_the_status_line_tells_an_estimate_from_a_number() -> None:
    """`~` is an estimate; marks and what has changed since a freeze are told."""
    assert text(jobs.status_line(jobs.Place(0, 8_836, exact=False), 0, None, 80)) == "row ~1 of 8,836"
    assert text(jobs.status_line(jobs.Place(4, 17, exact=True), -1, 3, 80)) == (
        "all marked   row 5 of 17   3 changed since it was frozen (z shows them)"
    )
    assert text(jobs.status_line(jobs.Place(0, 0, exact=True), 0, None, 80)) == "no rows"


async def details(world: DemoWorld) -> list[JobDetail]:
    """A job of each list that has one, in full."""
    found = list[JobDetail]()
    for listed in LISTS:
        for queue in world.engine.queues:
            page = await world.engine.window(queue, listed, 1)
            for row in page.rows:
                detail = await world.engine.job(queue, row.id)
                assert detail is not None
                found.append(detail)
    return found


async def test_a_job_fits_every_width_and_height(world: DemoWorld) -> None:
    """Heading, facts, timeline, each tab, why; and no part has more lines than it was given."""
    at_ms = (await world.engine.snapshot()).at_ms
    for detail in await details(world):
        for cells in WIDTHS:
            for height in (5, 7, 12, 21, 40):
                parts = job.job_parts(height, len(detail.status.attempts) + 2)
                drawn = job.timeline(detail, at_ms, cells, parts.timeline)
                assert len(drawn) <= parts.timeline
                assert too_wide(drawn, cells) == []
            lines = [
                job.job_heading(detail.status.queue, detail.status.id, detail, at_ms, cells),
                job.job_facts(detail, at_ms, "utc", cells),
                job.why_line(detail, cells),
                job.tab_line(detail, "data", cells),
            ]
            for _, tab in job.TABS:
                lines += job.tab_lines(detail, tab, at_ms, "relative", cells)
            assert too_wide(lines, cells) == []


async def test_a_job_is_acted_on_as_it_was_shown(world: DemoWorld) -> None:
    """With its run, in the list of its state."""
    [failed, *_] = [detail for detail in await details(world) if detail.status.state == "failed"]
    assert job.listed_of(failed) == "failed"
    assert job.line_of(failed.status).run == failed.status.run


async def test_why_tells_each_check_the_verdict_and_what_to_do(world: DemoWorld) -> None:
    """In the engine's order; nothing is cut, long texts go on below."""
    found = await world.engine.explain("sync_ads")
    lines = [text(line) for line in why_lines(found, 80)]
    assert sum(line.startswith(" [NO] ") for line in lines) == sum(check.holds == "no" for check in found.checks)
    assert any(line.startswith(" VERDICT  no worker runs for queue sync_ads") for line in lines)
    for cells in WIDTHS:
        assert too_wide(why_lines(found, cells), max(cells, 20)) == []


async def test_the_header_says_what_may_be_done_and_how_fresh_it_is(world: DemoWorld) -> None:
    """At 40 columns the state of the link is still there; a stale one says its age in capitals."""
    snapshot = await world.engine.snapshot()
    wide = text(header(known(snapshot, profile="prod"), 80))
    assert wide.startswith("PROD  redis://10.0.0.5:6379/0  READ ONLY  ana@ops1")
    assert wide.endswith(f"live  3ms  {wide[-9:]}")
    assert text(header(known(snapshot), 40)).endswith("live")
    stale = Link(0.0, missed=3, error="connection refused")
    assert "STALE 4s" in text(header(known(snapshot, link=stale, now_s=4.0), 80))
    for cells in WIDTHS:
        assert too_wide([header(known(snapshot, writes=True, profile="production"), cells)], cells) == []
        assert (
            too_wide([tabs(["overview", "jobs", "workers", "limits", "failures", "audit"], "jobs", cells)], cells) == []
        )


async def test_trouble_is_told_with_its_age_and_its_cause(world: DemoWorld) -> None:
    """Nothing while answers come; stale, actions are off; down, what Redis said and when it is tried again."""
    snapshot = await world.engine.snapshot()
    assert trouble(known(snapshot), 80) is None
    stale = trouble(known(snapshot, link=Link(0.0, missed=3), now_s=14.2), 80)
    assert stale is not None
    assert text(stale).rstrip() == "data 14 s old, Redis does not answer; actions off"
    down = trouble(known(snapshot, link=Link(0.0, missed=7, error="connection refused"), now_s=20.0), 80)
    assert down is not None
    assert text(down).rstrip() == "DOWN: connection refused; tried again in 2 s; data 20 s old"


def test_a_trend_has_as_many_minutes_in_each_cell_and_not_the_running_one() -> None:
    """A steady pace is a level line, whatever the width: 3 minutes a cell in 10, 2 in 20, 1 in 30."""
    steady = [4.0] * 30 + [1.0]
    assert overview.trend_of(steady, 10) == "█" * 10
    assert overview.trend_of(steady, 20) == "█" * 15
    assert overview.trend_of(steady, 40) == "█" * 30
    assert overview.trend_of([None, 2.0, 4.0, 0.0], 5) == "·▅█"
    assert overview.trend_of([1.0], 5) == ""


def test_a_rule_may_tell_something_and_fills_its_line() -> None:
    """At any width, and no wider."""
    assert text(rule(8)) == "--------"
    assert text(rule(20, "3 changed")) == "-- 3 changed -------"
    assert [sum(width(span.text) for span in rule(cells, "3 changed")) for cells in (4, 8, 13, 80)] == [4, 8, 13, 80]
