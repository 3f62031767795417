"""`python -m jobs scores`: a tenant's newest scores, older ones, and its runs, in each form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncGenerator

import pytest

from tests.support.jobs_cli import Say, jobs_command
from tests.support.loops import one_loop
from tests.support.scoring import FIRST, LAST, ScoreBench, open_score_bench

__all__ = ["jobs_command"]

pytestmark = pytest.mark.anyio
anyio_backend = one_loop


@pytest.fixture
async def bench(database_url: str) -> AsyncGenerator[ScoreBench]:
    """Tenant t1 with a finished run of two reviews."""
    async with open_score_bench(database_url) as bench:
        await bench.review(LAST, "food 0.8; plain words beside it", 5)
        await bench.review(LAST, "food -0.4; service -0.6", 1)
        await bench.score()
        yield bench


async def run_ids(bench: ScoreBench) -> list[str]:
    """The ids of all runs, the oldest first."""
    return [row[0] for row in await bench.rows("SELECT id FROM score_runs ORDER BY started_at")]


async def test_table(bench: ScoreBench, jobs_command: Say) -> None:
    """The run that counts stands above its themes, the worst first."""
    said = await jobs_command("scores", "t1")
    (run,) = await run_ids(bench)
    lines = said.out.splitlines()
    assert (said.code, said.error) == (0, "")
    assert lines[0] == f"Run {run}, {FIRST} to {LAST} in UTC"
    assert lines[1].startswith("  tenant t1: First; 2 reviews, finished ")
    assert lines[2] == "  parameters default, rules default, text model spelled-out"
    assert [line.split()[:2] for line in lines[4:]] == [["Theme", "Score"], ["Service", "0.0"], ["Food", "Quality"]]


async def test_json(bench: ScoreBench, jobs_command: Say) -> None:
    """For programs: the run and its themes in camelCase, all digits."""
    told = json.loads((await jobs_command("scores", "t1", "--json")).out)
    (run,) = await run_ids(bench)
    assert (told["run"]["id"], told["run"]["periodEnd"], told["run"]["supersededBy"]) == (run, f"{LAST}", None)
    assert [theme["themeId"] for theme in told["themes"]] == ["theme-service", "theme-food-quality"]
    assert told["themes"][0]["sentiment"] == -1
    assert told["fixScores"] == []


async def test_csv(bench: ScoreBench, jobs_command: Say) -> None:
    """For spreadsheets: one line for each theme, with its run; a theme's name is no formula."""
    await bench.pool.execute("UPDATE themes SET name = '=1+1' WHERE id = 'theme-service'")
    said = await jobs_command("scores", "first", "--csv")
    rows = list(csv.DictReader(io.StringIO(said.out, newline="")))
    assert [(row["tenantId"], row["periodStart"], row["name"]) for row in rows] == [
        ("t1", f"{FIRST}", "'=1+1"),
        ("t1", f"{FIRST}", "Food Quality"),
    ]
    assert float(rows[0]["sentiment"]) == -1


async def test_limit(bench: ScoreBench, jobs_command: Say) -> None:
    """At most so many themes, in each form; the table says how many more there are."""
    table = await jobs_command("scores", "t1", "--limit", "1")
    assert "Food" not in table.out
    assert table.out.endswith("and 1 more themes\n")
    assert len(json.loads((await jobs_command("scores", "t1", "--limit", "1", "--json")).out)["themes"]) == 1
    assert (await jobs_command("scores", "t1", "--limit", "1", "--csv")).out.count("\r\n") == 2


async def test_runs(bench: ScoreBench, jobs_command: Say) -> None:
    """All runs are listed, the newest first, with what became of each; a superseded one still shows its themes."""
    await bench.review(LAST, "food 0.8; plain words beside it", 5)
    await bench.score()
    await bench.score("t1", parameter_version_id="nope")
    old, new = await run_ids(bench)
    said = await jobs_command("scores", "t1", "--runs")
    rows = [line for line in said.out.splitlines() if "20" in line]
    assert [old in rows[1], new in rows[0]] == [True, True]
    assert rows[0].endswith("counts now")
    assert rows[1].endswith("superseded")
    older = await jobs_command("scores", "t1", "--run", old)
    assert f"superseded by run {new}" in older.words
    assert "Service" in older.out
    assert [run["id"] for run in json.loads((await jobs_command("scores", "t1", "--runs", "--json")).out)] == [new, old]
    assert (await jobs_command("scores", "t1", "--runs", "--csv")).out.count("\r\n") == 3
    newest = await jobs_command("scores", "t1", "--runs", "--limit", "1")
    assert (old in newest.out, newest.out.endswith("and older ones: --limit N lists more\n")) == (False, True)
    assert (await jobs_command("scores", "t2", "--runs")).out == "no score run yet\n"


async def test_period(bench: ScoreBench, jobs_command: Say) -> None:
    """The newest period is shown unless another is asked for."""
    await bench.score(period_start="2025-10-01", period_end="2025-10-31")
    assert f"{FIRST} to {LAST}" in (await jobs_command("scores", "t1")).out
    october = await jobs_command("scores", "t1", "--period", "2025-10-01", "2025-10-31")
    assert "2025-10-01 to 2025-10-31" in october.out
    assert october.out.endswith("no theme was mentioned\n")


