"""A run's JSON, its ratios, and what is said of it: the baseline, goals and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from benchmarks.baseline import failures, keep, stored
from benchmarks.case import Figure, Size, Taken
from benchmarks.comparing import compare, verdict
from benchmarks.goals import verdicts
from benchmarks.machine import Machine
from benchmarks.results import About, Played, Run, Sample, load, save
from benchmarks.sets import SETS
from benchmarks.spreads import Spread, spread
from benchmarks.telling import number, summary

RATE = Figure("jobs/s", "higher")
DRAIN = Played("drain", "No-op drain", (RATE,), "handlers that do something", aof=True)


def run_of(rates: Mapping[str, Sequence[float]], errors: Mapping[str, str] | None = None) -> Run:
    """A run of the drain in which each side had these rates."""
    samples = [
        Sample("drain", side, n, Taken({"jobs/s": rate}, {"waits ms": [0.1]}))
        for side, found in rates.items()
        for n, rate in enumerate(found)
    ]
    samples += [Sample("drain", side, 0, error=error) for side, error in (errors or {}).items()]
    return Run(
        set="smoke",
        began="2026-01-02T03:04:05+00:00",
        took_s=12.5,
        machine=Machine("a processor", 2, 8.0, "Linux", "3.11.7", "0.1.0", "8.1.0", "Valkey 9.1.2", 0.1),
        size=Size(),
        cases=[DRAIN],
        sides=[About(side, lacks=("nothing is kept",) if side == "floor" else ()) for side in {**rates}],
        samples=samples,
    )


def test_a_saved_run_is_the_same_when_it_is_loaded(tmp_path: Path) -> None:
    """Raw values, errors and settings too; a sample is a line."""
    run = run_of({"engine": [10.0, 20.0], "floor": [40.0]}, {"saq": "TimeoutError: 3 of 500"})
    save(run, tmp_path / "there" / "run.json")
    assert load(tmp_path / "there" / "run.json") == run
    assert sum('"side":"engine"' in line for line in (tmp_path / "there" / "run.json").read_text().splitlines()) == 2


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    """What is missing is named."""
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(msgspec.ValidationError, match="missing required field `set`"):
        load(tmp_path / "run.json")


def test_a_ratio_is_that_of_each_round() -> None:
    """Its median is the median of the ratios, not the ratio of the medians."""
    run = run_of({"engine": [10.0, 100.0, 30.0], "bullmq": [10.0, 10.0, 30.0]})
    assert run.ratio("drain", RATE, "engine", "bullmq") == Spread(1.0, 1.0, 10.0, 3)
    assert run.ratio("drain", RATE, "engine", "nobody") is None


def test_the_baseline_fails_only_below_half_in_the_best_round() -> None:
    """Noise in two rounds of three fails nothing."""
    told: list[str] = []
    noisy = run_of({"engine": [1.0, 25.0, 2.0], "floor": [100.0, 100.0, 100.0]})
    assert failures(noisy, told.append, {"drain": 0.5}) == []
    assert told == ["drain: 0.02 (0.01 to 0.25) of the floor, baseline 0.5: holds"]
    slow = run_of({"engine": [1.0, 24.9, 2.0], "floor": [100.0, 100.0, 100.0]})
    assert failures(slow, told.append, {"drain": 0.5}) == ["drain"]
    assert told[-1].endswith("FAILED, below 0.5 of it in the best round")


def test_a_case_that_gave_nothing_fails() -> None:
    """Its error is told, also where no ratio is stored."""
    told: list[str] = []
    assert failures(run_of({"floor": [1.0]}, {"engine": "TimeoutError: late"}), told.append, {}) == ["drain"]
    assert told == ["drain: gave nothing: TimeoutError: late"]
    assert failures(run_of({"engine": [1.0]}), told.append, {"drain": 0.5}) == ["drain"]
    assert told[-1] == "drain: FAILED, the floor did not play"


def test_the_baseline_keeps_medians(tmp_path: Path) -> None:
    """By case, to be read again."""
    keep(run_of({"engine": [10.0, 20.0, 60.0], "floor": [100.0, 100.0, 100.0]}), tmp_path / "baseline.json")
    assert stored(tmp_path / "baseline.json") == {"drain": 0.2}


def test_the_stored_baseline_names_cases_of_the_smoke_set() -> None:
    """Each with a ratio above 0."""
    ratios = stored()
    assert set(ratios) <= set(SETS["smoke"].cases)
    assert ratios
    assert all(ratio > 0 for ratio in ratios.values())


def test_goals_are_told_where_a_run_can_tell() -> None:
    """Met by the median of the rounds; what was not played is left out."""
    run = run_of({"engine": [39.0, 40.0, 90.0], "bullmq": [10.0, 10.0, 10.0], "saq": [2.0, 2.0, 2.0]})
    assert [(found.goal, found.met) for found in verdicts(run)] == [
        ("drain: at least 4 times as good as bullmq by jobs/s", True),
        ("drain: at least 25 times as good as saq by jobs/s", False),
    ]


def test_a_goal_above_the_floor_is_told_as_such() -> None:
    """What plain stream commands do not reach is named beside what was measured; else it is not."""
    run = run_of({"engine": [20.0, 20.0, 20.0], "bullmq": [10.0, 10.0, 10.0], "floor": [30.0, 30.0, 30.0]})
    goal = next(verdicts(run))
    assert (goal.measured, goal.met) == ("2 (2 to 2); the plain stream itself: 3", False)
    run = run_of({"engine": [20.0, 20.0, 20.0], "bullmq": [10.0, 10.0, 10.0], "floor": [50.0, 50.0, 50.0]})
    assert next(found.measured for found in verdicts(run)) == "2 (2 to 2)"


@pytest.mark.parametrize(("cost", "met"), [(0.97, True), (0.9, False)])
def test_a_cost_is_hidden_by_the_spread_or_is_not(cost: float, met: bool) -> None:  # noqa: FBT001 - a parameter
    """The median of what it costs beside that of the run's own spread."""
    samples = [Sample("limiter-off", "engine", n, Taken({"off/none": cost, "none/none": 0.95})) for n in range(3)]
    (found,) = verdicts(replace(run_of({}), samples=samples))
    assert found.met is met


