"""The page and the plots of a run: whole, alone, and the same each time."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from benchmarks.__main__ import main
from benchmarks.case import Figure, Size, Taken
from benchmarks.machine import Machine
from benchmarks.report.capacity import Model, check, model_of
from benchmarks.report.drawing import curve
from benchmarks.report.folder import write
from benchmarks.report.growth import growth
from benchmarks.results import About, Played, Run, Sample, save

RATE, WAIT = Figure("jobs/s", "higher"), Figure("p50 ms", "lower")


def a_run() -> Run:
    """A drain by three sides, one of which failed, and waits of two."""
    drained = {"engine": 10_000.0, "floor": 40_000.0}
    samples = [
        Sample(
            "drain",
            side,
            n,
            Taken({"jobs/s": rate + n, "Redis µs/job": 25.0, "Redis µs/run": 20.0, "worker µs/run": 80.0}),
        )
        for side, rate in drained.items()
        for n in range(2)
    ]
    samples += [
        Sample("pickup", side, 0, Taken({"p50 ms": wait}, {"waits ms": [wait, wait * 2, wait * 30]}))
        for side, wait in (("engine", 1.0), ("floor", 0.5))
    ]
    samples.append(Sample("drain", "<peer>", 0, error="TimeoutError: 3 & 4 of 500"))
    return Run(
        set="smoke",
        began="2026-01-02T03:04:05+00:00",
        took_s=60.0,
        machine=Machine("a <processor>", 2, 8.0, "Linux", "3.11.7", "0.1.0", "8.1.0", "Valkey 9.1.2", 0.1),
        size=Size(),
        cases=[
            Played("drain", "No-op drain", (RATE,), "handlers that do something", aof=True),
            Played("pickup", "From enqueue to start", (WAIT,), "a network", aof=False),
            Played("real", "Nobody played it", (RATE,), "all", aof=True),
        ],
        sides=[About("engine"), About("<peer>"), About("floor", lacks=("nothing is kept",))],
        skipped={"arq": "not installed"},
        samples=samples,
    )


def test_the_page_needs_no_other_file(tmp_path: Path) -> None:
    """No script, nothing that is fetched; both colour schemes; a plot for each case that has figures."""
    names = [path.name for path in write(a_run(), tmp_path)]
    assert names == ["index.html", "README.md", "drain.svg", "pickup.svg", "pickup-waits.svg"]
    page = (tmp_path / "index.html").read_text()
    assert not re.search(r"<script|<link|@import|\bsrc=|url\(", page)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)
    assert page.count("<svg") == 3
    assert "prefers-color-scheme:dark" in page


def test_the_summary_shows_goals_and_plots(tmp_path: Path) -> None:
    """A reader of the repository sees what was wanted, what was measured, and whether the run was whole."""
    bullmq = Sample("drain", "bullmq", 0, Taken({"jobs/s": 5_000.0}))
    run = replace(a_run(), sides=[*a_run().sides, About("bullmq")], samples=[*a_run().samples, bullmq])
    names = [path.name for path in write(run, tmp_path)]
    told = (tmp_path / "README.md").read_text()
    assert "| drain: at least 4 times as good as bullmq by jobs/s | 2 (2 to 2) | **not met** |" in told
    assert re.findall(r"!\[.*?\]\((.*?)\)", told) == names[2:]
    assert "not finished" not in told
    write(replace(run, finished=False), tmp_path)
    assert "not finished" in (tmp_path / "README.md").read_text()


def test_the_page_tells_what_is_missing(tmp_path: Path) -> None:
    """Errors, sides that were left out, what a side lacks and what a case does not show, all escaped."""
    write(a_run(), tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "&lt;peer&gt; gave nothing in 1 rounds: TimeoutError: 3 &amp; 4 of 500." in page
    assert "<peer>" not in page
    assert "Left out: arq, not installed." in page
    assert "floor: nothing is kept." in page
    assert "Does not show: a network." in page


def test_plots_are_well_formed_and_say_their_figures(tmp_path: Path) -> None:
    """Also to who cannot see them; the best side is first."""
    write(a_run(), tmp_path)
    for name in ("drain", "pickup", "pickup-waits"):
        root = ET.fromstring((tmp_path / f"{name}.svg").read_text())
        assert root.attrib["aria-label"]
    words = [element.text for element in ET.parse(tmp_path / "drain.svg").iter() if element.text]
    assert words.index("floor") < words.index("engine")
    assert "40,000 · ours is 0.25×" in words


def test_a_floor_without_redis_is_in_the_table_only(tmp_path: Path) -> None:
    """Beside its bar no other would be seen."""
    loop = Sample("drain", "loop", 0, Taken({"jobs/s": 999_999.0}))
    run = a_run()
    write(replace(run, sides=[*run.sides, About("loop")], samples=[*run.samples, loop]), tmp_path)
    assert "999,999" not in (tmp_path / "drain.svg").read_text()
    assert "999,999" in (tmp_path / "index.html").read_text()


def test_lines_differ_though_colours_are_few() -> None:
    """The ninth has the colour of the first, and is dashed."""
    points = [(0.0, 0.0), (1.0, 2.0)]
    assert curve(points, 0) == '<path class="curve c0" d="M0.0 0.0L1.0 2.0"/>'
    assert curve(points, 8) == '<path class="curve c0 again" d="M0.0 0.0L1.0 2.0"/>'


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    """So that a committed page changes only with its figures."""
    first = {path.name: path.read_bytes() for path in write(a_run(), tmp_path / "a")}
    assert {path.name: path.read_bytes() for path in write(a_run(), tmp_path / "b")} == first


def test_the_model_is_made_of_the_drain() -> None:
    """25 µs of Redis a job: 40,000 jobs/s, with enough workers of 80 µs each to fill the 20 of its runs."""
    model = model_of(a_run())
    assert model is not None
    assert model == Model(redis_us=25, run_us=20, worker_us=80)
    assert model.redis_carries == 40_000
    assert model.workers_to_fill == 4


def test_the_model_is_checked_against_the_measured_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """10,000 of 12,500 jobs/s hold; four workers that run a fifth of what they could do not; nor does no drain."""
    path = tmp_path / "run.json"
    run = a_run()
    save(run, path)
    assert main(["model", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "one Redis core carries 40,000 jobs a second" in lines[0]
    assert lines[2:] == ["worker processes 1, queues 1: at most 12,500 jobs/s, measured 10,000, 0.8 of it: holds"]
    slow = Sample("drain-4x", "engine", 0, Taken({"jobs/s": 4_000.0}))
    run = replace(run, samples=[*run.samples, slow])
    save(run, path)
    assert main(["model", str(path)]) == 1
    last = "worker processes 4, queues 1: at most 20,000 jobs/s, measured 4,000, 0.2 of it: DOES NOT HOLD"
    assert capsys.readouterr().out.splitlines()[-1] == last
    assert list(check(replace(run, samples=[]))) == [("there is no model without the drain by one process", False)]


def test_workers_carry_until_redis_or_the_cores_are_full() -> None:
    """20 µs of Redis and 80 of a worker for each run."""
    model = Model(redis_us=25, run_us=20, worker_us=80)
    assert model.runs(workers=1, cores=8) == 12_500
    assert model.runs(workers=2, cores=8) == 25_000
    assert model.runs(workers=9, cores=16) == 50_000
    assert model.runs(workers=4, cores=2) == 20_000


def test_a_growing_backlog_is_drawn_once_two_were_played() -> None:
    """A side with one point has no line."""
    backlogs = [Played(f"backlog-{size}", size, (RATE,), "", aof=True) for size in ("10k", "1m")]
    costs = {("backlog-10k", "engine"): 20.0, ("backlog-1m", "engine"): 21.0, ("backlog-10k", "floor"): 5.0}
    samples = [Sample(case, side, 0, Taken({"Redis µs/run": cost})) for (case, side), cost in costs.items()]
    run = replace(a_run(), cases=backlogs, samples=samples)
    drawn = growth(run, "Redis µs/run")
    assert drawn is not None
    assert 'aria-label="Redis µs/run: engine 20 at 10 thousand, 21 at 1 million"' in drawn
    assert growth(a_run(), "Redis µs/run") is None