REFUSALS = [
    (("nobody",), 2, "no tenant 'nobody'; the tenants: t1, t2"),
    (("t2",), 1, "tenant 't2' has no finished score run: `python -m jobs scores t2 --runs` lists its runs"),
    (("t1", "--period", "2024-01-01", "2024-01-31"), 1, "no finished score run of 2024-01-01 to 2024-01-31"),
    (("t1", "--run", "nope"), 1, "no score run 'nope'"),
    (("t1", "--csv", "--json"), 2, "--csv and --json: give one of them"),
    (("t1", "--fixes"), 2, "--fixes goes with --csv alone"),
    (("t1", "--runs", "--run", "nope"), 2, "--runs lists all runs: leave out --run and --period"),
]


async def test_what_cannot_be_shown(bench: ScoreBench, jobs_command: Say) -> None:
    """One line says what is wrong, and what to do."""
    for words, code, why in REFUSALS:
        said = await jobs_command("scores", *words)
        assert (said.code, said.out, said.error.count("\n")) == (code, "", 1)
        assert why in said.error


async def test_a_run_of_another_tenant(bench: ScoreBench, jobs_command: Say) -> None:
    """A run's scores are shown to its own tenant only."""
    (run,) = await run_ids(bench)
    said = await jobs_command("scores", "t2", "--run", run)
    assert (said.code, "is one of tenant 't1', not of 't2'" in said.error) == (2, True)


async def test_a_failed_run(bench: ScoreBench, jobs_command: Say) -> None:
    """A run that failed has no scores; its reason is told."""
    (run,) = await run_ids(bench)
    await bench.pool.execute("UPDATE score_runs SET status = 'FAILED', error_message = 'the lights went out'")
    said = await jobs_command("scores", "t1", "--run", run)
    assert (said.code, f"score run {run!r} is FAILED and has no scores: the lights went out" in said.error) == (1, True)
    assert "FAILED: the lights went out" in (await jobs_command("scores", "t1", "--runs")).out


async def two_fixes(bench: ScoreBench) -> None:
    """Two tasks that the only run has measured: one good, one that cannot be told."""
    (run,) = await run_ids(bench)
    await bench.pool.execute(
        "INSERT INTO tasks (id, tenant_id, theme_id, title, status, completed_at) VALUES"
        " ('k1', 't1', 'theme-service', 'A second waiter', 'COMPLETED', '2026-01-01'),"
        " ('k2', 't1', 'theme-food-quality', '@a new cook', 'COMPLETED', '2026-01-01')"
    )
    await bench.pool.executemany(
        "INSERT INTO fix_scores (tenant_id, task_id, theme_id, score_run_id, baseline_score, current_score, delta_s,"
        " review_count_pre, review_count_post, confidence, confidence_level, fix_score, measurement_start,"
        " measurement_end) VALUES ('t1', $1, $2, $3, $4, $5, $6, 4, $7, $8, $9, $10, '2025-10-03', '2026-03-01')",
        [
            ("k1", "theme-service", run, -0.5, 0.25, 0.75, 3, 0.7, "MEDIUM", 1.0917),
            ("k2", "theme-food-quality", run, 0.1, None, None, 0, 0.0, "INSUFFICIENT", 0.0),
        ],
    )


async def test_fix_scores(bench: ScoreBench, jobs_command: Say) -> None:
    """Below the themes stand the FixScores of the tenant's tasks, the best first."""
    await two_fixes(bench)
    lines = (await jobs_command("scores", "t1")).out.splitlines()
    assert lines[-2].split() == [
        "A",
        "second",
        "waiter",
        "Service",
        "1.09",
        "0.75",
        "-0.50",
        "0.25",
        *"4+3",
        "MEDIUM",
        "k1",
    ]
    assert lines[-1].split()[5:] == ["0.00", "-", "0.10", "-", *"4+0", "INSUFFICIENT", "k2"]
    told = json.loads((await jobs_command("scores", "t1", "--json")).out)["fixScores"]
    assert [(fix["taskId"], fix["change"], fix["after"]) for fix in told] == [("k1", 0.75, 0.25), ("k2", None, None)]


async def test_fix_scores_as_csv(bench: ScoreBench, jobs_command: Say) -> None:
    """They have a CSV of their own, in which a task's title is no formula."""
    await two_fixes(bench)
    said = await jobs_command("scores", "t1", "--csv", "--fixes")
    rows = list(csv.DictReader(io.StringIO(said.out, newline="")))
    assert [(row["tenantId"], row["title"], row["level"]) for row in rows] == [
        ("t1", "A second waiter", "MEDIUM"),
        ("t1", "'@a new cook", "INSUFFICIENT"),
    ]
    assert (rows[0]["fixScore"], rows[1]["change"], rows[0]["start"]) == ("1.0917", "", "2025-10-03")
