"""What continuous integration runs: the tests, then the smoke set; pytest's closing line is the last one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / ".ci" / "run"
MAKE = """#!/bin/sh
echo "make $1"
if [ "$1" = test ]; then
    echo "$CLOSING"
    exit "$TEST"
fi
echo "drain: 0.2 of the floor, baseline 0.3: holds"
exit "$SMOKE"
"""


@pytest.mark.parametrize(
    ("test", "smoke", "status"),
    [(0, 0, 0), (0, 1, 1), (2, 0, 2)],
    ids=["all is well", "too slow against the floor", "a test fails"],
)
def test_the_smoke_set_follows_tests_that_passed(tmp_path: Path, test: int, smoke: int, status: int) -> None:
    """It fails the whole by its own status; after a test that failed it is not run."""
    (tmp_path / ".ci").mkdir()
    script = Path(shutil.copy(RUN, tmp_path / ".ci" / "run"))
    make = tmp_path / "make"
    make.write_text(MAKE)
    make.chmod(0o700)
    closing = "1 failed, 6 passed in 1.25s" if test else "7 passed in 1.25s"
    ended = subprocess.run(
        [script],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "CLOSING": closing,
            "TEST": f"{test}",
            "SMOKE": f"{smoke}",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    lines = ended.stdout.splitlines()
    assert ended.returncode == status
    assert lines[-1] == closing
    assert ("make smoke" in lines) == (test == 0)
    assert ended.stderr == ""
