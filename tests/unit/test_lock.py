"""The lock installs the same files everywhere, from whatever registry a machine is set up for."""

from __future__ import annotations

import re
from pathlib import Path

LOCK = (Path(__file__).parents[2] / "requirements.lock").read_text()
PACKAGES = [block for block in re.split(r"\n(?=[a-z0-9])", LOCK) if not block.startswith("#")]


def test_every_package_is_pinned_with_its_hashes() -> None:
    """Each entry has one exact version and at least one SHA-256."""
    loose = [block for block in PACKAGES if not re.match(r"[\w.\[\]-]+==[\w.]+ .*\\\n    --hash=sha256:", block)]
    assert loose == []


def test_no_host_is_named() -> None:
    """No address of a registry, mirror or file is in it."""
    assert re.findall(r"\S+://\S+|--(?:index|extra|find)\S*|file:\S+", LOCK) == []
