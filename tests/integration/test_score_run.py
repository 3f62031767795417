"""What a score run stores: figures worked out by hand, from a text model whose readings stand in the texts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date
from typing import Any

import pytest

from engine.testing import Ran
from engine.types import Fail
from jobs.payloads import ScoreResult
from jobs.scoring import format_themes, theme_table
from tests.support.scoring import FIRST, LAST, ScoreBench, open_score_bench

pytestmark = pytest.mark.anyio
SIXTY_BEFORE = date(2025, 12, 2)
BEFORE_FIRST = date(2025, 11, 1)


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[ScoreBench]:
    async with open_score_bench(database_url) as bench:
        yield bench


def result(ran: Ran) -> ScoreResult:
    assert isinstance(ran.result, ScoreResult), ran.outcome
    return ran.result


async def themes(bench: ScoreBench) -> dict[str, dict[str, Any]]:
    rows = await bench.pool.fetch(
        "SELECT t.name, s.* FROM theme_scores s JOIN themes t ON t.id = s.theme_id"
        " JOIN score_runs r ON r.id = s.score_run_id WHERE r.superseded_by IS NULL"
    )
    return {row["name"]: dict(row) for row in rows}


async def three_reviews(bench: ScoreBench) -> None:
    await bench.review(LAST, "food 0.8; plain words beside it", 5)
    await bench.review(SIXTY_BEFORE, "food -0.4; service -0.6", 1)
    await bench.review(LAST, "service 0.5; nothing more to say", None, likes_count=1)


async def test_review_scores_by_hand(bench: ScoreBench) -> None:
    """Each review's sentiment and weights are those of the formulas, to the last digits."""
    await three_reviews(bench)
    await bench.score()
    rows = await bench.rows(
        "SELECT review_id, sentiment, w_time, w_source, w_engagement, w_confidence, weighted_impact"
        " FROM review_scores ORDER BY review_id"
    )
    first = ("r001", 0.7 * 0.8 + 0.3, 1, 1.2, 1, 1, 0.86 * 1.2)
    second = ("r002", 0.7 * -0.5 - 0.3, 0.5, 1.2, 1, 1, -0.65 * 0.5 * 1.2)
    third = ("r003", 0.5, 1, 1.2, 1.3, 1, 0.5 * 1.2 * 1.3)
    for found, expected in zip(rows, (first, second, third), strict=True):
        assert found[0] == expected[0]
        assert found[1:] == pytest.approx(expected[1:])


async def test_theme_scores_by_hand(bench: ScoreBench) -> None:
    """A theme is scored from the clauses that name it, not from the whole review.

    Food: 0.86 x 1.2 = 1.032 and -0.58 x 0.5 x 1.2 = -0.348, so S = 0.684 / 1.38; one of two is negative, which takes
    0.25 x 1.2 of what is above 5. Service: -0.72 x 0.5 x 1.2 = -0.432 and 0.5 x 1.2 x 1.3 = 0.78.
    """
    await three_reviews(bench)
    ran = await bench.score()
    found = await themes(bench)
    food, service = found["Food Quality"], found["Service"]
    assert (food["mention_count"], food["positive_count"], food["negative_count"]) == (2, 1, 1)
    assert food["sum_weighted_impact"] == pytest.approx(0.684)
    assert food["sum_abs_weighted_impact"] == pytest.approx(1.38)
    assert food["s_theme"] == pytest.approx(0.684 / 1.38)
    above = 5 * 0.684 / 1.38
    assert food["score_0_10"] == pytest.approx(5 + above - 0.25 * 1.2 * above)
    assert food["severity"] == 0
    above = 5 * 0.348 / 1.212
    assert service["score_0_10"] == pytest.approx(5 + above - 0.25 * 1.2 * above)
    assert (food["trend_direction"], food["trend_magnitude"]) == (None, None)
    assert set(found) == {"Food Quality", "Service"}
    assert (result(ran).reviews_processed, result(ran).themes_processed) == (3, 2)


async def test_result_and_run_row(bench: ScoreBench) -> None:
    """The result names the run and what it was made with; its row is COMPLETED and keeps the parameters."""
    await three_reviews(bench)
    ran = await bench.score(triggered_by_id="u1", correlation_id="k1", branch_id="b1", compute_fix_scores=True)
    told = result(ran)
    (row,) = await bench.pool.fetch("SELECT * FROM score_runs")
    assert (told.success, told.score_run_id, told.reused) == (True, row["id"], False)
    assert (told.parameter_version_id, told.rule_set_version_id) == ("default", "default")
    assert (told.sentiment_model_version, told.fix_scores_computed) == ("spelled-out", 0)
    assert (row["status"], row["run_type"], row["fence"]) == ("COMPLETED", "MANUAL", bench.fence)
    assert (row["branch_id"], row["triggered_by_id"], row["correlation_id"]) == ("b1", "u1", "k1")
    assert (row["parameter_version_id"], row["rule_set_version_id"]) == (None, None)
    assert row["parameters"]["parameters"]["time"] == {"review_half_life_days": 60.0}
    assert len(row["fingerprint"]) == 64


