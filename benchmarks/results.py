"""What a run of the suite gave, as its JSON has it: all that it takes to draw it, to compare it and to doubt it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.case import Figure, Part, Size, Taken
from benchmarks.machine import Machine
from benchmarks.spreads import Spread, paired, spread


class Sample(Struct, frozen=True):
    """What one side did in one round of one case; `error` says why it gave nothing."""

    case: str
    side: str
    round: int
    taken: Taken = Taken({})
    error: str = ""
    took_s: float = 0.0
    """With its server, its warm-up and its end."""


class About(Struct, frozen=True):
    """A side as it was: its version, its settings and the page that they come from, and what it does not do."""

    side: str
    name: str = ""
    version: str = ""
    runtime: str = ""
    settings: str = ""
    page: str = ""
    lacks: tuple[str, ...] = ()


class Played(Struct, frozen=True):
    """A case as it was played."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    says_not: str
    aof: bool


class Run(Struct, frozen=True, kw_only=True):
    """One run: everything in it was measured on one machine, the sides in turns."""

    set: str
    began: str
    took_s: float
    machine: Machine
    size: Size
    cases: Sequence[Played]
    sides: Sequence[About]
    skipped: Mapping[str, str] = {}
    """Why a side did not play, by its name."""
    plan: tuple[Part, ...] = ()
    """What was to be played."""
    finished: bool = True
    """Whether all of it was; else the same command goes on with it."""
    samples: Sequence[Sample]

    def values(self, case: str, side: str, figure: str) -> list[tuple[int, float]]:
        """The rounds in which the side gave this figure, and what it was."""
        return [
            (sample.round, sample.taken.figures[figure])
            for sample in self.samples
            if sample.case == case and sample.side == side and figure in sample.taken.figures
        ]

    def spread(self, case: str, side: str, figure: str) -> Spread | None:
        """The figure over the rounds; None if the side did not give it."""
        values = [value for _, value in self.values(case, side, figure)]
        return spread(values) if values else None

    def ratio(self, case: str, figure: Figure, mine: str, theirs: str) -> Spread | None:
        """How many times better `mine` is than `theirs`, round by round; None if they never met."""
        ratios = paired(
            self.values(case, mine, figure.name), self.values(case, theirs, figure.name), better=figure.better
        )
        return spread(ratios) if ratios else None

    def errors(self, case: str, side: str) -> list[str]:
        """Why rounds of this side gave nothing."""
        return [s.error for s in self.samples if s.case == case and s.side == side and s.error]

    def about(self, side: str) -> About:
        """The side's settings and what it does not do."""
        return next((about for about in self.sides if about.side == side), About(side))


def save(run: Run, path: Path) -> None:
    """The run is in the file, one sample a line so that two files can be compared by eye."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rest = msgspec.structs.asdict(run)
    samples = rest.pop("samples")
    head = msgspec.json.format(msgspec.json.encode(rest), indent=1).decode().rstrip("}").rstrip()
    lines = ",\n".join(f"  {msgspec.json.encode(sample).decode()}" for sample in samples)
    # Written beside it and then put in its place: who is cut off here has the file of a moment ago.
    new = path.with_name(f"{path.name}.new")
    new.write_text(f'{head},\n "samples": [\n{lines}\n ]\n}}\n')
    new.replace(path)


def load(path: Path) -> Run:
    """The run that was saved there; msgspec.ValidationError names what does not fit."""
    return msgspec.json.decode(path.read_bytes(), type=Run)
