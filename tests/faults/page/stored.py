"""The figures that are kept in docs/evidence, read back."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from tests.faults.power_cut import PowerCuts
from tests.faults.report import Machine, Run, Told
from tests.faults.soak.gauges import Soak

ROOT = Path(__file__).parents[3]
FOLDER, PAGE = ROOT / "docs" / "evidence", ROOT / "docs" / "evidence.md"


class Evidence(Struct, frozen=True):
    """All figures that are there: runs by the name of their file, newest scale last."""

    runs: dict[str, Run]
    soak: Soak | None = None
    power: PowerCuts | None = None

    def row(self, name: str) -> Told | None:
        """The row at the largest scale at which it was run."""
        found = [row for run in self.runs.values() for row in run.rows if row.row == name]
        return max(found, key=lambda row: (row.scale == "release", row.figures.attempted), default=None)

    def rows(self) -> list[tuple[Machine, Told]]:
        """Every row of every run, in order."""
        return [(run.machine, row) for run in self.runs.values() for row in run.rows]


def read(folder: Path = FOLDER) -> Evidence:
    """The figures of the folder: `soak.json`, `power-cut.json`, and any other file as a run of rows."""
    files = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.json"))}
    soak, power = files.pop("soak", None), files.pop("power-cut", None)
    return Evidence(
        runs={name: msgspec.json.decode(data, type=Run) for name, data in files.items()},
        soak=None if soak is None else msgspec.json.decode(soak, type=Soak),
        power=None if power is None else msgspec.json.decode(power, type=PowerCuts),
    )
