"""A run of the benchmarks that was cut off goes on where it stopped, and only if it is the same run."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from benchmarks import __main__ as program
from benchmarks.case import Part, Size, Taken
from benchmarks.machine import Machine
from benchmarks.playing import Wish, run
from benchmarks.results import About, Played, Run, Sample, load, save
from benchmarks.resuming import OtherRun, go_on

PLAN = (Part("enqueue-single", ("engine", "floor"), 2), Part("enqueue-concurrent", ("engine",), 1))
WISH = Wish(set="chosen", parts=PLAN, size=Size(jobs=20, rounds=2))


class CutOffError(Exception):
    """Somebody pulled the plug."""


def a_run(*samples: Sample) -> Run:
    """A run of one side that is not finished."""
    return Run(
        set="chosen",
        began="2026-01-02T03:04:05+00:00",
        took_s=40.0,
        machine=Machine("a processor", 2, 8.0, "Linux", "3.11.7", "0.1.0+01234567", "8.1.0", "Valkey 9.1.2", 0.1),
        size=Size(),
        plan=PLAN,
        cases=[Played("enqueue-single", "", (), "", aof=True)],
        sides=[About("engine", version="0.1.0")],
        finished=False,
        samples=list(samples),
    )


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    """Cut off at its third sample, which was kept, it goes on with the fourth; its time goes on too."""
    path = tmp_path / "run.json"

    def keep(so_far: Run) -> None:
        save(so_far, path)
        if len(so_far.samples) == 3:
            raise CutOffError

    with pytest.raises(CutOffError):
        run(WISH, print, keep)
    begun = load(path)
    assert not begun.finished
    kept: list[int] = []
    done = run(WISH, print, lambda so_far: kept.append(len(so_far.samples)), begun)
    assert kept == [4, 5, 5]
    assert list(done.samples[:3]) == list(begun.samples)
    assert [(sample.case, sample.side, sample.round) for sample in done.samples] == [
        ("enqueue-single", "engine", 0),
        ("enqueue-single", "floor", 0),
        ("enqueue-single", "floor", 1),
        ("enqueue-single", "engine", 1),
        ("enqueue-concurrent", "engine", 0),
    ]
    assert (done.finished, done.began) == (True, begun.began)
    assert done.took_s > begun.took_s


def test_what_had_failed_is_tried_again() -> None:
    """An error is no measurement; what a side gave that is not installed any more is kept with its settings."""
    good = Sample("enqueue-single", "engine", 0, Taken({"jobs/s": 1.0}))
    begun = replace(
        a_run(good, Sample("enqueue-single", "engine", 1, error="TimeoutError: late")),
        sides=[About("engine", version="0.1.0"), About("saq", version="0.26.4")],
    )
    went_on = go_on(begun, replace(a_run(), began="2027-01-01T00:00:00+00:00", took_s=0))
    assert list(went_on.samples) == [good]
    assert (went_on.began, went_on.took_s) == (begun.began, 40.0)
    assert [about.side for about in went_on.sides] == ["engine", "saq"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (replace(a_run(), set="full"), "whose set was chosen, and is full now"),
        (replace(a_run(), plan=PLAN[:1]), "whose plan was"),
        (replace(a_run(), size=Size(seed=8)), "whose size: seed was 7, and is 8 now"),
        (replace(a_run(), machine=replace(a_run().machine, cores=8)), "whose machine: cores was 2, and is 8 now"),
        (replace(a_run(), cases=[Played("enqueue-single", "", (), "", aof=False)]), "whose use of AOF was"),
        (replace(a_run(), sides=[About("engine", version="0.2.0")]), "whose side engine was"),
    ],
)
def test_another_run_is_not_gone_on_with(changed: Run, words: str) -> None:
    """What differs is told."""
    with pytest.raises(OtherRun, match=words):
        go_on(a_run(), changed)


def test_the_load_of_the_machine_may_differ() -> None:
    """So may the time."""
    assert go_on(a_run(), replace(a_run(), machine=replace(a_run().machine, load=3.0))) == a_run()


def test_the_command_line_goes_on_with_its_file_and_refuses_another_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finished one is measured anew; an unfinished one of another wish stays as it is, unless told otherwise."""
    path = tmp_path / "run.json"
    save(a_run(), path)
    command = ["run", "enqueue-single", "--sides", "engine", "--jobs", "20", "--rounds", "1", "--json", str(path)]
    assert program.main(command) == 2
    assert "it holds an unfinished run whose plan was" in capsys.readouterr().err
    assert load(path) == a_run()
    assert program.main([*command, "--anew"]) == 0
    first = load(path)
    assert first.finished
    save(replace(first, finished=False), path)
    assert program.main(command) == 0
    assert load(path) == replace(first, machine=load(path).machine)
    assert "goes on with the run of" in capsys.readouterr().out
    assert program.main(command) == 0
    assert load(path).samples != first.samples


def test_a_set_is_foretold_from_another_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its rounds times what each side took; what the other run did not play is named."""
    path = tmp_path / "run.json"
    samples = [
        Sample("drain", side, n, took_s=took_s)
        for side, times in (("engine", (30.0, 60.0, 90.0)), ("floor", (60.0,)))
        for n, took_s in enumerate(times)
    ]
    save(a_run(*samples), path)
    assert program.main(["list", "--set", "smoke", "--like", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(maxsplit=3) == ["6.0", "min", "drain", "rounds: engine 3, floor 3"]
    assert lines[-2].split() == ["6.0", "min", "in", "all"]
    assert lines[-1].startswith("not counted, since that run has no word of it: enqueue-bulk of engine, ")
    assert program.main(["list", "--set", "smoke"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split(maxsplit=1) == ["drain", "rounds: engine 3, floor 3"]
