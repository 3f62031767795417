"""Faults are shown to the copy's own engine, and what its tests say is understood."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.mutants.crew import Fault, Known, Verdict, show_all
from tests.mutants.workshop import Workshop
from tests.support.wait import eventually_sync

TREE = {
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["--import-mode=importlib", "-ra"]\n',
    "engine/__init__.py": "",
    "engine/version.py": 'VERSION = "1"\n',
    "tests/__init__.py": "",
    "tests/mutants/__init__.py": "",
    "tests/mutants/quick.py": "",
    "tests/test_it.py": """\
import time
from pathlib import Path

import pytest
from engine import version

def test_good() -> None:
    assert version.VERSION != "0"

@pytest.mark.timeout(0.2)
def test_ends() -> None:
    while version.VERSION == "hang":
        pass

def test_can_be_interrupted() -> None:
    while version.VERSION == "wait":
        Path("started").touch()
        time.sleep(0.05)
""",
}
FILE = "engine/version.py"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of one module and its tests."""
    root = tmp_path_factory.mktemp("tree")
    for name, text in TREE.items():
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def bench(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A copy of it."""
    return Workshop(tmp_path_factory.mktemp("bench"), 1, tree)


def show(bench: Workshop, text: str, *, tests: str = "tests/test_it.py", reason: str = "", hint: str = "") -> Verdict:
    """What becomes of a version file that says this."""
    fault = Fault("it", FILE, lambda _: text, (tests,), reason, only=True)
    (verdict,) = show_all([fault], [bench], Known({"it": hint}))
    return verdict


@pytest.mark.parametrize(
    ("text", "word", "test"),
    [
        ('VERSION = "0"\n', "caught", "tests/test_it.py::test_good"),
        ('VERSION = "1"\n', "survived", ""),
        ('VERSION = "hang"\n', "timeout", "tests/test_it.py::test_ends"),
        ("VERSION = \n", "broken", ""),
    ],
    ids=["caught", "survived", "timeout", "broken"],
)
def test_each_answer_has_its_word(bench: Workshop, text: str, word: str, test: str) -> None:
    """A fault is caught, caught by a timeout, or survives; where the tests do not even run it is not caught."""
    verdict = show(bench, text)
    assert (verdict.word, verdict.test) == (word, test)


def test_a_reason_holds_only_while_no_test_fails(bench: Workshop) -> None:
    """What has a reason may survive; if a test sees it, the reason is false."""
    assert show(bench, 'VERSION = "1"\n', reason="it is only a number").word == "equivalent"
    assert show(bench, 'VERSION = "0"\n', reason="it is only a number").word == "excused"


def test_a_hint_is_only_a_hint(bench: Workshop) -> None:
    """The test that caught a fault before is tried first; one that is gone, or passes, decides nothing."""
    for hint in ("tests/test_it.py::test_ends", "tests/test_it.py::test_gone"):
        assert show(bench, 'VERSION = "0"\n', hint=hint).test == "tests/test_it.py::test_good"


def test_a_file_says_again_what_it_said(bench: Workshop, tree: Path) -> None:
    """After a fault the copy is as it was; the tree that it was copied from never changed."""
    show(bench, 'VERSION = "0"\n')
    assert (bench.root / FILE).read_text() == (tree / FILE).read_text() == TREE[FILE]


def test_an_interrupt_ends_what_runs_and_starts_nothing(tree: Path, tmp_path: Path) -> None:
    """As by Ctrl-C: the test that runs is cut off, no other begins, and the file says again what it said."""
    bench, tests = Workshop(tmp_path, 1, tree), ["tests/test_it.py"]
    with ThreadPoolExecutor(1) as pool, bench.changed(FILE, lambda _: 'VERSION = "wait"\n'):
        running = pool.submit(bench.test, tests)
        eventually_sync((bench.root / "started").exists, within_s=30)
        bench.interrupt()
        assert running.result().word == "broken"
        assert bench.test(tests).output == "interrupted"
    assert (bench.root / FILE).read_text() == TREE[FILE]


def test_a_copy_that_would_test_something_else_is_refused(tree: Path, tmp_path: Path) -> None:
    """Where another engine than the copy's would be imported, nothing is tested."""
    bare = shutil.copytree(tree, tmp_path / "bare")
    shutil.rmtree(bare / "engine")
    with pytest.raises(RuntimeError, match="would test"):
        Workshop(tmp_path, 1, bare)
