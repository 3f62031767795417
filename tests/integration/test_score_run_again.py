"""Score runs that meet: retries, reuse, supersession, stale deliveries, two at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import date
from typing import Any

import pytest

from engine.testing import Given, Ran
from engine.types import Done, Retry, Snoozed
from jobs.payloads import ScoreResult
from jobs.scoring import job, measure, queries, results
from tests.support.scoring import FIRST, LAST, ScoreBench, open_score_bench

pytestmark = pytest.mark.anyio
HALF_LIFE_30 = """
    INSERT INTO parameter_versions (id, name, parameters, status)
    VALUES ('p1', 'P', '{"time": {"review_half_life_days": 30}}', 'ACTIVE')
"""


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[ScoreBench]:
    async with open_score_bench(database_url) as bench:
        await bench.review(LAST, "food 0.8; plain words beside it", 5)
        yield bench


def result(ran: Ran) -> ScoreResult:
    assert isinstance(ran.result, ScoreResult), ran.outcome
    return ran.result


async def test_unchanged_reviews_reuse_the_run(bench: ScoreBench) -> None:
    """With the same fingerprint the finished run answers, and nothing is written."""
    first = result(await bench.score())
    before = await bench.contents()
    again = result(await bench.score())
    assert (again.reused, again.score_run_id) == (True, first.score_run_id)
    assert (again.reviews_processed, again.themes_processed) == (1, 1)
    assert await bench.contents() == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reviews SET rating = 4, version = version + 1",
        "UPDATE reviews SET removed_at = now()",
        "UPDATE tenants SET timezone = 'Africa/Johannesburg'",
        "INSERT INTO themes (id, name, category, keywords) VALUES ('x', 'X', 'OTHER', '{plain}')",
        HALF_LIFE_30,
        "INSERT INTO rule_set_versions (id, name, rules, status) VALUES ('s1', 'S', '{\"version\": \"1\"}', 'ACTIVE')",
    ],
)
async def test_a_change_supersedes(bench: ScoreBench, change: str) -> None:
    """Another review, zone, theme, parameter or rule makes a new run; the old row stays, its review scores go."""
    old = result(await bench.score()).score_run_id
    await bench.pool.execute(change)
    new = result(await bench.score())
    assert not new.reused
    runs = await bench.rows("SELECT id, status, superseded_by FROM score_runs ORDER BY started_at")
    assert runs == [(old, "COMPLETED", new.score_run_id), (new.score_run_id, "COMPLETED", None)]
    assert {row[0] for row in await bench.rows("SELECT score_run_id FROM review_scores")} <= {new.score_run_id}
    assert (old,) in await bench.rows("SELECT score_run_id FROM theme_scores")


async def test_versions_are_named(bench: ScoreBench) -> None:
    """The ACTIVE versions are used and named; a version asked for by id wins over them."""
    await bench.pool.execute(
        "INSERT INTO parameter_versions (id, name, parameters, status) VALUES ('p1', 'P', '{}', 'ACTIVE'),"
        " ('p2', 'P', '{\"sentiment\": {\"use_star_rating\": false}}', 'DRAFT')"
    )
    await bench.pool.execute(
        "INSERT INTO rule_set_versions (id, name, rules, status)"
        " VALUES ('s1', 'S', '{\"version\": \"1\", \"defaultConfidenceWeight\": 0.5}', 'ACTIVE')"
    )
    active = result(await bench.score())
    assert (active.parameter_version_id, active.rule_set_version_id) == ("p1", "s1")
    assert await bench.rows("SELECT w_confidence FROM review_scores") == [(0.5,)]
    asked = result(await bench.score(parameter_version_id="p2"))
    assert asked.parameter_version_id == "p2"
    assert await bench.rows("SELECT sentiment FROM review_scores") == [(0.8,)]


async def test_overlapping_periods_are_independent(bench: ScoreBench) -> None:
    """A run of other days supersedes nothing."""
    await bench.score()
    await bench.score(period_start=f"{LAST}")
    assert await bench.rows("SELECT superseded_by FROM score_runs") == [(None,), (None,)]
    assert await bench.pool.fetchval("SELECT count(*) FROM review_scores") == 2


async def test_overlapping_periods_at_once(bench: ScoreBench) -> None:
    """Runs that share reviews without stored mentions can be under way together, and store each mention once."""
    for _ in range(300):
        await bench.review(LAST, "food 0.8; service 0.2; plain words beside them", 5)
    starts = (FIRST, date(2025, 11, 9), date(2025, 11, 16), date(2025, 11, 23))
    ran = await asyncio.gather(*(bench.score(period_start=f"{start}") for start in starts))
    assert [result(one).reviews_processed for one in ran] == [301] * 4
    assert await bench.pool.fetchval("SELECT count(*) FROM review_themes") == 601


async def test_an_edit_changes_no_stored_score(bench: ScoreBench) -> None:
    """What was scored stays as it was until it is scored anew."""
    await bench.score()
    before = await bench.contents()
    await bench.pool.execute("UPDATE reviews SET rating = 1, content = 'food -1', version = 2")
    assert await bench.contents() == before


async def test_a_failed_attempt_is_marked_and_taken_up_again(
    bench: ScoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure leaves a FAILED row with its reason and no score; the retry finishes the same row, same versions."""
    with monkeypatch.context() as patch:
        patch.setattr(measure, "aggregate", _broken)
        ran = await bench.score(given=bench.delivery(run=7))
    assert isinstance(ran.outcome, Retry)
    rows = await bench.rows("SELECT status, error_message FROM score_runs")
    assert rows == [("FAILED", "the abacus is broken")]
    assert (await bench.contents())["review_scores"] == []
    await bench.pool.execute(
        "INSERT INTO parameter_versions (id, name, parameters, status) VALUES ('p1', 'P', '{}', 'ACTIVE')"
    )
    retried = result(await bench.score(given=bench.delivery(run=7, attempt=2)))
    rows = await bench.rows("SELECT id, status, error_message, fence FROM score_runs")
    assert rows == [(retried.score_run_id, "COMPLETED", None, bench.fence)]
    assert retried.parameter_version_id == "default"


