"""FixScores as a score run stores them: figures worked out by hand, one row a task, written with the run or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from math import log
from typing import Any

import pytest

from engine.testing import Ran
from engine.types import Fail, Retry
from jobs.payloads import ScoreResult
from jobs.scoring import fix_measure, fix_scores, job, measure, results
from tests.support.loops import one_loop
from tests.support.scoring import ScoreBench, open_score_bench

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
DONE = datetime(2026, 1, 10, 9, tzinfo=UTC)
ASKED = datetime(2026, 2, 1, 8, tzinfo=UTC)
DAY_BEFORE, SIXTY_BEFORE = date(2026, 1, 9), date(2025, 11, 10)
GOOD = "food 0.8; plain words beside it"
BAD = "food -0.6; plain words beside it"


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[ScoreBench]:
    async with open_score_bench(database_url) as bench:
        yield bench


def result(ran: Ran) -> ScoreResult:
    assert isinstance(ran.result, ScoreResult), ran.outcome
    return ran.result


async def score(bench: ScoreBench, **more: Any) -> Ran:
    """A run that is asked for FixScores on the 1st of February."""
    fields: dict[str, Any] = {"compute_fix_scores": True, "created_at": ASKED} | more
    return await bench.score(**fields)


async def four_reviews(bench: ScoreBench) -> None:
    await bench.review(DAY_BEFORE, BAD)
    await bench.review(SIXTY_BEFORE, "food 0.4; plain words beside it")
    await bench.review(ASKED.date(), GOOD)
    await bench.review(ASKED.date(), "food -0.2; plain words beside it")


async def test_by_hand(bench: ScoreBench) -> None:
    """Each side is scored as of its own last day.

    Before, as of the 9th of January: -0.6 x 1.2 = -0.72 and, 60 days old, 0.4 x 0.5 x 1.2 = 0.24: S = -0.48 / 0.96.
    After, open, as of the 1st of February: 0.96 and -0.24: S = 0.72 / 1.2. Four reviews are LOW: 1.1 ln(5) 0.4.
    """
    await four_reviews(bench)
    await bench.task("k1", DONE)
    ran = await score(bench)
    (row,) = (await bench.fixes()).values()
    assert row["baseline_score"] == pytest.approx(-0.5)
    assert row["current_score"] == pytest.approx(0.6)
    assert row["delta_s"] == pytest.approx(1.1)
    assert row["fix_score"] == pytest.approx(1.1 * log(5) * 0.4)
    assert (row["review_count_pre"], row["review_count_post"]) == (2, 2)
    assert (row["confidence_level"], row["confidence"]) == ("LOW", 0.4)
    assert (row["measurement_start"], row["measurement_end"]) == (date(2025, 10, 12), date(2026, 2, 1))
    assert (row["theme_id"], row["score_run_id"]) == ("theme-food-quality", result(ran).score_run_id)
    assert result(ran).fix_scores_computed == 1
    assert await bench.rows("SELECT fix_scores_computed FROM score_runs") == [(1,)]


async def test_terms_are_stored(bench: ScoreBench) -> None:
    """Beside a FixScore stand the windows, counts and sums, and the rule that judged them."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    await score(bench)
    stored = (await bench.fixes())["k1"]["components"]
    assert (stored["completedOn"], stored["preExtended"], stored["postOpen"]) == ("2026-01-10", False, True)
    assert (stored["pre"]["start"], stored["pre"]["end"]) == ("2025-10-12", "2026-01-09")
    assert (stored["post"]["start"], stored["post"]["end"]) == ("2026-01-10", "2026-02-01")
    assert stored["pre"]["sumImpact"] == pytest.approx(-0.48)
    assert stored["pre"]["sumAbsImpact"] == pytest.approx(0.96)
    assert stored["pre"]["variance"] == pytest.approx(0.25)
    assert (stored["reasonCode"], stored["ruleId"]) == ("INSUFFICIENT_REVIEWS", stored["matchedRules"][0])


async def test_log_and_progress(bench: ScoreBench) -> None:
    """Each task has a line in the log; progress goes through 75 and never back."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    ran = await score(bench)
    assert any(line.startswith("task k1: FixScore +0.71 (S moved by +1.10, 2 reviews before") for line in ran.logs)
    percents = [step.percent for step in ran.progress]
    assert percents == sorted(percents)
    assert [step.step for step in ran.progress if step.percent == 75] == ["fix scores"]


async def test_reviews_outside_the_period_count(bench: ScoreBench) -> None:
    """The windows are read for themselves: a run of one day finds what lies months before and after it."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    await score(bench, period_start="2026-01-31", period_end="2026-01-31")
    row = (await bench.fixes())["k1"]
    assert (row["review_count_pre"], row["review_count_post"]) == (2, 2)
    assert await bench.pool.fetchval("SELECT count(*) FROM review_scores") == 0
    extracted = await bench.rows("SELECT review_id FROM review_extractions ORDER BY 1")
    assert extracted == [("r001",), ("r002",), ("r003",), ("r004",)]


