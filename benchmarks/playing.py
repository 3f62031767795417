"""A run of the suite from its wish to its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import redis
from msgspec import Struct
from msgspec.structs import replace

from benchmarks.case import Case, Size
from benchmarks.cases.catalog import CASES
from benchmarks.ground import open_ground
from benchmarks.machine import look
from benchmarks.results import About, Played, Run, Sample
from benchmarks.rounds import describe, play
from benchmarks.sets import Part
from benchmarks.sides.catalog import OURS, all_sides
from benchmarks.sides.side import Program
from benchmarks.telling import figures_of, summary

Say = Callable[[str], None]


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be measured."""

    set: str
    parts: tuple[Part, ...]
    size: Size
    aof: bool | None = None


def run(wish: Wish, say: Say, keep: Callable[[Run], None]) -> Run:
    """Every case was played: its samples were told as they came, then its medians and ratios; the run is kept so far.

    A run that takes hours may be cut off: what was measured by then is not lost.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    with open_ground(aof=False) as ground:
        machine = look(ground.version())
    say(f"{machine.cpu}, {machine.cores} cores, {machine.system}, load {machine.load}; {machine.server}")
    programs, abouts, skipped = _gather(wish.parts, say)
    samples: list[Sample] = []

    def so_far() -> Run:
        return Run(
            set=wish.set,
            began=began.isoformat(timespec="seconds"),
            took_s=round(time.monotonic() - clock, 1),
            machine=machine,
            size=wish.size,
            cases=[_played(CASES[part.case], wish.aof) for part in wish.parts],
            sides=abouts,
            skipped=skipped,
            samples=samples,
        )

    for part in wish.parts:
        case = CASES[part.case]
        wanted = part.sides or tuple(programs)
        playing = [program for name, program in programs.items() if name in wanted and case.takes(program)]
        say(f"\n{case.name}: {case.title}")
        for sample in play(case, playing, replace(wish.size, rounds=part.rounds), aof=wish.aof):
            samples.append(sample)
            told = sample.error or figures_of(sample.taken.figures)
            say(f"  round {sample.round + 1}  {sample.side:14} {told}")
        for line in summary(so_far(), case.name, OURS.name):
            say(line)
        keep(so_far())
    return so_far()


def _gather(parts: Sequence[Part], say: Say) -> tuple[dict[str, Program], list[About], dict[str, str]]:
    """The sides that start here, their own words, and why others are left out."""
    sides = all_sides()
    wanted = {name for part in parts for name in part.sides or sides}
    programs: dict[str, Program] = {}
    abouts: list[About] = []
    skipped: dict[str, str] = {}
    for name in sorted(wanted, key=[*sides, *sorted(wanted - set(sides))].index):
        program = sides.get(name)
        if program is None:
            skipped[name] = f"not installed (python -m benchmarks install {name})" if name in sides else "no such side"
        else:
            try:
                abouts.append(describe(program))
                programs[name] = program
            except (RuntimeError, OSError, redis.RedisError) as error:
                skipped[name] = f"does not start: {error}"
        say(f"skipped {name}: {skipped[name]}" if name in skipped else _introduced(abouts[-1]))
    return programs, abouts, skipped


def _introduced(about: About) -> str:
    words = f"{about.side}: {about.name} {about.version}, {about.runtime}; {about.settings} ({about.page})"
    return words + (f"; lacks: {'; '.join(about.lacks)}" if about.lacks else "")


def _played(case: Case, aof: bool | None) -> Played:  # noqa: FBT001 - the wish's own word
    return Played(case.name, case.title, case.figures, case.says_not, case.aof if aof is None else aof)
