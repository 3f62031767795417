"""The views of workers, limits, failures, the book and plans as they stand on a screen; nothing is too wide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pytest

from admin_tui.actions.deeds import DEEDS
from admin_tui.draw.columns import Column, cells_of, place, titles
from admin_tui.draw.line import Line
from admin_tui.text import Safe, width
from admin_tui.views.audit import audit_columns, audit_detail, audit_rows
from admin_tui.views.failures import failure_columns, failure_detail, failure_rows, failure_summary
from admin_tui.views.limits import limit_columns, limit_detail, limit_rows, limit_summary
from admin_tui.views.plan import plan_lines
from admin_tui.views.workers import worker_columns, worker_detail, worker_rows, worker_summary
from engine import Limit, State, Waiter, Waiters
from tests.support.operator import NOW_MS, entry, group, limits, line, operation, plan, queue, snapshot, worker

Row = TypeVar("Row")
SIZES = [(80, 24), (60, 20), (120, 40)]
HOSTILE = "[/x]\x1b]52;c;QUFB\x07\u202ea🧨\u0301" * 9

SEEN = snapshot(
    queue(
        "ingest_reviews",
        view=limits("ingest_reviews", rate=Limit(5.0, 10.0), burst=Limit(1.0, 1.0), tokens=0.2, concurrency=Limit(3.0)),
        waiting=118_000,
        oldest_waiting_ms=2_460_000,
    ),
    queue("score_run", view=limits("score_run", paused=True), waiting=12_400),
    queue("thumbs", view=limits("thumbs", rate=Limit(50.0), burst=Limit(100.0), tokens=62.4, active=2)),
    workers=[
        worker("ops-w9/0931", {"sync_ads": 4}, seen_ms=NOW_MS - 7_080_000),
        worker("ops-w1/1710", {"ingest_reviews": 3}),
        worker("ops-w2/1802", {"score_run": 2}, version="2.30"),
    ],
)
HELD = [
    line("01J9ZK3M2R7QM1", State.ACTIVE, worker="ops-w1/1710", started_on=NOW_MS - 58_000, tenant="tenant-42"),
    line("01J9ZK3M2R7R12", State.ACTIVE, worker="ops-w1/1710", started_on=NOW_MS - 4_100, tenant="tenant-17"),
    line("01J9ZK3M2R7R40", State.ACTIVE, worker="ops-w1/1710", started_on=NOW_MS - 30_000, tenant="tenant-88"),
]


def text(shown: Line) -> str:
    return "".join(span.text for span in shown).rstrip()


def table(columns: Sequence[Column[Row]], rows: Sequence[Row], cells: int) -> list[str]:
    placed = place(columns, cells)
    return [text(titles(placed)), *(text(cells_of(placed, row)) for row in rows)]


def test_workers_at_80() -> None:
    """Lost workers first, with their places, the jobs that they hold, and their heartbeats."""
    rows = worker_rows(SEEN, {"ingest_reviews": HELD})
    assert text(worker_summary(rows, 78)) == "2 alive   1 lost   places 3/5 busy (60%)   2.31 x2, others x1"
    assert table(worker_columns(NOW_MS), rows, 78) == [
        "  WORKER              PLACES QUEUES               LONGEST   UP  BEAT VERSION",
        "x ops-w9/0931            0/4 sync_ads                   -    - 1h58m 2.31",
        "! ops-w1/1710            3/3 ingest_reviews           58s   2h    1s 2.31",
        "P ops-w2/1802            0/2 score_run                  -   2h    1s 2.30",
    ]
    assert [text(shown) for shown in worker_detail(rows[1], NOW_MS, 78, 8)] == [
        "ops-w1/1710   ops-w1 pid 1710   up 2h   2.31   ingest_reviews 3",
        "01J9ZK3M2R7QM1                 ingest_reviews        tenant-42           58.0s",
        "01J9ZK3M2R7R40                 ingest_reviews        tenant-88           30.0s",
        "01J9ZK3M2R7R12                 ingest_reviews        tenant-17            4.1s",
    ]


def test_limits_at_80() -> None:
    """Each limit as it holds, set ones marked, the bucket's level, who waits, and how long that takes."""
    rows = limit_rows(SEEN)
    assert text(limit_summary(rows, 78)) == "3 limits   1 held   read from what the engine enforces; * set at run time"
    assert table(limit_columns(), rows, 78) == [
        "  LIMIT                   RATE BURST TOKENS           ACTIVE EACH  WAIT   NEXT",
        "! ingest_reviews         10/s*    1* ##........    0       0    3  118k   80ms",
        "P score_run                  -     - -                     0    2 12.4k      -",
        ". thumbs                  50/s   100 ######....   62       2    2     0      -",
    ]
    waiters = Waiters([Waiter("tenant-42", 190, NOW_MS - 2_460_000), Waiter(None, 60, NOW_MS - 9_000)], 250, 118_000)
    assert [text(shown) for shown in limit_detail(rows[0], waiters, NOW_MS, 78, 12)] == [
        "ingest_reviews   3 places in all workers",
        "concurrency  3 configured",
        "rate         10 set, 5 configured",
        "burst        1 set, 1 configured",
        "max_active   none",
        "drain        at 10/s in 3h16m, at 20/s in 1h38m",
        "WHO WAITS of the first 250",
        "  tenant-42                       190     41m",
        "  no tenant                        60      9s",
    ]


