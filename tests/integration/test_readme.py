"""What the README shows runs as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine.embedded import EmbeddedValkey

README = (Path(__file__).parents[2] / "README.md").read_text()
EMBEDDING = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]


def test_embedding_code_runs_as_it_stands(own_valkey: Callable[..., EmbeddedValkey], tmp_path: Path) -> None:
    """The embedding example works its job in its own process and prints the result; a sound server gives no warning."""
    script = tmp_path / "service.py"
    script.write_text(EMBEDDING)
    ran = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "REDIS_URL": own_valkey().url},
        capture_output=True,
        text=True,
        timeout=30,
        cwd=tmp_path,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Hello Ada\n", "")


def test_embedding_code_is_short() -> None:
    """A reader sees the whole of it at once: it is about twenty lines of code."""
    assert len([line for line in EMBEDDING.splitlines() if line.strip()]) <= 26
