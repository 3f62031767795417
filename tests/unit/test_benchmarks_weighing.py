"""What weighs the scripts says what it lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.weighing import main


def test_without_valgrind_its_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No server is started, and the exit code is that of a wrong use."""
    monkeypatch.setattr(sys, "argv", ["weighing"])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main() == 2
    assert "not found: valgrind, callgrind_control" in capsys.readouterr().err
