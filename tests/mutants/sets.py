"""Which tests a fault is shown to, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.mutants.guards import LUA

ABOUT_TEXT = frozenset({"test_headers.py"})
"""Tests that read the scripts without running them: a fault that only they see could hurt unseen."""
SCRIPT_FOLDERS = ("tests/scripts/", "tests/model/")
"""Tests that need no asyncio and no other process, whose faults can only be in the Lua files."""
AT_RANDOM = frozenset({"tests/model/test_model.py"})
"""A minute's search by chance: what it finds is not the same each time, and what only it finds wants a test."""
_INCLUDE = re.compile(r"^--- @include (\w+)$", re.MULTILINE)


def script_tests(root: Path) -> list[str]:
    """Every file of tests of the scripts, and the stories that their model told last."""
    files = [file for file in sorted((root / "tests/scripts").glob("test_*.py")) if file.name not in ABOUT_TEXT]
    files += sorted((root / "tests/model").glob("test_*.py"))
    return [path for file in files if (path := file.relative_to(root).as_posix()) not in AT_RANDOM]


def likely_tests(root: Path, file: str) -> list[str]:
    """The tests named like the Lua file, or like a script that includes it, but for those known best by others."""
    stem = Path(file).stem
    stems = _KNOWN_BY.get(stem) or (_users(root, stem) if file.startswith("include/") else [stem])
    by_name = {path: Path(path).stem.removeprefix("test_") for path in script_tests(root)}
    return [path for name in stems for path, of in by_name.items() if of in {name, f"guards_{name}"}]


_KNOWN_BY = {
    "bounds": ("bounds",),
    "diagnose": ("audit", "repair", "trash"),
    "end_cancelled": ("cancel", "renew", "reclaim"),
    "fingerprint": ("groups",),
    "freeze": ("operation",),
    "gather": ("operation",),
    "groups": ("groups", "read_groups"),
    "hand_back": ("settle", "reclaim", "suspects"),
    "join_groups": ("groups",),
    "leave_end": ("trash", "groups"),
    "leave_group": ("groups",),
    "lines": ("reads", "paging"),
    "pending": ("reclaim", "renew"),
    "plan": ("operation",),
    "promote": ("promote", "suspects"),
    "record": ("bad_records", "cancel"),
    "rejoin_group": ("groups", "revert"),
    "restore": ("enqueue", "twice"),
    "seen": ("reclaim", "renew"),
    "set_aside": ("bad_records", "reclaim"),
    "stats": ("statistics",),
    "suspects": ("suspects",),
    "text": ("bad_records", "guards_records"),
    "tokens": ("rate", "shared_limit"),
    "trail": ("settle", "note"),
    "waiters": ("read_groups",),
    "wake": ("acquire", "guards_settle"),
}
"""By which tests a file is known best, where its own name or those of the scripts that include it say less."""
SERVICES = (
    "tests/unit/test_settler.py",
    "tests/unit/test_sweeper.py",
    "tests/unit/test_listener.py",
    "tests/unit/test_replies.py",
    "tests/unit/test_fetcher.py",
    "tests/unit/test_roster.py",
    "tests/unit/test_executor.py",
    "tests/unit/test_posting.py",
    "tests/unit/test_uncut.py",
    "tests/integration/test_store_pipeline.py",
    "tests/integration/test_worker_leases.py",
    "tests/integration/test_worker_outcomes.py",
    "tests/integration/test_worker_limits.py",
    "tests/integration/test_worker_cancel.py",
    "tests/integration/test_worker_life.py",
    "tests/integration/test_client_enqueue.py",
    "tests/integration/test_client_result.py",
    "tests/integration/test_shutdown.py",
)
"""What a fault in the engine's Python is shown to when its own tests did not see it."""


def rest_of(root: Path, file: str, shown: tuple[str, ...], sent: Mapping[str, frozenset[str]]) -> list[str]:
    """The tests that a fault in this file is shown to after those that it was shown to first.

    `sent` are the scripts that each test sends: of a Lua file only those tests can see anything that send it.
    """
    if not file.endswith(".lua"):
        return [path for path in SERVICES if path not in shown]
    path = Path(file)
    pasted = set(_users(root, path.stem)) if path.parent.name == "include" else {path.stem}
    return [test for test, scripts in sent.items() if scripts & pasted and test.partition("::")[0] not in shown]


def _users(root: Path, include: str) -> list[str]:
    """The scripts into which an include is pasted, also by way of another."""
    includes = {path.stem: path.read_text() for path in (root / LUA / "include").glob("*.lua")}
    reached, fresh = {include}, {include}
    while fresh:
        fresh = {name for name, text in includes.items() if fresh & set(_INCLUDE.findall(text))} - reached
        reached |= fresh
    scripts = sorted((root / LUA).glob("*.lua"))
    return [path.stem for path in scripts if reached & set(_INCLUDE.findall(path.read_text()))]