@pytest.mark.parametrize(
    ("better", "now", "word"),
    [
        ("higher", [11.0, 12.0], "better"),
        ("higher", [7.0, 8.0], "worse"),
        ("lower", [7.0, 8.0], "better"),
        ("lower", [11.0, 12.0], "worse"),
        ("higher", [10.0, 12.0], "within the spread"),
    ],
)
def test_a_change_is_told_only_where_the_spreads_do_not_touch(better: str, now: list[float], word: str) -> None:
    """Rounds were at 9 and 10 before."""
    figure = msgspec.convert(["jobs/s", better], tuple[str, str])
    assert (
        verdict(Figure(figure[0], "higher" if better == "higher" else "lower"), spread([9.0, 10.0]), spread(now))
        == word
    )


def test_a_comparison_tells_what_is_not_the_same() -> None:
    """Another machine comes first; then each figure that both have."""
    before = run_of({"engine": [10.0, 10.0]})
    after = msgspec.structs.replace(
        run_of({"engine": [20.0, 20.0], "floor": [1.0]}), machine=msgspec.structs.replace(before.machine, cores=8)
    )
    lines = list(compare(before, after))
    assert lines[0] == "not the same machine: cores was 2, is 8"
    assert lines[2].split() == [
        "drain",
        "engine",
        "jobs/s",
        "10",
        "(10",
        "to",
        "10)",
        "20",
        "(20",
        "to",
        "20)",
        "×2.00",
        "better",
    ]
    assert len(lines) == 3


def test_a_summary_says_what_a_side_does_not_do_beside_its_number() -> None:
    """And what the figure does not show."""
    lines = list(summary(run_of({"engine": [10.0], "floor": [40.0]}), "drain", "engine"))
    assert "engine is 0.25 (0.25 to 0.25) times as good; floor: nothing is kept" in lines[2]
    assert lines[-1] == "  does not show: handlers that do something"


@pytest.mark.parametrize(
    ("value", "words"), [(0.0, "0"), (0.12345, "0.123"), (9.876, "9.88"), (123.4, "123"), (16_123.7, "16,124")]
)
def test_numbers_have_the_digits_that_matter(value: float, words: str) -> None:
    """Three of them, thousands apart."""
    assert number(value) == words
