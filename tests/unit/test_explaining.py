"""Every check of why something does not run, and that the verdict is the sentence of `why`."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import App, JobContext
from engine.explaining import Around, explain_job, explain_nobody, explain_queue, sentence
from engine.registry import Queue
from engine.types import State
from engine.views import Check, Explanation, Limit
from engine.why import queue_checks, why_queue
from tests.support.apps import Play
from tests.unit.test_why import COUNTS, LIMITS, NOW_MS, WORKER, status

NAMES = [
    "due", "queue not paused", "a worker takes it", "max_active", "own rate", "shared rate", "places", "suspects",
    "position",
]  # fmt: skip
AROUND = Around(COUNTS, LIMITS, [WORKER])


@pytest.fixture
def queue() -> Queue:
    """The queue that the figures are of."""
    found = App(slot="s").queue("play")

    @found.job()
    async def play(job: JobContext[None], payload: Play) -> None:
        """Never run."""

    assert play.name in found.jobs
    return found


def around(**fields: Any) -> Around:
    """Other limits, counts or workers."""
    counts = {name: fields.pop(name) for name in ("active", "waiting") if name in fields}
    workers = fields.pop("workers", [WORKER])
    return Around(msgspec.structs.replace(COUNTS, **counts), msgspec.structs.replace(LIMITS, **fields), workers)


def failing(found: Explanation) -> list[str]:
    """The names of the checks that do not hold."""
    return [check.name for check in found.checks if check.holds == "no"]


@pytest.mark.parametrize(
    ("changed", "names", "advice"),
    [
        ({}, [], ""),
        ({"paused": True}, ["queue not paused"], "python -m engine resume play"),
        ({"workers": []}, ["a worker takes it", "places"], "python -m engine run --queues play"),
        ({"max_active": Limit(2)}, ["max_active"], "python -m engine limit play --max-active N"),
        ({"rate": Limit(10), "tokens": 0.5}, ["own rate"], "python -m engine limit play --rate N"),
        (
            {"shared_rate": Limit(9), "shared_tokens": 0.0},
            ["shared rate"],
            "python -m engine limit play --shared-rate N",
        ),
        ({"active": 5}, ["places"], "python -m engine run --queues play"),
        ({"suspects": 2}, ["suspects"], "python -m engine jobs play --state waiting"),
    ],
)
def test_a_waiting_job(queue: Queue, changed: dict[str, Any], names: list[str], advice: str) -> None:
    """Each check by its name, in the engine's order; the first that fails is the verdict, with what to do."""
    found = explain_job(queue, around(**changed), status(), 7)
    assert [check.name for check in found.checks] == NAMES
    assert (failing(found), found.advice) == (names, advice)
    assert found.target == "job a of queue play"
    assert found.verdict == sentence(queue, around(**changed), status())
    assert found.checks[-1] == Check("position", "-", "about 7 wait before it")
    of_queue = explain_queue(queue, around(**changed))
    assert (failing(of_queue), of_queue.advice, of_queue.target) == (names, advice, "queue play")
    assert of_queue.checks[-1] == Check("position", "-", "3 wait")
    if names:
        first = next(check for check in found.checks if check.holds == "no")
        assert found.verdict == f"it waits: {first.text}"


def test_limits_that_hold_say_how_far(queue: Queue) -> None:
    """And those that there are not say so."""
    given = around(rate=Limit(10), tokens=2.5, max_active=Limit(7), suspects=1, waiting=0)
    texts = {check.name: (check.holds, check.text) for check in explain_queue(queue, given).checks}
    assert texts["own rate"] == ("yes", "2.5 tokens, 10 more a second")
    assert texts["shared rate"] == ("-", "no limit")
    assert texts["max_active"] == ("yes", "2 of 7 run")
    assert texts["places"] == ("yes", "2 of 5 places are taken")
    assert texts["suspects"] == ("yes", "a job that crashed a worker before")
    assert texts["a worker takes it"] == ("yes", "1 worker of queue play")


def test_a_delayed_job(queue: Queue) -> None:
    """Its own time comes first; once it has come, the rest decides."""
    waits = explain_job(queue, AROUND, status(state=State.DELAYED), None)
    assert failing(waits) == ["due"]
    assert waits.advice == "python -m engine promote play a"
    assert waits.checks[-1].text == "unknown"
    due = explain_job(queue, around(paused=True), status(state=State.DELAYED, due=NOW_MS - 1), None)
    assert failing(due) == ["queue not paused"]
    assert due.checks[0].text == "its time has come"


def test_a_job_that_the_app_does_not_know(queue: Queue) -> None:
    """No worker of it takes the job, whatever else holds."""
    found = explain_job(queue, AROUND, status(name="nope"), 0)
    assert failing(found) == ["a worker takes it"]
    assert found.verdict.startswith("this app has no job named 'nope'")
    assert failing(explain_job(queue, around(workers=[]), status(name="nope"), 0)) == ["a worker takes it", "places"]


@pytest.mark.parametrize(
    ("state", "text", "advice"),
    [
        (State.ACTIVE, "it runs", ""),
        (State.COMPLETED, "it has ended", ""),
        (State.FAILED, "it has ended", "python -m engine retry play 'a b'"),
        (State.CANCELLED, "it has ended", "python -m engine retry play 'a b'"),
    ],
)
def test_a_job_that_does_not_wait(queue: Queue, state: State, text: str, advice: str) -> None:
    """Nothing of the queue matters to it."""
    found = explain_job(queue, around(paused=True), status(id="a b", state=state, finished_on=NOW_MS), None)
    assert failing(found) == []
    assert {(check.holds, check.text) for check in found.checks[1:]} == {("-", text)}
    assert found.advice == advice
    assert found.verdict == sentence(queue, around(paused=True), status(id="a b", state=state, finished_on=NOW_MS))


def test_a_job_of_nobody(queue: Queue) -> None:
    """There is nothing to check."""
    found = explain_nobody(queue, "a")
    assert found.checks == []
    assert "no job 'a'" in found.verdict


@given(
    stopped=st.sampled_from([{}, {"paused": True}]),
    workers=st.sampled_from([[], [WORKER]]),
    active=st.integers(0, 6),
    waiting=st.integers(0, 2),
    tokens=st.sampled_from([0.0, 0.5, 3.0]),
    suspects=st.integers(0, 2),
    most=st.sampled_from([None, 2]),
)
def test_the_first_check_that_fails_is_the_sentence(
    stopped: dict[str, Any],
    workers: list[Any],
    active: int,
    waiting: int,
    tokens: float,
    suspects: int,
    most: int | None,
) -> None:
    """Whatever holds and does not; and where all hold, the sentence names none of them."""
    given_now = around(
        **stopped, workers=workers, active=active, waiting=waiting, rate=Limit(5), tokens=tokens,
        suspects=suspects, max_active=Limit(most),
    )  # fmt: skip
    told = (given_now.counts, given_now.limits, given_now.workers)
    failed = [check.text for check in queue_checks(*told) if check.holds == "no"]
    assert why_queue(*told) == (failed[0] if failed else why_queue(*told))
    assert failed or "is worked" in why_queue(*told) or "nothing of queue" in why_queue(*told)