async def test_steps_and_summary(bench: ScoreBench) -> None:
    """Progress rises through the named steps to 100; the last line is the table of themes."""
    await three_reviews(bench)
    ran = await bench.score()
    percents = [step.percent for step in ran.progress]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (5, 100)
    lines = ran.logs[-1].splitlines()
    assert lines[0].endswith("3 reviews, 2 themes")
    assert lines[1].split() == ["Theme", "Score", "Trend", "Mentions", "+", "=", "-", "Severity"]
    assert lines[2].split() == ["Service", "6.0", "-", "2", "1", "0", "1", "0.0"]
    assert lines[3].split() == ["Food", "Quality", "6.7", "-", "2", "1", "0", "1", "0.0"]


async def test_explanations(bench: ScoreBench) -> None:
    """Beside each score stands what it came from."""
    await three_reviews(bench)
    await bench.score()
    ((explained,),) = await bench.rows("SELECT components FROM review_scores WHERE review_id = 'r003'")
    assert explained["base"] == {
        "score": 0.5,
        "modelVersion": "spelled-out",
        "rawScore": 0.5,
        "ratingBlended": False,
        "rating": None,
        "starWeight": None,
    }
    assert explained["engagement"]["counts"] == {"likes": 1, "replies": 0, "helpful": 0}
    assert explained["confidence"] == {
        "value": 1.0,
        "ruleId": None,
        "reasonCode": "FULL_CONFIDENCE",
        "matchedRules": [],
    }
    assert [theme["themeId"] for theme in explained["themes"]] == ["theme-service"]
    assert explained["parameterVersionId"] == "default"


async def test_days_of_the_period(bench: ScoreBench) -> None:
    """Both days count whole, in the tenant's zone; the days beside them do not."""
    await bench.pool.execute("UPDATE tenants SET timezone = 'Pacific/Kiritimati'")  # UTC+14
    for day in (BEFORE_FIRST, FIRST, LAST):
        await bench.review(day, "food 0.8; plain words beside it", 5)  # noon UTC is 02:00 of the next day there
    await bench.score()
    scored = await bench.rows("SELECT review_id, components -> 'time' ->> 'daysDelta' FROM review_scores ORDER BY 1")
    assert scored == [("r001", "90"), ("r002", "89")]


async def test_removed_and_duplicate_reviews_do_not_count(bench: ScoreBench) -> None:
    """What is gone at the source or the copy of another review is left out."""
    kept = await bench.review(LAST, "food 0.8; plain words beside it", 5)
    await bench.review(LAST, "food 0.8; plain words beside it", 5, connector_id="c2", duplicate_of=kept)
    gone = await bench.review(LAST, "food -1; plain words beside it", 1)
    await bench.pool.execute("UPDATE reviews SET removed_at = now() WHERE id = $1", gone)
    assert result(await bench.score()).reviews_processed == 1


async def test_reviews_without_words_or_stars(bench: ScoreBench) -> None:
    """Stars alone are (rating - 3) / 2 at a low confidence; words alone are the text's score."""
    await bench.review(LAST, None, 2)
    await bench.review(LAST, "food -0.5; that was all of it", None)
    await bench.score()
    rows = await bench.rows("SELECT sentiment, w_confidence FROM review_scores ORDER BY review_id")
    assert rows == [(-0.5, 0.7), (-0.5, 1.0)]


async def test_trend_against_the_preceding_period(bench: ScoreBench) -> None:
    """Three mentions on either side make a trend; with two on one side there is none.

    Food went from all bad, S = -1 and 0, to all good, S = 1 and 10; each side's ages count from its own last day.
    """
    for _ in range(3):
        await bench.review(BEFORE_FIRST, "food -1; and not much beside it", None)
        await bench.review(LAST, "food 1; and not much beside it", None)
    for day in (BEFORE_FIRST, BEFORE_FIRST, LAST, LAST, LAST):
        await bench.review(day, "service 1; and not much beside it", None)
    await bench.score()
    found = await themes(bench)
    food, service = found["Food Quality"], found["Service"]
    assert (food["trend_direction"], food["trend_magnitude"]) == ("IMPROVING", 10)
    assert (service["trend_direction"], service["trend_magnitude"]) == (None, None)
    assert await bench.pool.fetchval("SELECT count(*) FROM review_scores") == 6


