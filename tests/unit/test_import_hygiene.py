"""What the engine may need: in a subprocess, so that this process's imports do not hide anything."""

from __future__ import annotations

import subprocess
import sys

BASE = {"redis", "hiredis", "msgspec"}
# A stand-in that redis-py takes on Python before 3.11.3.
ALLOWED = BASE | {"async_timeout"}
CODE = """
import sys
from importlib.metadata import packages_distributions

class OnlyTheBase:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is not in the base", name=name)

blocked = set(packages_distributions()) - set(sys.argv[1].split(",")) - {"engine"} - set(sys.stdlib_module_names)
sys.meta_path.insert(0, OnlyTheBase())
before = set(sys.modules)
for name in sys.argv[2:]:
    __import__(name)
print("imported", *sorted((set(sys.modules) - before) & blocked))
"""


def import_with_base_only(*modules: str) -> str:
    command = [sys.executable, "-W", "error", "-c", CODE, ",".join(ALLOWED), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_the_engine_needs_its_base_only() -> None:
    """With nothing else importable the engine, its command line and its launcher still import."""
    assert import_with_base_only("engine", "engine.cli", "engine.embedded", "engine.testing") == "imported\n"


def test_the_check_would_notice() -> None:
    """The same check refuses a package beyond the base."""
    assert "httpx is not in the base" in import_with_base_only("httpx")
