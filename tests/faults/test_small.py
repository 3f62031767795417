"""The rows of faults at their smallest: each run of the tests hits workers and all that they speak to, in every way."""

from __future__ import annotations

import pytest

from tests.faults.plan import Plan
from tests.faults.report import told
from tests.faults.rows import find_row

SEED = 1


@pytest.mark.timeout(180)
@pytest.mark.parametrize("row", ["F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F11", "F14", "F16", "PG"])
def test_row(row: str, postgres_url: str) -> None:
    """The row keeps all its limits."""
    report = find_row(row)(Plan(row, "small", SEED, postgres_url))
    assert not report.broken, told(report)