async def test_extraction_is_kept(bench: ScoreBench) -> None:
    """Mentions are stored once for a text; a new version of it is read again, a hand-made mention stays."""
    edited = await bench.review(LAST, "food 0.8; plain words beside it", None)
    other = await bench.review(LAST, "service 0.5; nothing more to say", None)
    await bench.pool.execute(
        "INSERT INTO review_themes (tenant_id, review_id, theme_id, review_version, sentiment, clause_score, hand_made)"
        " VALUES ('t1', $1, 'theme-location', 1, 'NEGATIVE', -1, true)",
        edited,
    )
    await bench.score()
    first = await bench.rows("SELECT review_id, theme_id, ctid FROM review_themes ORDER BY 1, 2")
    assert [row[:2] for row in first] == [
        (edited, "theme-food-quality"),
        (edited, "theme-location"),
        (other, "theme-service"),
    ]
    assert (await themes(bench))["Location"]["s_theme"] == -1
    await bench.pool.execute(
        "UPDATE reviews SET content = 'service 0.8; plain words beside it', version = 2 WHERE id = $1", edited
    )
    assert not result(await bench.score()).reused
    second = await bench.rows("SELECT review_id, theme_id, ctid FROM review_themes ORDER BY 1, 2")
    assert [row[:2] for row in second] == [
        (edited, "theme-location"),
        (edited, "theme-service"),
        (other, "theme-service"),
    ]
    assert (second[0], second[2]) == (first[1], first[2])
    assert set(await themes(bench)) == {"Location", "Service"}


async def test_themes_of_the_organisation(bench: ScoreBench) -> None:
    """A new theme of the tenant's organisation is looked for in all reviews; another organisation's is not."""
    await bench.review(LAST, "braai 0.8; plain words beside it", None)
    await bench.score()
    assert await themes(bench) == {}
    await bench.pool.execute(
        "INSERT INTO themes (id, organisation_id, name, category, keywords)"
        " VALUES ('braai', 'o1', 'Braai', 'PRODUCT', '{Braai}'), ('words', 'o2', 'Words', 'OTHER', '{words}')"
    )
    assert not result(await bench.score()).reused
    assert set(await themes(bench)) == {"Braai"}


async def test_an_empty_period_is_scored(bench: ScoreBench) -> None:
    """A tenant without reviews has a finished run without scores."""
    ran = await bench.score("t2")
    assert (result(ran).reviews_processed, result(ran).themes_processed) == (0, 0)
    assert ran.logs[-1].endswith("no theme was mentioned")


@pytest.mark.parametrize(
    ("tenant", "more", "why"),
    [
        ("nobody", {}, "tenant 'nobody' is unknown"),
        ("t1", {"parameter_version_id": "p9"}, "parameter version 'p9' is unknown"),
        ("t1", {"rule_set_version_id": "s9"}, "rule set version 's9' is unknown"),
    ],
)
async def test_what_cannot_be_scored_fails_at_once(
    bench: ScoreBench, tenant: str, more: dict[str, Any], why: str
) -> None:
    """An unknown tenant or version is not tried again, and leaves no row."""
    ran = await bench.score(tenant, **more)
    assert isinstance(ran.outcome, Fail)
    assert why in ran.outcome.failure.message
    assert await bench.pool.fetchval("SELECT count(*) FROM score_runs") == 0


async def test_an_unknown_zone_fails_at_once(bench: ScoreBench) -> None:
    """A tenant in no known zone is told to correct it."""
    await bench.pool.execute("UPDATE tenants SET timezone = 'Mars/Olympus'")
    ran = await bench.score()
    assert isinstance(ran.outcome, Fail)
    assert "correct the tenant's timezone" in ran.outcome.failure.message


async def test_table_for_people(bench: ScoreBench) -> None:
    """The table lists the worst first, then the most mentioned, then by name."""
    for text in ("food 1; music 1", "service -1; plain words", "food 1; menu 1; and nothing beside"):
        await bench.review(LAST, text, None)
    ran = await bench.score()
    async with bench.pool.acquire() as connection:
        rows = await theme_table(connection, result(ran).score_run_id)
    assert [row.name for row in rows] == ["Service", "Food Quality", "Ambiance", "Menu Variety"]
    assert format_themes(rows).splitlines()[1].split()[:2] == ["Service", "0.0"]


async def test_words_as_people_write_them(bench: ScoreBench) -> None:
    """By the model of production, praise and complaint in one review end on their own themes."""
    for _ in range(3):
        await bench.review(LAST, "The food was delicious, but the waiter was terribly rude.", 3)
        await bench.review(LAST, "Die kos was heerlik, maar die diens was swak.", 3, detected_language="af")
    await bench.score(by_words=True)
    found = await themes(bench)
    assert found["Food Quality"]["score_0_10"] > 9
    assert found["Service"]["score_0_10"] < 1
