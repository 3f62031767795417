from __future__ import annotations

import pytest

from tests.tui.terminal.fuzz import fuzz

COUNT = 1_000
"""`python -m tests.tui.terminal` shows 100,000 of them."""


@pytest.mark.timeout(180)
def test_no_hostile_string_reaches_the_terminal(redis_url: str) -> None:
    """D22: of a thousand strings in lists, jobs and logs nothing but their text is written."""
    assert fuzz(redis_url, COUNT, seed=20261127).leaked == set()