async def test_a_cancelled_attempt_is_marked(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that is stopped leaves no row under way."""
    reached, never = asyncio.Event(), asyncio.Event()

    async def wait(*_: object) -> Any:
        reached.set()
        await never.wait()

    monkeypatch.setattr(measure, "read_themes", wait)
    running = asyncio.ensure_future(bench.score())
    await reached.wait()
    running.cancel()
    assert not isinstance((await running).outcome, Done)
    assert await bench.rows("SELECT status FROM score_runs") == [("FAILED",)]


async def test_a_finished_run_answers_its_own_redelivery(bench: ScoreBench) -> None:
    """A delivery whose run is done already, its answer lost, gives the same run and writes nothing."""
    first = result(await bench.score(given=bench.delivery(run=7)))
    before = await bench.contents()
    again = result(await bench.score(given=bench.delivery(run=7)))
    assert (again.score_run_id, again.completed_at) == (first.score_run_id, first.completed_at)
    assert await bench.contents() == before


async def test_a_stale_delivery_writes_nothing(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery older than the one that has the run opens nothing."""
    with monkeypatch.context() as patch:
        patch.setattr(measure, "aggregate", _broken)
        await bench.score(given=bench.delivery(run=7))
    before = await bench.contents()
    stale = Given(job_id="score", run=7, fence=bench.fence - 1)
    ran = await bench.score(given=stale)
    assert isinstance(ran.outcome, Retry)
    assert "a newer delivery" in ran.outcome.failure.message
    assert await bench.contents() == before


async def test_a_delivery_overtaken_while_it_scores_writes_nothing(
    bench: ScoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a newer delivery takes the run before its scores are stored, none of them are."""
    store = results.store_results

    async def overtaken(*arguments: Any) -> Any:
        await bench.pool.execute("UPDATE score_runs SET fence = fence + 1000")
        return await store(*arguments)

    monkeypatch.setattr(job, "store_results", overtaken)
    ran = await bench.score()
    assert isinstance(ran.outcome, Retry)
    assert "a newer delivery" in ran.outcome.failure.message
    contents = await bench.contents()
    assert [contents[table] for table in ("review_scores", "theme_scores", "review_extractions")] == [[], [], []]
    assert await bench.rows("SELECT status FROM score_runs") == [("RUNNING",)]


async def test_one_moment_is_scored(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes while a run scores is not in it; the next run finds it."""
    read = queries.read_stamps

    async def edited(*arguments: Any) -> Any:
        stamps = await read(*arguments)
        await bench.pool.execute("UPDATE reviews SET content = 'food -1; plain words beside it', version = 2")
        return stamps

    with monkeypatch.context() as patch:
        patch.setattr(measure, "read_stamps", edited)
        await bench.score()
    assert await bench.rows("SELECT sentiment, components ->> 'reviewVersion' FROM review_scores") == [
        (pytest.approx(0.86), "1")
    ]
    assert not result(await bench.score()).reused
    assert await bench.rows("SELECT components ->> 'reviewVersion' FROM review_scores") == [("2",)]


async def test_two_runs_of_one_period_take_turns(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one run has the period, another snoozes 5 s without a trace; other tenants and periods go on."""
    reached, go_on = asyncio.Event(), asyncio.Event()
    read = queries.read_themes

    async def wait(*arguments: Any) -> Any:
        if not go_on.is_set() and not reached.is_set():
            reached.set()
            await go_on.wait()
        return await read(*arguments)

    monkeypatch.setattr(measure, "read_themes", wait)
    first = asyncio.ensure_future(bench.score())
    await reached.wait()
    second = await bench.score()
    assert second.outcome == Snoozed(5_000)
    assert await bench.pool.fetchval("SELECT count(*) FROM score_runs") == 1
    assert isinstance((await bench.score("t2")).outcome, Done)
    assert isinstance((await bench.score(period_end=f"{FIRST}")).outcome, Done)
    go_on.set()
    assert not result(await first).reused
    assert result(await bench.score()).reused


async def test_a_period_held_too_long_is_given_up(bench: ScoreBench) -> None:
    """A run put off for over an hour fails and says why."""
    ran = await bench.score(given=Given(job_id="score", snoozed_s=3_601))
    assert "for an hour" in ran.outcome.failure.message  # type: ignore[union-attr]


def _broken(*_: object) -> Any:
    raise RuntimeError("the abacus is broken")
