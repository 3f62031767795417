"""`python -m jobs explain`: what a real run has stored is enough to explain it, and fits together."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import date
from typing import Any

import pytest

from jobs.scoring.explaining import explain_review, explain_theme
from jobs.scoring.explaining.reading import read_mentions, read_review, read_themes
from jobs.scoring.run_history import Wanted, find_run, find_tenant_name
from tests.support.jobs_cli import Say, jobs_command
from tests.support.loops import one_loop
from tests.support.scoring import FIRST, LAST, ScoreBench, open_score_bench

__all__ = ["jobs_command"]

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
SIXTY_BEFORE = date(2025, 12, 2)
BEFORE_FIRST = date(2025, 11, 1)


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[ScoreBench]:
    """Tenant t1 with a finished run of three reviews, and three of the period before."""
    async with open_score_bench(database_url) as bench:
        await bench.review(LAST, "food 0.8; plain words beside it", 5)
        await bench.review(SIXTY_BEFORE, "food -0.4; service -0.6", 1, external_review_id="ext-2")
        await bench.review(LAST, "food 0.5; nothing more to say", None, likes_count=1)
        for _ in range(3):
            await bench.review(BEFORE_FIRST, "food -1; and not much beside it", None)
        await bench.score()
        yield bench


async def test_a_review(bench: ScoreBench, jobs_command: Say) -> None:
    """A review's terms are those of its run; its id at the source finds it too."""
    said = await jobs_command("explain", "review", "ext-2")
    assert (said.code, said.error) == (0, "")
    assert said.out == (await jobs_command("explain", "review", "r002", "--tenant", "first")).out
    assert "S_r -0.650000 0.7 x text -0.500000 + 0.3 x stars -1.000000" in said.words
    assert "= W_r -0.390000" in said.words
    assert "Food Quality -0.400000 -0.580000 -0.348000" in said.words
    assert "Check: the stored terms make the stored values." in said.out
    assert said.words.endswith("W_r would be -0.780000 instead of -0.390000.")


async def test_a_review_as_json(bench: ScoreBench, jobs_command: Say) -> None:
    """For programs: every term with what it came from, the change, and no problem."""
    told = json.loads((await jobs_command("explain", "review", "r003", "--json")).out)
    assert told["review"]["components"]["engagement"] == {
        "value": 1.3,
        "enabled": True,
        "counts": {"likes": 1, "replies": 0, "helpful": 0},
        "cap": 1.3,
    }
    assert told["change"]["result"] == pytest.approx(0.5 * 1.2)
    assert told["problems"] == []


async def test_a_review_that_was_edited_since(bench: ScoreBench, jobs_command: Say) -> None:
    """What is explained is the version that was scored, in its own words."""
    await bench.pool.execute(
        "INSERT INTO review_versions (tenant_id, review_id, version, content)"
        " SELECT tenant_id, id, version, content FROM reviews WHERE id = 'r002'"
    )
    await bench.pool.execute("UPDATE reviews SET content = 'food 1', rating = 5, version = 2 WHERE id = 'r002'")
    said = await jobs_command("explain", "review", "r002")
    assert said.code == 0
    assert '"food -0.4; service -0.6"' in said.out
    assert "changed since, to version 2" in said.out
    assert "= W_r -0.390000" in said.words


async def test_a_theme(bench: ScoreBench, jobs_command: Say) -> None:
    """A theme's mentions, sums, formulas and trend are those of its run; its name finds it too.

    Food: 1.032 and 0.78 and -0.348, so S = 1.464 / 2.16; a ninth, times 1.2, is taken of what is above 5.
    """
    said = await jobs_command("explain", "theme", "food quality", "--tenant", "t1")
    assert (said.code, said.error) == (0, "")
    assert said.out == (await jobs_command("explain", "theme", "theme-food-quality", "--tenant", "first")).out
    assert (
        "1.032000 47.78% 2026-01-31 r001 0.780000 36.11% 2026-01-31 r003 -0.348000 16.11% 2025-12-02 r002" in said.words
    )
    assert "S_theme 0.677778 = 1.464000 / 2.160000" in said.words
    assert "= Score 7.937037 within 0 to 10; shown as 7.9" in said.words
    assert "Trend 7.937037 = Score - 0.000000 in" in said.words
    assert said.words.endswith("without review r002, the score would be 10.00 (+2.06).")


async def test_a_theme_as_json(bench: ScoreBench, jobs_command: Say) -> None:
    """For programs: the theme, its greatest mentions, and the rest in one."""
    said = await jobs_command("explain", "theme", "Food Quality", "--tenant", "t1", "--top", "1", "--json")
    told = json.loads(said.out)
    assert [mention["reviewId"] for mention in told["top"]] == ["r001"]
    assert (told["rest"]["mentions"], told["rest"]["sumImpact"]) == (2, pytest.approx(0.432))
    assert told["theme"]["negativity"] == 1.2


