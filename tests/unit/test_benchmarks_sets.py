"""Sets, cases and sides of the benchmarks fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.case import Part, Size
from benchmarks.cases.catalog import CASES
from benchmarks.cases.steps import FIRST, warming
from benchmarks.goals import AHEAD
from benchmarks.sets import SETS
from benchmarks.sides.catalog import OURS, all_sides
from benchmarks.sides.peers import PEERS
from benchmarks.sides.side import Program


def test_sets_name_cases_and_sides_that_exist() -> None:
    """And ours plays every case."""
    for chosen in SETS.values():
        assert set(chosen.cases) <= set(CASES)
        assert {*chosen.wide, *chosen.whole} <= set(chosen.cases)
        assert set(chosen.few) <= set(CASES)
        assert {*chosen.sides, *chosen.guests} <= set(all_sides())
    assert all(case.takes(OURS) for case in CASES.values())
    assert all(case.figures for case in CASES.values())


def test_the_full_set_has_every_workload() -> None:
    """But for the one whose leases are short so that it ends soon."""
    assert set(CASES) - set(SETS["full"].cases) == {"recovery-short"}


def test_a_side_that_cannot_is_left_out() -> None:
    """Whatever else it can."""
    side = Program("floor", ("true",), Path(), cannot=("delay",))
    assert not CASES["delayed"].takes(side)
    assert CASES["drain"].takes(side)
    assert not CASES["backlog-5m"].takes(side)


def test_a_slow_side_runs_fewer_jobs() -> None:
    """The least of what the set, the side and the case say."""
    size = Size(jobs=20_000)
    assert size.jobs_of(Program("fast", ("true",), Path())) == 20_000
    assert size.jobs_of(Program("slow", ("true",), Path(), most_jobs=3_000)) == 3_000
    assert size.jobs_of(Program("slow", ("true",), Path(), most_jobs=3_000), most=1_000) == 1_000


def test_a_side_that_compiles_as_it_runs_is_warmed_up_for_longer() -> None:
    """By as many jobs as it needs, but with large payloads not by more than some megabytes."""
    plain, compiling = Program("python", ("true",), Path()), Program("node", ("true",), Path(), warm=5_000)
    assert (warming(plain), warming(compiling)) == (500, 5_000)
    assert (warming(plain, pad=10_000), warming(compiling, pad=10_000)) == (500, 2_000)
    assert (warming(plain, pad=200_000), warming(compiling, pad=200_000)) == (100, 100)
    most = max(peer.warm for peer in PEERS)
    assert 4 * most < FIRST  # four workers' jobs have numbers below those that are measured


def test_a_set_has_its_rounds_and_guests() -> None:
    """What is named on the command line wins."""
    bench = {part.case: part for part in SETS["bench"].parts()}
    assert bench["drain"].sides == ("engine", "bullmq", "floor", "redis-benchmark", "streaq", "saq")
    assert (bench["drain"].rounds, bench["drain-10"].rounds) == (5, 2)
    assert bench["drain-10"].sides == ("engine", "bullmq", "floor", "redis-benchmark")
    assert bench["real"].rounds == 1
    (part,) = SETS["bench"].parts(["drain-10"], ["engine"], rounds=9)
    assert part == Part("drain-10", ("engine",), 9)


def test_slow_guests_play_the_first_rounds_only() -> None:
    """But for the drain, where each is to be compared as often as the others; a case's own bound holds for all."""
    full = {part.case: part for part in SETS["full"].parts()}
    assert full["drain"].rounds_of(CASES["drain"], "celery") == 5
    assert full["pickup"].rounds_of(CASES["pickup"], "engine") == 5
    assert full["pickup"].rounds_of(CASES["pickup"], "celery") == 2
    assert full["recovery"].rounds_of(CASES["recovery"], "bullmq") == 1
    (part,) = SETS["full"].parts(["pickup"], rounds=7)
    assert part.rounds_of(CASES["pickup"], "celery") == 7


def test_whatever_a_goal_is_about_is_played_five_times_in_the_full_set() -> None:
    """By both of its sides; a case that repeats within itself does so in one round."""
    parts = {part.case: part for part in SETS["full"].parts()}
    for goal in AHEAD:
        case = CASES[goal.case]
        assert {goal.side, "engine"} <= set(parts[goal.case].sides)
        assert case.most_rounds == 1 or parts[goal.case].rounds_of(case, goal.side) == 5
    assert parts["limiter-cost"].rounds == 5


def test_the_command_line_lists_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown case is named; a file that is not there is told of."""
    assert main(["list"]) == 0
    assert "No-op drain, concurrency 100" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["run", "nonsense"])
    assert "no case nonsense" in capsys.readouterr().err
    assert main(["report", "/nowhere.json"]) == 2
    assert "No such file" in capsys.readouterr().err
