"""Screens as they are kept in git. After a change that is meant: `python -m tests.tui.golden`, and read the diff."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.tui.golden.scenes import SCENES, TEXTS, Scene, draw

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file.stem)
async def test_a_screen_is_as_it_was(scene: Scene) -> None:
    """D14 among them: every view at 80x24, overview and job at 40x10; each line is exactly as wide as the screen."""
    text = await draw(scene)
    columns, rows = scene.size
    lines = text.splitlines()
    assert len(lines) == 2 * rows + 1
    assert {cell_len(line) for line in lines} == {columns + 2}
    assert "too small" not in text
    assert text == scene.file.read_text(), "python -m tests.tui.golden writes it anew"


def test_nothing_else_is_kept() -> None:
    """Every text belongs to a scene."""
    assert set(TEXTS.glob("*.txt")) == {scene.file for scene in SCENES}