async def test_a_superseded_run(bench: ScoreBench, jobs_command: Say) -> None:
    """Its themes keep their sums, its reviews have no score any more, and both say which run followed."""
    ((old,),) = await bench.rows("SELECT id FROM score_runs")
    await bench.review(LAST, "food 0.8; plain words beside it", 5)
    await bench.score()
    ((new,),) = await bench.rows("SELECT id FROM score_runs WHERE id <> $1", old)
    theme = await jobs_command("explain", "theme", "Food Quality", "--tenant", "t1", "--run", old)
    assert theme.code == 0
    assert f"superseded by run {new}" in theme.words
    assert theme.words.endswith("not known, since its mentions are not kept one by one.")
    review = await jobs_command("explain", "review", "r001", "--run", old)
    assert (review.code, f"run {new} followed it" in review.error) == (1, True)


@pytest.mark.parametrize(
    ("statement", "words", "problem"),
    [
        (
            "UPDATE review_scores SET weighted_impact = 0.5 WHERE review_id = 'r002'",
            ("review", "r002"),
            "W_r: its terms make -0.39, stored is 0.5",
        ),
        (
            "UPDATE theme_scores SET score_0_10 = 5",
            ("theme", "Food Quality", "--tenant", "t1"),
            "score: its terms make 7.93703704, stored is 5",
        ),
        (
            "DELETE FROM reviews WHERE id = 'r002'",
            ("theme", "Food Quality", "--tenant", "t1"),
            "mentions: its terms make 2, stored is 3",
        ),
    ],
)
async def test_what_does_not_fit_together(
    bench: ScoreBench, jobs_command: Say, statement: str, words: tuple[str, ...], problem: str
) -> None:
    """Rows that somebody changed or deleted are told, with what they should be; the command fails."""
    await bench.pool.execute(statement)
    said = await jobs_command("explain", *words)
    assert said.code == 1
    assert "Check FAILED" in said.out
    assert problem in said.words


async def test_terms_that_cannot_be_read(bench: ScoreBench, jobs_command: Say) -> None:
    """A row whose terms are lost is told in one line, with what to do; and that helps."""
    await bench.pool.execute("UPDATE review_scores SET components = '{}' WHERE review_id = 'r002'")
    said = await jobs_command("explain", "review", "r002")
    assert (said.code, said.out, said.error.count("\n")) == (1, "", 1)
    assert "beside the score of review 'r002' cannot be read" in said.error
    assert said.error.endswith("and score the period again\n")
    await bench.pool.execute("UPDATE score_runs SET fingerprint = ''")
    await bench.score()
    assert (await jobs_command("explain", "review", "r002")).code == 0


REFUSALS = [
    (("review", "nope"), 2, "no review 'nope': give its id, or its id at its source"),
    (("review", "r001", "--tenant", "t2"), 2, "review 'r001' is one of tenant 't1', not of 't2'"),
    (("review", "twice"), 2, "several reviews have the id 'twice' at their source: give one of r007, r008"),
    (("review", "r007"), 1, "review 'r007' has no score: it is a copy of review 'r001'"),
    (("review", "r008"), 1, "review 'r008' has no score: its source has removed it"),
    (("review", "r004"), 1, "review 'r004' has no score: no finished run covers its day, 2025-11-01"),
    (("review", "r009"), 1, "review 'r009' has no score: it was stored after run"),
    (("review", "r001", "--run", "nope"), 1, "no score run 'nope'"),
    (("theme", "Parking", "--tenant", "t1"), 2, "has no score of theme 'Parking'; its themes: Food Quality, Serv"),
    (("theme", "Service", "--tenant", "nobody"), 2, "no tenant 'nobody'; the tenants: t1, t2"),
    (("theme", "Service", "--tenant", "t2"), 1, "tenant 't2' has no finished score run"),
    (("fix", "nope"), 2, "no task 'nope'"),
    (("fix", "open"), 1, "task 'open' has no FixScore: it is PENDING, and only what is COMPLETED is measured"),
    (("fix", "vague"), 1, "task 'vague' has no FixScore: it has no theme"),
    (("fix", "done"), 1, "no score run of tenant 't1' with computeFixScores has measured it"),
]


async def test_what_cannot_be_explained(bench: ScoreBench, jobs_command: Say) -> None:
    """One line says what is wrong, and why there is no score where there is none."""
    await bench.review(LAST, "food 0.8", 5, connector_id="c1", duplicate_of="r001", external_review_id="twice")
    await bench.review(LAST, "food 0.8", 5, connector_id="c2", external_review_id="twice")
    await bench.review(LAST, "food 0.9", 5)
    await bench.pool.execute("UPDATE reviews SET removed_at = now() WHERE id = 'r008'")
    await bench.pool.execute(
        "INSERT INTO tasks (id, tenant_id, theme_id, title, status, completed_at) VALUES"
        " ('open', 't1', 'theme-service', 'Open', 'PENDING', NULL),"
        " ('vague', 't1', NULL, 'Vague', 'COMPLETED', now()),"
        " ('done', 't1', 'theme-service', 'Done', 'COMPLETED', now())"
    )
    for words, code, why in REFUSALS:
        said = await jobs_command("explain", *words)
        assert (said.code, said.out, said.error.count("\n")) == (code, "", 1)
        assert why in said.error


