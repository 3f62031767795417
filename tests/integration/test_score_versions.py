"""What a score run is made with: versions by id or by status, overrides, pinned at the first attempt."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from engine.testing import Ran
from engine.types import Fail, Retry
from jobs.payloads import ScoreResult
from jobs.scoring import measure
from tests.support.loops import one_loop
from tests.support.scoring import LAST, ScoreBench, open_score_bench

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
GOOD = "food 0.8; plain words beside it"


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[ScoreBench]:
    async with open_score_bench(database_url) as bench:
        await bench.review(LAST, GOOD, 5)
        yield bench


def result(ran: Ran) -> ScoreResult:
    assert isinstance(ran.result, ScoreResult), ran.outcome
    return ran.result


def refusal(ran: Ran) -> str:
    assert isinstance(ran.outcome, Fail), ran.outcome
    return ran.outcome.failure.message


async def parameters(bench: ScoreBench, name: str, values: dict[str, Any], status: str = "DRAFT") -> None:
    await bench.pool.execute(
        "INSERT INTO parameter_versions (id, name, parameters, status) VALUES ($1, $1, $2, $3)", name, values, status
    )


async def override(bench: ScoreBench, name: str, scope: str, values: dict[str, Any], **more: Any) -> None:
    row = {"id": name, "scope": scope, "parameters": values} | more
    places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
    await bench.pool.execute(f"INSERT INTO parameter_overrides ({', '.join(row)}) VALUES ({places})", *row.values())


def star_weight(value: float) -> dict[str, Any]:
    return {"sentiment": {"star_rating_blend_weight": value}}


async def sentiment(bench: ScoreBench, run: str) -> float:
    found: float = await bench.pool.fetchval("SELECT sentiment FROM review_scores WHERE score_run_id = $1", run)
    return found


@pytest.mark.parametrize("status", ["DRAFT", "ACTIVE", "ARCHIVED"])
async def test_a_version_is_used_by_its_id(bench: ScoreBench, status: str) -> None:
    """Whatever its status: a draft can be tried, an archived version gone back to."""
    await parameters(bench, "p1", star_weight(1), status)
    asked = result(await bench.score(parameter_version_id="p1"))
    assert asked.parameter_version_id == "p1"
    assert await sentiment(bench, asked.score_run_id) == 1
    rules = {"version": "7", "defaultConfidenceWeight": 0.5}
    await bench.pool.execute(
        "INSERT INTO rule_set_versions (id, name, rules, status) VALUES ('s1', 'S', $1, $2)", rules, status
    )
    asked = result(await bench.score(rule_set_version_id="s1"))
    assert asked.rule_set_version_id == "s1"
    assert await bench.rows("SELECT w_confidence FROM review_scores") == [(0.5,)]


async def test_drafts_and_archived_versions_are_not_the_default(bench: ScoreBench) -> None:
    """Without an id and without an ACTIVE version the built-in parameters and rules are used."""
    await parameters(bench, "p1", star_weight(1))
    await parameters(bench, "p2", star_weight(0), "ARCHIVED")
    assert result(await bench.score()).parameter_version_id == "default"
    await parameters(bench, "p3", star_weight(0.5), "ACTIVE")
    assert result(await bench.score()).parameter_version_id == "p3"


async def test_the_same_parameters_under_another_id_are_reused(bench: ScoreBench) -> None:
    """What counts is what a version says: with the same content the finished run answers, with another it does not."""
    await parameters(bench, "p1", star_weight(0.5))
    await parameters(bench, "p2", star_weight(0.5))
    await parameters(bench, "p3", star_weight(0.6))
    first = result(await bench.score(parameter_version_id="p1"))
    assert result(await bench.score(parameter_version_id="p2")).score_run_id == first.score_run_id
    assert not result(await bench.score(parameter_version_id="p3")).reused


async def test_a_draft_that_was_edited_is_another(bench: ScoreBench) -> None:
    """An edit of parameters or rules under the same id makes a new run."""
    await parameters(bench, "p1", star_weight(0.5))
    await bench.pool.execute(
        "INSERT INTO rule_set_versions (id, name, rules) VALUES ('s1', 'S', '{\"version\": \"1\"}')"
    )
    asked: dict[str, Any] = {"parameter_version_id": "p1", "rule_set_version_id": "s1"}
    await bench.score(**asked)
    assert result(await bench.score(**asked)).reused
    await bench.pool.execute("UPDATE parameter_versions SET parameters = $1", star_weight(0.6))
    assert not result(await bench.score(**asked)).reused
    await bench.pool.execute(
        "UPDATE rule_set_versions SET rules = $1", {"version": "1", "defaultConfidenceWeight": 0.5}
    )
    assert not result(await bench.score(**asked)).reused


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ('{"time": {"review_half_life_days": 0}}', "'p1' cannot be used: Expected `float` >= 1.0 - at `$.time.review"),
        ('{"time": {"review_half_life_days": "60"}}', "review_half_life_days"),
        ('{"source": {"weights": {"google": 9}}}', "source.weights.google 9 is above 1.4"),
        ('{"engagement": {"cap": 1e999}}', "'p1' cannot be used: Number out of range"),
    ],
)
async def test_a_version_that_cannot_be_used(bench: ScoreBench, values: str, why: str) -> None:
    """It fails the job at once, and the text names the version and the value."""
    await bench.pool.execute(
        "INSERT INTO parameter_versions (id, name, parameters) SELECT 'p1', 'P', $1::text::jsonb", values
    )
    assert why in refusal(await bench.score(parameter_version_id="p1"))
    assert await bench.pool.fetchval("SELECT count(*) FROM score_runs") == 0


async def test_rules_that_cannot_be_used(bench: ScoreBench) -> None:
    """They fail the job at once, and the text names the version and the place."""
    rules = {
        "version": "1",
        "confidenceRules": [
            {
                "id": "r",
                "name": "r",
                "conditions": {"field": "content", "operator": "matches", "value": "(a+)+"},
                "action": {"weight": 1},
            }
        ],
    }
    await bench.pool.execute("INSERT INTO rule_set_versions (id, name, rules) VALUES ('s1', 'S', $1)", rules)
    told = refusal(await bench.score(rule_set_version_id="s1"))
    assert "rule set version 's1' cannot be used" in told
    assert "confidenceRules" in told


async def test_overrides_of_sources(bench: ScoreBench) -> None:
    """An override of a source changes the reviews of that source alone."""
    await bench.review(LAST, GOOD, 5, source_type="HELLOPETER", connector_id="c2")
    await override(bench, "all", "GLOBAL", {"source": {"weights": {"google": 1.0}}})
    await override(bench, "hp", "SOURCE", {"source": {"weights": {"hellopeter": 0.7}}}, source_type="HELLOPETER")
    await override(bench, "g", "SOURCE", star_weight(1), source_type="GOOGLE")
    await bench.score()
    rows = await bench.rows("SELECT review_id, w_source, sentiment FROM review_scores ORDER BY review_id")
    assert rows == [("r001", 1.0, 1.0), ("r002", 0.7, pytest.approx(0.86))]
    terms = await bench.rows("SELECT components -> 'source' ->> 'rawWeight' FROM review_scores ORDER BY review_id")
    assert terms == [("1.0",), ("0.7",)]


async def test_overrides_of_themes(bench: ScoreBench) -> None:
    """An override of a theme changes what reviews add to it and how it is summed up, and nothing else."""
    for _ in range(3):
        await bench.review(LAST, "food 0.8; service 0.4; and nothing else", 5)
    await bench.review(LAST, "food -0.8; service -0.4; and nothing else", 1)
    await bench.score()
    before = await _themes(bench)
    await override(
        bench,
        "t",
        "THEME",
        star_weight(0) | {"themes": {"negativity_factor": 0}, "time": {"review_half_life_days": 1}},
        theme_id="theme-service",
    )
    assert not result(await bench.score()).reused
    after = await _themes(bench)
    assert after["theme-food-quality"] == before["theme-food-quality"]
    # 3 of 0.4 and one of -0.4, no stars, and nothing taken off for the one that is negative.
    assert list(after["theme-service"]) == pytest.approx([0.5, 7.5])
    assert before["theme-service"] != after["theme-service"]


async def test_for_whom_overrides_are(bench: ScoreBench) -> None:
    """Those of another organisation or branch, and those that are switched off, do not count."""
    await override(bench, "other-org", "TENANT", star_weight(0.1), organisation_id="o2")
    await override(bench, "other-branch", "BRANCH", star_weight(0.2), tenant_id="t2")
    await override(bench, "off", "GLOBAL", star_weight(0.3), is_active=False)
    await override(bench, "narrow", "SOURCE", star_weight(0.4), source_type="GOOGLE", organisation_id="o2")
    await override(bench, "org", "TENANT", star_weight(0.5), organisation_id="o1")
    ran = result(await bench.score())
    stored = await bench.pool.fetchval("SELECT parameters FROM score_runs")
    assert stored["appliedOverrideIds"] == ["org"]
    assert stored["baseVersionId"] is None
    assert stored["context"] == {"organisationId": "o1", "tenantId": "t1"}
    assert stored["parameters"]["sentiment"]["star_rating_blend_weight"] == 0.5
    assert await sentiment(bench, ran.score_run_id) == pytest.approx(0.9)


async def test_numbers_out_of_bounds_are_told(bench: ScoreBench) -> None:
    """A number that an override puts out of its bounds is moved to them, and the job's log says so."""
    await override(bench, "o", "GLOBAL", star_weight(3))
    ran = await bench.score()
    assert await sentiment(bench, result(ran).score_run_id) == 1
    assert "warning: override 'o': sentiment.star_rating_blend_weight 3 is above 1, which is used" in ran.logs, ran.logs