async def test_what_was_found_is_not_looked_for_again(bench: ScoreBench) -> None:
    """Two tasks share what was found in a review, and so does the next run: the rows stay as they are."""
    await four_reviews(bench)
    await bench.review(DAY_BEFORE, "service 0.5; nothing more to say")
    await bench.task("k1", DONE)
    await bench.task("k2", DONE, theme="theme-service")
    await score(bench)
    before = (await bench.contents())["review_themes"]
    assert (await bench.fixes())["k2"]["review_count_pre"] == 1
    await score(bench, period_start="2026-01-01")
    assert (await bench.contents())["review_themes"] == before


async def test_only_the_themes_reviews_count(bench: ScoreBench) -> None:
    """Other themes, removed and duplicate reviews, and other tenants' are left out."""
    await four_reviews(bench)
    await bench.review(DAY_BEFORE, "service 1; and nothing beside it")
    gone = await bench.review(DAY_BEFORE, GOOD)
    await bench.review(DAY_BEFORE, GOOD, duplicate_of="r001", connector_id="c2")
    await bench.pool.execute("UPDATE reviews SET removed_at = now() WHERE id = $1", gone)
    await bench.task("k1", DONE)
    await score(bench)
    row = (await bench.fixes())["k1"]
    assert (row["review_count_pre"], row["review_count_post"]) == (2, 2)


async def test_days_are_the_tenants(bench: ScoreBench) -> None:
    """In Kiritimati the 9th of January 12:00 UTC is the 10th, the day of completion itself, so it is after."""
    await bench.pool.execute("UPDATE tenants SET timezone = 'Pacific/Kiritimati'")
    await bench.review(DAY_BEFORE, GOOD)
    await bench.task("k1", datetime(2026, 1, 9, 11, tzinfo=UTC))
    await score(bench)
    row = (await bench.fixes())["k1"]
    assert (row["review_count_pre"], row["review_count_post"]) == (0, 1)
    assert row["components"]["completedOn"] == "2026-01-10"


async def test_nothing_usual_before(bench: ScoreBench) -> None:
    """Without a review in the usual days before, those of a year count, as of the same day."""
    await bench.review(date(2025, 1, 10), BAD)
    await bench.review(date(2025, 1, 9), BAD)
    await bench.review(ASKED.date(), GOOD)
    await bench.task("k1", DONE)
    await score(bench)
    row = (await bench.fixes())["k1"]
    assert (row["review_count_pre"], row["review_count_post"]) == (1, 1)
    assert row["components"]["preExtended"]
    assert row["measurement_start"] == date(2025, 1, 10)
    assert row["components"]["pre"]["sumImpact"] == pytest.approx(-0.6 * 1.2 * 0.5 ** (364 / 60))


async def test_nothing_to_compare(bench: ScoreBench) -> None:
    """Without reviews on a side its S is unknown, and so is the change; the score is 0, and a rule says why."""
    await bench.review(ASKED.date(), GOOD)
    await bench.task("k1", DONE)
    await score(bench)
    row = (await bench.fixes())["k1"]
    assert (row["baseline_score"], row["delta_s"], row["fix_score"]) == (None, None, 0)
    assert row["current_score"] == pytest.approx(1)
    assert (row["confidence_level"], row["components"]["reasonCode"]) == ("INSUFFICIENT", "NO_BASELINE")


async def test_which_tasks_are_measured(bench: ScoreBench) -> None:
    """Those completed with a theme in the 30 days before the job was made, or since the moment that it names."""
    ago = ASKED - timedelta(days=30)
    await bench.task("first", ago)
    await bench.task("too-old", ago - timedelta(microseconds=1))
    await bench.task("open", DONE, status="IN_PROGRESS")
    await bench.task("no-theme", DONE, theme_id=None)
    await bench.task("other-tenant", DONE, tenant_id="t2")
    ran = await score(bench)
    assert set(await bench.fixes()) == {"first"}
    assert result(ran).fix_scores_computed == 1
    assert result(await score(bench, fix_scores_since="2026-01-01")).fix_scores_computed == 2
    assert set(await bench.fixes()) == {"first", "too-old"}
    assert result(await score(bench, fix_scores_since="2026-01-11T00:00:00Z")).fix_scores_computed == 0