PARAMETERS: list[dict[str, Any]] = [
    {},
    {"sentiment": {"use_star_rating": False}},
    {"source": {"weights": {"google": 1.4}, "max_weight": 1.1}, "engagement": {"cap": 2}},
    {"time": {"review_half_life_days": 7}, "themes": {"negativity_factor": 0}},
]


@pytest.mark.parametrize("parameters", PARAMETERS, ids=["default", "no stars", "bounds", "fast"])
async def test_everything_that_a_run_stores_is_explained(bench: ScoreBench, parameters: dict[str, Any]) -> None:
    """Whatever the parameters, the stored terms of every review and theme make its stored score."""
    await bench.pool.execute(
        "INSERT INTO parameter_versions (id, name, parameters, status) VALUES ('p1', 'P', $1, 'ACTIVE')", parameters
    )
    await bench.review(FIRST, None, 2, source_type="WEBSITE", replies_count=7)
    await bench.review(LAST, "food 0.8; service -0.2", 4, source_type="HELLOPETER", helpful_count=2)
    await bench.review(LAST, "short", 1)
    await bench.score()
    async with bench.pool.acquire() as connection:
        run = await find_run(connection, await find_tenant_name(connection, "t1"), Wanted())
        assert run.parameter_version_id == "p1"
        themes = await read_themes(connection, run, ["theme-food-quality", "theme-service"])
        for theme in themes.values():
            told = explain_theme(theme, run, await read_mentions(connection, run, theme.theme_id), 5)
            assert told.problems == ()
        for (review_id,) in await bench.rows("SELECT review_id FROM review_scores WHERE score_run_id = $1", run.id):
            review = await read_review(connection, run, review_id)
            assert review is not None
            assert explain_review(review, run, themes).problems == ()


async def test_a_fix(bench: ScoreBench, jobs_command: Say) -> None:
    """A FixScore's sides, counts, confidence and rule are those that were stored with it.

    All before are bad, all after are good: S goes from -1 to 1. Five to nine reviews have a confidence of 0.7, and
    2 x ln 7 x 0.7 is 2.724. Three impacts of -1.2 are 53 days old on 24 December, and -0.696 is 22: -2.491407.
    """
    await bench.pool.execute(
        "INSERT INTO tasks (id, tenant_id, theme_id, title, status, completed_at)"
        " VALUES ('cook', 't1', 'theme-food-quality', 'A new cook', 'COMPLETED', '2025-12-25T10:00Z')"
    )
    more: dict[str, Any] = {
        "compute_fix_scores": True,
        "fix_scores_since": "2025-12-01",
        "created_at": "2026-02-01T00:00:00Z",
    }
    await bench.score(**more)
    said = await jobs_command("explain", "fix", "cook")
    assert (said.code, said.error) == (0, "")
    assert "Task A new cook (cook): FixScore 2.72" in said.words
    assert "theme Food Quality (theme-food-quality), completed on 2025-12-25" in said.words
    assert "Before 2025-09-26 to 2025-12-24 4 -2.491407 2.491407 -1.000000" in said.words
    assert "After 2025-12-25 to 2026-02-01 2 1.791187 1.791187 1.000000" in said.words
    assert "= FixScore 2.724274" in said.words
    assert said.words.endswith("at full confidence, the FixScore would be 3.89 (+1.17).")
    told = json.loads((await jobs_command("explain", "fix", "cook", "--json")).out)
    assert (told["fix"]["components"]["postOpen"], told["problems"]) == (True, [])


async def test_overrides(bench: ScoreBench, jobs_command: Say) -> None:
    """What an override of a source or a theme changes is told where it counts, and everything still fits together.

    Google is worth 1 here, so W_r is -0.325. Food fades by a half each 30 days and takes the stars by a half:
    S = -0.7, W = -0.7 x 0.25 x 1, which is no longer negative.
    """
    quick = {
        "time": {"review_half_life_days": 30},
        "sentiment": {"star_rating_blend_weight": 0.5},
        "themes": {"negativity_factor": 0.5},
    }
    await bench.pool.executemany(
        "INSERT INTO parameter_overrides (id, scope, source_type, theme_id, parameters) VALUES ($1, $2, $3, $4, $5)",
        [
            ("plain", "SOURCE", "GOOGLE", None, {"source": {"weights": {"google": 1.0}}}),
            ("quick", "THEME", None, "theme-food-quality", quick),
        ],
    )
    await bench.score()
    review = await jobs_command("explain", "review", "r002")
    assert review.code == 0
    assert "overrides plain, quick" in review.words
    assert "= W_r -0.325000" in review.words
    assert "Food Quality -0.400000 -0.700000 -0.175000" in review.words
    own = "S = 0.5 x m + 0.5 x stars -1.000000, W = S x 0.250000 x 1.000000 x 1.000000 x 1.000000"
    assert f"Food Quality by its own parameters: {own}" in review.words
    assert "Service by its own" not in review.words
    theme = await jobs_command("explain", "theme", "Food Quality", "--tenant", "t1")
    assert (theme.code, "(0 / 3)^2 x 0.5 x max(0, base - 5)" in theme.words) == (0, True)
