"""A job's attempts on an axis of time: what was held, ran, failed, was in backoff, and what is next."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_tui.draw.line import Line
from admin_tui.draw.waterfall import Part, rows, waterfall
from admin_tui.text import width
from engine import Attempt, JobStatus, State

M = 60_000


def job(state: State, attempts: list[Attempt], **known: Any) -> JobStatus:
    """A job enqueued at 0."""
    usual: dict[str, Any] = {
        "run": 1,
        "progress": None,
        "attempts_made": len(attempts) + (state is State.COMPLETED),
        "crashes": 0,
        "failed_reason": None,
        "returnvalue": None,
        "timestamp": 0,
        "processed_on": attempts[-1].start if attempts else None,
        "finished_on": None,
        "due": None,
        "worker_id": None,
        "tenant": None,
        "logs": [],
    }
    return JobStatus(id="j", name="n", queue="q", data=None, state=state, attempts=attempts, **(usual | known))


def text(line: Line) -> str:
    """What a line says."""
    return "".join(span.text for span in line)


RETRYING = job(
    State.DELAYED,
    [
        Attempt(20 * M, 21 * M, "w1/1", "TimeoutError: 504", due=22 * M),
        Attempt(30 * M, 31 * M, "w2/2", "TimeoutError: 504", due=35 * M),
    ],
    due=35 * M,
)


def test_waiting_backoff_and_held_are_told_apart() -> None:
    """Between end and due is backoff; from due to the next start the job was held; what is ahead is next."""
    shown = rows(RETRYING, now_ms=32 * M)
    assert [(row.name, list(row.parts)) for row in shown] == [
        ("wait", [Part("h", 0, 20 * M)]),
        (
            "#1 w1/1",
            [Part("#", 20 * M, 21 * M), Part("-", 21 * M, 22 * M), Part("x", 21 * M, 21 * M)],
        ),
        (
            "#2 w2/2",
            [
                Part("h", 22 * M, 30 * M),
                Part("#", 30 * M, 31 * M),
                Part("-", 31 * M, 32 * M),
                Part("x", 31 * M, 31 * M),
            ],
        ),
        ("next", [Part(">", 35 * M, 35 * M)]),
    ]
    assert [(row.took, row.note) for row in shown] == [
        ("20m00s", ""),
        ("1m00s", "TimeoutError: 504"),
        ("1m00s", "TimeoutError: 504"),
        ("", "in 3m"),
    ]


def test_the_picture() -> None:
    """As it stands on a screen of 80 cells."""
    assert [text(line).rstrip() for line in waterfall(RETRYING, 32 * M, 80)] == [
        "                 0       8m45s    17m30s      35m00s",
        "wait            |hhhhhhhhhhhhhhhhhhhhh                 20m00s",
        "#1 w1/1         |                    #x-                1m00s TimeoutError: 504",
        "#2 w2/2         |                      hhhhhhhh#x-      1m00s TimeoutError: 504",
        "next            |                                  >          in 3m",
    ]


def test_a_job_that_runs() -> None:
    """Its attempt goes on to now, and has no end."""
    shown = rows(job(State.ACTIVE, [], processed_on=2 * M, worker_id="w1/1"), now_ms=5 * M)
    assert [(row.name, list(row.parts), row.note) for row in shown] == [
        ("wait", [Part("h", 0, 2 * M)], ""),
        ("#1 w1/1", [Part("#", 2 * M, 5 * M)], "runs"),
    ]


def test_a_job_that_completed_at_its_second_attempt() -> None:
    """The last attempt has no error; `o` marks its end."""
    done = job(
        State.COMPLETED,
        [Attempt(1 * M, 2 * M, "w1/1", "ValueError", due=3 * M)],
        processed_on=4 * M,
        finished_on=6 * M,
        worker_id="w2/2",
    )
    assert [(row.name, list(row.parts), row.note) for row in rows(done, now_ms=9 * M)][-1] == (
        "#2 w2/2",
        [Part("h", 3 * M, 4 * M), Part("#", 4 * M, 6 * M), Part("o", 6 * M, 6 * M)],
        "completed",
    )


def test_a_job_started_before_it_was_due() -> None:
    """Somebody promoted it: backoff ends with the start, nothing was held."""
    done = job(
        State.COMPLETED,
        [Attempt(1 * M, 2 * M, "w1/1", "ValueError", due=30 * M)],
        processed_on=3 * M,
        finished_on=4 * M,
        worker_id="w1/1",
    )
    first, second = list(rows(done, now_ms=9 * M))[-2:]
    assert Part("-", 2 * M, 3 * M) in first.parts
    assert list(second.parts) == [Part("#", 3 * M, 4 * M), Part("o", 4 * M, 4 * M)]


def test_attempts_that_are_no_longer_kept_are_counted() -> None:
    """Numbers go on from those, and nothing is said of how long the job waited before them."""
    failed = job(
        State.FAILED,
        [Attempt(50 * M, 51 * M, "w1/1", "ValueError")],
        attempts_made=4,
        crashes=1,
        finished_on=51 * M,
    )
    assert [row.name for row in rows(failed, now_ms=60 * M)] == ["#5 w1/1"]


def test_a_job_that_waits() -> None:
    """All is held so far."""
    shown = rows(job(State.WAITING, []), now_ms=3 * M)
    assert [(row.name, list(row.parts), row.note) for row in shown] == [("next", [Part("h", 0, 3 * M)], "waits 3m00s")]


def test_a_narrow_screen_keeps_the_words() -> None:
    """Without room for an axis, the rows remain."""
    assert [text(line) for line in waterfall(RETRYING, 32 * M, 36)] == [
        "wait               20m00s ",
        "#1 w1/1             1m00s TimeoutEr…",
        "#2 w2/2             1m00s TimeoutEr…",
        "next                      in 3m",
    ]


TIMES = st.integers(min_value=-(2**40), max_value=2**41)
ATTEMPTS = st.lists(
    st.builds(Attempt, TIMES, TIMES, st.text(max_size=30), st.text(max_size=30), due=st.none() | TIMES), max_size=5
)


@settings(max_examples=300)
@given(
    st.sampled_from(State),
    ATTEMPTS,
    st.none() | TIMES,
    st.none() | TIMES,
    st.none() | TIMES,
    TIMES,
    st.integers(min_value=20, max_value=300),
)
def test_no_line_is_too_wide_whatever_the_record_says(
    state: State,
    attempts: list[Attempt],
    processed: int | None,
    finished: int | None,
    ahead: int | None,
    now_ms: int,
    cells: int,
) -> None:
    """Clocks that went back, ends before starts, names in any script: a picture still, no wider than asked."""
    any_job = job(state, attempts, processed_on=processed, finished_on=finished, due=ahead, worker_id="日本/1")
    for line in waterfall(any_job, now_ms, cells):
        assert sum(width(span.text) for span in line) <= cells


@pytest.mark.parametrize("cells", [0, 1, 5, 19])
def test_a_screen_without_room(cells: int) -> None:
    """Nothing breaks, nothing is too wide."""
    for line in waterfall(RETRYING, 32 * M, cells):
        assert sum(width(span.text) for span in line) <= cells