async def test_a_payload_without_its_time(bench: ScoreBench) -> None:
    """It is as old as its job, by the engine's clock."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    run = int(ASKED.timestamp() * 1_000_000)
    await score(bench, created_at=None, given=bench.delivery(run=run))
    assert (await bench.fixes())["k1"]["measurement_end"] == ASKED.date()


async def test_a_payload_of_no_time(bench: ScoreBench) -> None:
    """A job that says that it was made in the year 1 is told to correct that, once."""
    ran = await score(bench, created_at=datetime(1, 1, 2, tzinfo=UTC))
    assert isinstance(ran.outcome, Fail)
    assert "createdAt" in ran.outcome.failure.message
    assert await bench.rows("SELECT status FROM score_runs") == [("FAILED",)]


async def test_measured_again_it_is_replaced(bench: ScoreBench) -> None:
    """A task has one row, that of the last run that measured it."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    first = result(await score(bench))
    await bench.review(ASKED.date(), GOOD)
    later = ASKED + timedelta(days=1)
    second = result(await score(bench, created_at=later, period_end="2026-02-01"))
    (row,) = (await bench.fixes()).values()
    assert (row["score_run_id"], row["review_count_post"]) == (second.score_run_id, 3)
    assert row["measurement_end"] == later.date()
    assert first.score_run_id != second.score_run_id


async def test_a_reused_run_computes_them_too(bench: ScoreBench) -> None:
    """Where nothing changed in the period the finished run answers, with FixScores of now."""
    await four_reviews(bench)
    plain = result(await bench.score())
    await bench.task("k1", DONE)
    ran = await score(bench)
    assert (result(ran).reused, result(ran).score_run_id) == (True, plain.score_run_id)
    assert (plain.fix_scores_computed, result(ran).fix_scores_computed) == (None, 1)
    assert (await bench.fixes())["k1"]["score_run_id"] == plain.score_run_id
    assert await bench.rows("SELECT fix_scores_computed FROM score_runs") == [(1,)]
    assert any(line.startswith("task k1: FixScore") for line in ran.logs)


async def test_not_asked_for_not_computed(bench: ScoreBench) -> None:
    """Without `computeFixScores` no task is measured and none counted."""
    await bench.task("k1", DONE)
    assert result(await bench.score()).fix_scores_computed is None
    assert await bench.fixes() == {}


async def test_a_task_that_cannot_be_measured_is_left_out(bench: ScoreBench) -> None:
    """A theme that is not in use, or a time out of reach: logged, and the other tasks are measured."""
    await four_reviews(bench)
    await bench.pool.execute(
        "INSERT INTO themes (id, organisation_id, name, category) VALUES ('x', 'o2', 'X', 'OTHER')"
    )
    await bench.task("k1", DONE)
    await bench.task("k2", DONE, theme="x")
    await bench.task("k3", datetime.max.replace(tzinfo=UTC))
    ran = await score(bench)
    assert set(await bench.fixes()) == {"k1"}
    assert result(ran).fix_scores_computed == 1
    told = [line for line in ran.logs if "was not measured" in line]
    assert [line.split()[1] for line in told] == ["k2", "k3"]
    assert "activate it" in told[0]
    assert "correct its completed_at" in told[1]