def test_failures_at_80() -> None:
    """Groups with most jobs first, and of one its times, its trend, its newest reason and innermost frames."""
    rows = failure_rows([group("a1b2c3d4e5f6", 911, total=1_204, minutes=[1, 2, 3] * 10), group("bb", 4)])
    assert text(failure_summary(rows, NOW_MS, 78)) == "915 failed in 2 groups   1 still failing   oldest 41m"
    assert table(failure_columns(NOW_MS), rows, 78) == [
        "  ERROR                             JOBS TOTAL FIRST  LAST QUEUE",
        "! TimeoutError google /reviews <n>   911  1.2k   41m   29s score_run",
        "x TimeoutError google /reviews <n>     4     4   41m   29s score_run",
    ]
    assert [text(shown) for shown in failure_detail(rows[0], NOW_MS, 78, 9)] == [
        "TimeoutError google /reviews <n>   a1b2c3d4e5f6",
        "911 failed now, 1,204 ever   first 41m ago, last 29s ago",
        "per min   ▃▆█▃▆█▃▆█▃▆█▃▆█▃▆█▃▆█▃▆█▃▆█▃▆█",
        "newest    job-1",
        "TimeoutError: google /reviews 504",
        "  sync.py:88 fetch_page",
        "  http.py:41 get",
    ]


def test_the_book_at_80() -> None:
    """Who did what, when, on what, and how far it is."""
    going = operation("op-5512", state="running", total=874, done=336, skipped=14, reason="incident 4411")
    done = operation("op-5400", queue="thumbs", action="trash", total=12, done=12, state="undone")
    entries = [
        entry("3-0", verb="retry", operation=going, reason="incident 4411, ads api is back"),
        entry("2-0", verb="pause", at_ms=NOW_MS - 90_000_000),
        entry("1-0", verb="trash", operation=done),
        entry("0-1", verb="limits", detail="rate 5 -> 10"),
    ]
    rows = audit_rows(entries, {})
    assert table(audit_columns(NOW_MS, "utc"), rows, 78) == [
        "  WHEN         WHO           WHAT       ON                  JOBS RESULT",
        "> 14:12:51Z    ana@ops1      retry      score_run            874 run 40%",
        ". 09-20 13:13Z ana@ops1      pause      score_run              - ok",
        "u 14:12:51Z    ana@ops1      trash      score_run             12 undone",
        ". 14:12:51Z    ana@ops1      limits     score_run              - ok",
    ]
    assert [text(shown) for shown in audit_detail(rows[0], NOW_MS, "utc", 78, 8)] == [
        "op-5512   retry score_run   by ana@ops1 (admin_tui 0.1.0)",
        "at        2026-09-21 14:12:51Z",
        "reason    incident 4411, ads api is back",
        "done      336 of 874   ########............   running, about 2.6s left",
        "skipped   14 had changed meanwhile",
        "undo      until 14:28:20Z, 15m00s left (U)",
    ]


