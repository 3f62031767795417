"""Sets, cases and sides of the benchmarks fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.case import Size
from benchmarks.cases.catalog import CASES
from benchmarks.sets import SETS
from benchmarks.sides.catalog import OURS, all_sides
from benchmarks.sides.side import Program


def test_sets_name_cases_and_sides_that_exist() -> None:
    """And ours plays every case."""
    for chosen in SETS.values():
        assert set(chosen.cases) <= set(CASES)
        assert {*chosen.wide, *chosen.few} <= set(chosen.cases)
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


def test_a_set_has_its_rounds_and_guests() -> None:
    """What is named on the command line wins."""
    bench = {part.case: part for part in SETS["bench"].parts()}
    assert bench["drain"].sides == ("engine", "bullmq", "floor", "streaq", "saq")
    assert (bench["drain"].rounds, bench["drain-10"].rounds) == (5, 3)
    assert bench["drain-10"].sides == ("engine", "bullmq", "floor")
    assert bench["real"].rounds == 1
    (part,) = SETS["bench"].parts(["drain-10"], ["engine"], rounds=9)
    assert (part.case, part.sides, part.rounds) == ("drain-10", ("engine",), 9)


def test_the_command_line_lists_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown case is named; a file that is not there is told of."""
    assert main(["list"]) == 0
    assert "No-op drain, concurrency 100" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["run", "nonsense"])
    assert "no case nonsense" in capsys.readouterr().err
    assert main(["report", "/nowhere.json"]) == 2
    assert "No such file" in capsys.readouterr().err