async def test_an_error_of_one_task_is_its_own(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong with a task, even in SQL, the others are measured and the run is stored."""
    await four_reviews(bench)
    for name in ("k1", "k2", "k3"):
        await bench.task(name, DONE)
    calls = iter((0, 1, 2))

    def broken(*arguments: Any) -> Any:
        if next(calls) == 1:
            raise RuntimeError("the abacus is broken")
        return fix_scores.judge(*arguments)

    async def too_late(connection: Any, *arguments: Any) -> Any:
        await bench.pool.execute("DELETE FROM tasks WHERE id = 'k3'")
        return await results.store_results(connection, *arguments)

    monkeypatch.setattr(fix_measure, "judge", broken)
    monkeypatch.setattr(job, "store_results", too_late)
    ran = await score(bench)
    assert set(await bench.fixes()) == {"k1"}
    assert "task k2 was not measured: the abacus is broken" in ran.logs
    assert any(line.startswith("task k3 was not measured") for line in ran.logs)
    assert result(ran).reviews_processed == 2


async def test_a_lost_connection_is_no_tasks_fault(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PostgreSQL goes away the attempt fails as a whole, and the next one measures every task."""
    await bench.task("k1", DONE)

    async def away(*_: Any) -> Any:
        raise ConnectionResetError("PostgreSQL went away")

    with monkeypatch.context() as patch:
        patch.setattr(fix_measure._Reader, "measure", away)  # pyright: ignore[reportPrivateUsage]
        ran = await score(bench, given=bench.delivery(run=7))
    assert isinstance(ran.outcome, Retry)
    assert await bench.fixes() == {}
    await score(bench, given=bench.delivery(run=7, attempt=2))
    assert set(await bench.fixes()) == {"k1"}


@pytest.mark.parametrize("reused", [False, True])
async def test_an_overtaken_delivery_writes_none(
    bench: ScoreBench, monkeypatch: pytest.MonkeyPatch, *, reused: bool
) -> None:
    """If a newer delivery takes the run while tasks are measured, no FixScore is written, nor anything else."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    if reused:
        await bench.score()

    async def overtaken(*arguments: Any) -> Any:
        measured = await measure.measure(*arguments)
        await bench.pool.execute("UPDATE score_runs SET fence = fence + 1000 WHERE status = 'RUNNING'")
        return measured

    monkeypatch.setattr(job, "measure", overtaken)
    ran = await score(bench)
    assert isinstance(ran.outcome, Retry)
    assert "a newer delivery" in ran.outcome.failure.message
    assert await bench.fixes() == {}
    assert await bench.pool.fetchval("SELECT count(*) FROM score_runs WHERE status = 'RUNNING'") == 1


async def test_a_finished_run_answers_its_own_redelivery(bench: ScoreBench) -> None:
    """A delivery whose run is done, its answer lost, gives the count that was stored and writes nothing."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    first = result(await score(bench, given=bench.delivery(run=7)))
    before = await bench.fixes()
    again = result(await score(bench, given=bench.delivery(run=7)))
    assert (again.score_run_id, again.fix_scores_computed) == (first.score_run_id, 1)
    assert await bench.fixes() == before


async def test_two_periods_at_once_measure_the_same_task(bench: ScoreBench) -> None:
    """Runs of different periods that measure the same tasks wait for each other; the newest delivery's rows stay."""
    await four_reviews(bench)
    for number in range(20):
        await bench.task(f"k{number}", DONE)
    periods = ("2026-01-01", "2025-12-01", "2025-11-15", "2025-11-02")
    ran = await asyncio.gather(*(score(bench, period_start=start) for start in periods))
    assert all(result(one).success for one in ran)
    assert [(row["fence"], row["score_run_id"]) for row in (await bench.fixes()).values()] == [
        (bench.fence, result(ran[-1]).score_run_id)
    ] * 20


async def test_an_older_delivery_does_not_replace_a_newer_ones(bench: ScoreBench) -> None:
    """A run that began earlier and ends later leaves what the later one measured, and says so."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    older, newer = bench.delivery(), bench.delivery()
    await score(bench, given=newer)
    before = await bench.fixes()
    ran = await score(bench, given=older, period_start="2026-01-01")
    assert result(ran).fix_scores_computed == 0
    assert "task k1 was not measured: a run that began later has measured it already" in ran.logs
    assert await bench.fixes() == before


async def test_windows_of_the_parameters(bench: ScoreBench) -> None:
    """The version's windows and rules are those that are measured and judged by."""
    await four_reviews(bench)
    await bench.task("k1", DONE)
    await bench.pool.execute(
        "INSERT INTO parameter_versions (id, name, parameters) VALUES ('p1', 'P', $1)",
        {"fix_tracking": {"pre_window_days": 7, "post_window_days": 7}},
    )
    rules = {"version": "1", "defaultSufficiency": {"level": "HIGH", "confidence": 0.9}}
    await bench.pool.execute("INSERT INTO rule_set_versions (id, name, rules) VALUES ('s1', 'S', $1)", rules)
    await score(bench, parameter_version_id="p1", rule_set_version_id="s1")
    row = (await bench.fixes())["k1"]
    assert (row["measurement_start"], row["measurement_end"]) == (date(2026, 1, 3), date(2026, 1, 16))
    assert (row["confidence_level"], row["confidence"]) == ("HIGH", 0.9)
    assert (row["components"]["ruleId"], row["components"]["parameterVersionId"]) == (None, "p1")
