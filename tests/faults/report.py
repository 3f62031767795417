"""What rows of faults are told as: lines for who waits, and JSON for the evidence."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct

from engine.embedded.valkey import find_valkey
from jobs.embedded.binaries import find_postgres
from tests.faults.figures import ZEROES, Figures, Phases, RowReport, Spread

_ROOT = Path(__file__).parents[2]
_LIBRARIES = ("redis", "msgspec", "asyncpg", "uvloop", "hiredis")


class Machine(Struct, frozen=True, rename="camel"):
    """Where the rows ran."""

    system: str
    processor: str
    cores: int
    python: str
    valkey: str
    postgres: str
    libraries: dict[str, str]
    commit: str
    changed: bool
    """Whether the tree had changes that were not committed."""


class Told(Struct, frozen=True, rename="camel"):
    """A row in JSON; `broken` says which limits it does not keep."""

    row: str
    title: str
    scale: str
    seed: int
    duration_s: float
    drained: bool
    figures: Figures
    at_most: dict[str, float]
    at_least: dict[str, float]
    broken: list[str]


class Run(Struct, frozen=True, rename="camel"):
    """The rows of one run of the command."""

    machine: Machine
    rows: list[Told]


def told(report: RowReport) -> str:
    """The row in a few lines: whether it passed, what was 0 as it must be, and what was counted."""
    figures = report.figures
    broken = report.broken
    nonzero = [f"{name} {figures.value(name):g}" for name in ZEROES if figures.value(name)]
    counted = [f"{name} {_short(value)}" for name, value in _counted(figures).items() if value]
    return "\n".join(
        [
            f"{report.row} {'FAIL' if broken else 'PASS'} {report.title}, {_how(report)}",
            f"  faults of the engine: {', '.join(nonzero) or 'none'}",
            f"  {'; '.join(counted)}",
            *(f"  broken: {each}" for each in broken),
        ]
    )


def write_json(path: Path, reports: Sequence[RowReport]) -> None:
    """The file has the figures of all rows."""
    rows = [
        Told(
            row=each.row,
            title=each.title,
            scale=each.scale,
            seed=each.seed,
            duration_s=round(each.duration_s, 1),
            drained=each.drained,
            figures=each.figures,
            at_most={**dict.fromkeys(ZEROES, 0.0), **each.limits.at_most},
            at_least=each.limits.at_least,
            broken=each.broken,
        )
        for each in reports
    ]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(Run(machine(), rows)), indent=2) + b"\n")


def machine() -> Machine:
    """This machine, the servers and libraries that run on it, and the commit that is tested."""
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        processor=_processor(),
        cores=os.cpu_count() or 0,
        python=sys.version.split()[0],
        valkey=_output(str(find_valkey()), "--version"),
        postgres=_output(find_postgres().postgres, "--version"),
        libraries={name: version(name) for name in _LIBRARIES},
        commit=_output("git", "rev-parse", "HEAD"),
        changed=bool(_output("git", "status", "--porcelain")),
    )


def _how(report: RowReport) -> str:
    return f"{report.scale} scale, seed {report.seed}, {report.duration_s:.0f} s"


def _counted(figures: Figures) -> dict[str, object]:
    fields = {name: getattr(figures, name) for name in figures.__struct_fields__ if name not in (*ZEROES, "more")}
    return {name: value for name, value in {**fields, **figures.more}.items() if value not in (Spread(), Phases())}


def _short(value: object) -> str:
    if isinstance(value, Spread):
        return f"p50 {value.p50:.2f} p99 {value.p99:.2f} max {value.max:.2f} of {value.count}"
    if isinstance(value, Struct):
        return ", ".join(f"{name} {getattr(value, name)}" for name in value.__struct_fields__)
    if isinstance(value, dict):
        counts = cast("dict[str, int]", value)
        return ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if sys.platform == "linux" else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _output(*words: str) -> str:
    return subprocess.run(words, cwd=_ROOT, capture_output=True, text=True, check=True).stdout.strip()
