"""A run of the suite from its wish to its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import redis
from msgspec import Struct
from msgspec.structs import replace

from benchmarks.case import Case, Part, Size
from benchmarks.cases.catalog import CASES
from benchmarks.ground import open_ground
from benchmarks.machine import look
from benchmarks.results import About, Played, Run
from benchmarks.resuming import go_on
from benchmarks.rounds import describe, play
from benchmarks.sides.catalog import OURS, all_sides, how_to_install
from benchmarks.sides.side import Program
from benchmarks.telling import figures_of, summary

Say = Callable[[str], None]


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be measured."""

    set: str
    parts: tuple[Part, ...]
    size: Size
    aof: bool | None = None


def run(wish: Wish, say: Say, keep: Callable[[Run], None], begun: Run | None = None) -> Run:
    """Every case was played: its samples were told as they came, then its medians and ratios; each was kept at once.

    A run that takes an hour may be cut off: `begun` is what it had by then, and it goes on from there. What failed in
    it is tried again; OtherRun if it was not this one.
    """
    clock = time.monotonic()
    with open_ground(aof=False) as ground:
        machine = look(ground.version())
    say(f"{machine.cpu}, {machine.cores} cores, {machine.system}, load {machine.load}; {machine.server}")
    programs, abouts, skipped = _gather(wish.parts, say)
    so_far = Run(
        set=wish.set,
        began=datetime.now(UTC).isoformat(timespec="seconds"),
        took_s=0,
        machine=machine,
        size=wish.size,
        plan=wish.parts,
        cases=[_played(CASES[part.case], wish.aof) for part in wish.parts],
        sides=abouts,
        skipped=skipped,
        finished=False,
        samples=[],
    )
    if begun is not None:
        so_far = go_on(begun, so_far)
        say(f"goes on with the run of {so_far.began}: it has {len(so_far.samples)} samples")
    clock -= so_far.took_s
    for part in wish.parts:
        case = CASES[part.case]
        say(f"\n{case.name}: {case.title}")
        had = {(sample.side, sample.round) for sample in so_far.samples if sample.case == case.name}
        for sample in play(part, case, _playing(part, programs), wish.size, aof=wish.aof, had=had):
            took_s = round(time.monotonic() - clock, 1)
            so_far = replace(so_far, samples=[*so_far.samples, sample], took_s=took_s)
            keep(so_far)
            told = sample.error or figures_of(sample.taken.figures)
            say(f"  round {sample.round + 1}  {sample.side:14} {told}")
        for line in summary(so_far, case.name, OURS.name):
            say(line)
    done = replace(so_far, finished=True)
    keep(done)
    return done


def _playing(part: Part, programs: Mapping[str, Program]) -> list[Program]:
    wanted = part.sides or tuple(programs)
    return [program for name, program in programs.items() if name in wanted and CASES[part.case].takes(program)]


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
            skipped[name] = f"not installed ({how_to_install(name)})" if name in sides else "no such side"
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
