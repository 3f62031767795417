"""`python -m benchmarks.admin [--only D1,D6] [--rows N] [--json FILE] [--strict]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.admin import bulk, far, held, outage, painting, process, reading, refresh, tail
from benchmarks.admin.figure import Figure, lines
from benchmarks.admin.ground import Ground, open_ground
from benchmarks.admin.load import Size
from engine import VERSION


class Group(Struct, frozen=True):
    """Figures that are measured together."""

    numbers: tuple[str, ...]
    measure: Callable[[Ground], Awaitable[list[Figure]]]


GROUPS = (
    Group(("D1", "D2", "D3"), refresh.measure),
    Group(("D4", "D5", "D6", "D7", "D8"), painting.measure),
    Group(("D11",), painting.measure_growth),
    Group(("D9", "D10", "D12", "D13"), process.measure),
    Group(("D14", "D21", "D22"), held.measure),
    Group(("D15", "D16", "D17"), reading.measure),
    Group(("D19",), tail.measure),
    Group(("D20",), outage.measure),
    Group(("D23",), far.measure),
    Group(("D18",), bulk.measure),  # it changes the load: what is behind it has less of it
)


async def run(ground: Ground, wanted: Sequence[str]) -> list[Figure]:
    """The wanted figures (none: all), each printed once it is there."""
    found: list[Figure] = []
    for group in GROUPS:
        if wanted and not set(wanted) & set(group.numbers):
            continue
        for figure in await _measure(group, ground):
            if not wanted or figure.number in wanted:
                found.append(figure)
                print("\n".join(lines(figure)), flush=True)
    return found


async def _measure(group: Group, ground: Ground) -> list[Figure]:
    """The group's figures; where they cannot be measured, that is told, and the others go on."""
    try:
        return await group.measure(ground)
    except Exception as error:  # noqa: BLE001 - told below, with its traceback
        traceback.print_exception(error)
        said = f"not measured: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        return [Figure(number=number, what="-", measured=said, gate="-", met=False) for number in group.numbers]


def main(argv: Sequence[str] | None = None) -> int:
    """1 if a gate is not met and `--strict` was given."""
    parser = argparse.ArgumentParser(
        prog="python -m admin_tui bench", description="The admin's figures and their gates."
    )
    parser.add_argument("--only", default="", help="numbers of figures, as in D1,D6 (default: all)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="waiting jobs of each queue")
    parser.add_argument("--json", type=Path, help="write the figures into this file too")
    parser.add_argument("--strict", action="store_true", help="end with status 1 if a gate is not met")
    arguments = parser.parse_args(argv)
    wanted = [word.strip().upper() for word in arguments.only.split(",") if word.strip()]
    unknown = set(wanted) - {number for group in GROUPS for number in group.numbers}
    if unknown:
        parser.error(f"no figure {', '.join(sorted(unknown))}")
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"engine {VERSION}, Python {platform.python_version()}, {os.cpu_count()} cores, busy {load}", flush=True)
    with open_ground(Size.of(arguments.rows)) as ground:
        print(f"{ground.load}: filled in {ground.filled_s:.0f} s\n", flush=True)
        figures = asyncio.run(run(ground, wanted))
    if arguments.json:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    return int(arguments.strict and not all(figure.met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