async def test_an_override_that_cannot_be_used(bench: ScoreBench) -> None:
    """It fails the job at once; the text names it, the value and the table."""
    await override(bench, "o", "THEME", {"sentiment": {"use_star_rating": "yes"}}, theme_id="theme-service")
    told = refusal(await bench.score())
    assert "'o'" in told
    assert "use_star_rating" in told
    assert "parameter_overrides" in told


async def test_a_retry_keeps_what_the_first_attempt_found(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions and overrides that change between two attempts change nothing for the second."""
    await override(bench, "o", "SOURCE", star_weight(1), source_type="GOOGLE")

    def broken(*_: object) -> Any:
        raise RuntimeError("the abacus is broken")

    with monkeypatch.context() as patch:
        patch.setattr(measure, "aggregate", broken)
        assert isinstance((await bench.score(given=bench.delivery(run=7))).outcome, Retry)
    await bench.pool.execute("DELETE FROM parameter_overrides")
    await parameters(bench, "p1", star_weight(0), "ACTIVE")
    await bench.pool.execute(
        "INSERT INTO rule_set_versions (id, name, rules, status) VALUES ('s1', 'S', '{\"version\": \"1\"}', 'ACTIVE')"
    )
    retried = result(await bench.score(given=bench.delivery(run=7, attempt=2)))
    assert (retried.parameter_version_id, retried.rule_set_version_id) == ("default", "default")
    assert await sentiment(bench, retried.score_run_id) == 1


async def test_pinned_parameters_that_cannot_be_read(bench: ScoreBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that another program has begun with parameters that this one does not know is told to begin anew."""

    def broken(*_: object) -> Any:
        raise RuntimeError("the abacus is broken")

    with monkeypatch.context() as patch:
        patch.setattr(measure, "aggregate", broken)
        await bench.score(given=bench.delivery(run=7))
    await bench.pool.execute("UPDATE score_runs SET parameters = '{}'")
    assert "enqueue it anew" in refusal(await bench.score(given=bench.delivery(run=7, attempt=2)))


async def _themes(bench: ScoreBench) -> dict[str, tuple[float, float]]:
    rows = await bench.rows(
        "SELECT theme_id, s_theme, score_0_10 FROM theme_scores s JOIN score_runs r ON r.id = s.score_run_id"
        " WHERE r.superseded_by IS NULL"
    )
    return {theme: (sentiment, score) for theme, sentiment, score in rows}
