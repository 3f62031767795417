"""The suite plays: real drivers on real servers, a handful of jobs, and nothing is said of speed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.case import Part, Size
from benchmarks.playing import Wish, run
from benchmarks.results import Run, load, save
from benchmarks.sides import peers


def play(*parts: Part) -> tuple[Run, list[str], list[int]]:
    """The run, what was told, and how many samples were kept each time."""
    told: list[str] = []
    kept: list[int] = []
    size = Size(jobs=50, pickups=10, rounds=2, kills=1)
    done = run(Wish(set="chosen", parts=parts, size=size), told.append, lambda so_far: kept.append(len(so_far.samples)))
    return done, told, kept


def test_sides_take_turns_and_every_sample_is_kept(tmp_path: Path) -> None:
    """The order turns from round to round; a side that is not there is told of and left out."""
    done, told, kept = play(Part("drain", ("engine", "floor", "nobody"), 2), Part("enqueue-single", ("engine",), 1))
    turns = [(sample.case, sample.round, sample.side) for sample in done.samples]
    assert turns == [
        ("drain", 0, "engine"),
        ("drain", 0, "floor"),
        ("drain", 1, "floor"),
        ("drain", 1, "engine"),
        ("enqueue-single", 0, "engine"),
    ]
    assert not [sample.error for sample in done.samples if sample.error]
    assert kept == [1, 2, 3, 4, 5, 5]
    assert done.skipped == {"nobody": "no such side"}
    assert [about.side for about in done.sides] == ["engine", "floor"]
    assert all(about.version and about.settings for about in done.sides)
    assert all(sample.taken.figures["jobs/s"] > 0 for sample in done.samples)
    assert "skipped nobody: no such side" in told
    save(done, tmp_path / "run.json")
    assert load(tmp_path / "run.json") == done


def test_a_killed_workers_jobs_begin_again() -> None:
    """None is lost; how long each took is among the raw values."""
    done, _, _ = play(Part("recovery-short", ("engine",), 1))
    (sample,) = done.samples
    assert sample.error == ""
    assert sample.taken.figures["lost"] == 0
    assert len(sample.taken.raw["waits s"]) == 3


def test_a_case_is_only_asked_of_sides_that_can() -> None:
    """The floor has no delay."""
    done, _, _ = play(Part("delayed", ("engine", "floor"), 1))
    assert [(sample.side, sample.error) for sample in done.samples] == [("engine", "")]
    assert len(done.samples[0].taken.raw["waits ms"]) == 10


def test_a_peer_that_is_not_installed_is_left_out_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a bare machine: the others play, and it is told how it is installed."""
    monkeypatch.setattr(peers, "FOLDER", tmp_path)
    done, told, _ = play(Part("enqueue-single", ("engine", "bullmq", "saq"), 1))
    assert done.skipped == {name: f"not installed (python -m benchmarks install {name})" for name in ("bullmq", "saq")}
    assert [(sample.side, sample.error) for sample in done.samples] == [("engine", "")]
    assert "skipped saq: not installed (python -m benchmarks install saq)" in told