def test_a_plan_at_71() -> None:
    """How many are meant and passed over and why, what to be warned of, how long it takes and how to take it back."""
    shown = plan(
        will=874,
        skipped={"same id waits already": 6, "has changed": 31},
        sample=["01J9YAA1", "01J9YAB7", "01J9YAC0"],
        warnings=["no worker runs for queue sync_ads: the jobs will only wait"],
        oldest_ms=NOW_MS - 7_440_000,
        newest_ms=NOW_MS - 7_080_000,
        selection="failed jobs with group:a1b2c3d4e5f6",
    )
    assert [text(found) for found in plan_lines(shown, DEEDS["retry"], NOW_MS, 71)] == [
        "plan p-1     taken 14:13:20Z   valid 10 min   this exact set",
        "will retry   874",
        "will skip    37   31 has changed, 6 same id waits already",
        "of           failed jobs with group:a1b2c3d4e5f6",
        "age          1h58m .. 2h04m",
        "sample       01J9YAA1  01J9YAB7  01J9YAC0",
        "WARNING      no worker runs for queue sync_ads: the jobs will only wait",
        "speed        200/s, about 4.3s",
        "undo         15 min, for jobs that have not started",
    ]


@pytest.mark.parametrize(("cells", "height"), SIZES)
def test_nothing_is_wider_than_the_screen(cells: int, height: int) -> None:
    """Whatever the texts of jobs and workers are, no line is too wide or has what steers a terminal."""
    seen = snapshot(queue(HOSTILE, view=limits(HOSTILE, rate=Limit(1e8), burst=Limit(1e8), tokens=1e8)),
                    workers=[worker(HOSTILE, {HOSTILE: 9_999}, version=HOSTILE)])  # fmt: skip
    held = [line(HOSTILE, State.ACTIVE, worker=HOSTILE, tenant=HOSTILE, started_on=0)]
    workers, limited = worker_rows(seen, {HOSTILE: held}), limit_rows(seen)
    failures = failure_rows([group("f", 10**9, queue=HOSTILE, title=HOSTILE, sample=HOSTILE, stack=HOSTILE)])
    book = audit_rows([entry(HOSTILE, verb=HOSTILE, target=HOSTILE, reason=HOSTILE, detail=HOSTILE, queue=HOSTILE,
                             operation=operation(HOSTILE, selection=HOSTILE, skipped=1))], {})  # fmt: skip
    planned = plan(will=10**9, skipped={HOSTILE: 10**9}, sample=[HOSTILE], warnings=[HOSTILE], undo=HOSTILE)
    waiting = Waiters([Waiter(HOSTILE, 10**9, 0)], 1, 2)
    lines = [
        *table(worker_columns(NOW_MS), workers, cells),
        *table(limit_columns(), limited, cells),
        *table(failure_columns(NOW_MS), failures, cells),
        *table(audit_columns(NOW_MS, "utc"), book, cells),
        *map(text, worker_detail(workers[0], NOW_MS, cells, height)),
        *map(text, limit_detail(limited[0], waiting, NOW_MS, cells, height)),
        *map(text, failure_detail(failures[0], NOW_MS, cells, height)),
        *map(text, audit_detail(book[0], NOW_MS, "utc", cells, height)),
        *map(text, plan_lines(planned, DEEDS["retry"], NOW_MS, cells)),
        text(worker_summary(workers, cells)),
        text(limit_summary(limited, cells)),
        text(failure_summary(failures, NOW_MS, cells)),
    ]
    assert len(lines) > 20
    for shown in lines:
        assert width(Safe(shown)) <= cells
        assert shown.isprintable()
