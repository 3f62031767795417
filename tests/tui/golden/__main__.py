"""Writes the texts of all scenes anew: look at what git says has changed."""

from __future__ import annotations

import asyncio

from tests.tui.golden.scenes import SCENES, TEXTS, draw

if __name__ == "__main__":
    TEXTS.mkdir(exist_ok=True)
    for old in set(TEXTS.glob("*.txt")) - {scene.file for scene in SCENES}:
        old.unlink()
    for scene in SCENES:
        scene.file.write_text(asyncio.run(draw(scene)))
