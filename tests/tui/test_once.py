"""`--once`: each view as the engine's values or as plain text, and nothing that could drive a terminal."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import msgspec
import pytest

from admin_tui.demo import DemoWorld, FakeEngine
from admin_tui.once import USAGE, once
from admin_tui.text import safe, width
from engine import (
    AuditPage,
    EngineError,
    ErrorGroup,
    Explanation,
    Hits,
    JobDetail,
    LimitsView,
    LogPage,
    SettingError,
    Snapshot,
    UnknownQueue,
    Window,
    WorkerInfo,
)
from engine.testing import FakeClock

pytestmark = pytest.mark.anyio

VIEWS = [
    (["overview"], Snapshot),
    (["jobs", "sync_ads"], Window),
    (["jobs", "import_csv", "failed"], Window),
    (["jobs", "import_csv", "failed", ""], Hits),
    (["job", "import_csv", "HOSTILE"], JobDetail),
    (["log", "import_csv", "HOSTILE"], LogPage),
    (["workers"], list[WorkerInfo]),
    (["limits"], list[LimitsView]),
    (["failures"], list[ErrorGroup]),
    (["failures", "import_csv"], list[ErrorGroup]),
    (["audit"], AuditPage),
    (["audit", "score_run"], AuditPage),
    (["why", "sync_ads"], Explanation),
    (["why", "import_csv", "HOSTILE"], Explanation),
]


@pytest.fixture
def demo() -> FakeEngine:
    """The invented system, always the same."""
    return DemoWorld(FakeClock(1_790_000_000_000_000), random.Random(3)).engine


async def words_of(demo: FakeEngine, words: list[str]) -> list[str]:
    """The words, with the id of a job whose every text is made to harm."""
    rows = (await demo.window("import_csv", "failed", 50)).rows
    hostile = next(row.id for row in rows if "\x1b[2J" in row.id)
    return [hostile if word == "HOSTILE" else word for word in words]


@pytest.mark.parametrize(("words", "kind"), VIEWS)
async def test_json_is_the_engines_own_values(demo: FakeEngine, words: list[str], kind: object) -> None:
    """One line that decodes to the Structs; of what drives a terminal nothing is left in it."""
    text = await once(demo, await words_of(demo, words), as_json=True, width=80)
    assert text.endswith("\n")
    assert text.count("\n") == 1
    msgspec.json.decode(text, type=kind)
    assert not harmful(text)


async def test_json_says_the_same_as_the_engine(demo: FakeEngine) -> None:
    """Also of texts that had to be escaped."""
    [_, queue, job_id] = await words_of(demo, ["job", "import_csv", "HOSTILE"])
    text = await once(demo, ["job", queue, job_id], as_json=True, width=80)
    assert msgspec.json.decode(text, type=JobDetail) == await demo.job(queue, job_id)


@pytest.mark.parametrize("cells", [40, 80, 200])
@pytest.mark.parametrize("words", [words for words, _ in VIEWS], ids=" ".join)
async def test_plain_text_has_its_width_and_no_escape_byte(demo: FakeEngine, words: list[str], cells: int) -> None:
    """No line is wider than asked for, and nothing in it drives a terminal."""
    text = await once(demo, await words_of(demo, words), as_json=False, width=cells)
    assert text.strip()
    assert not harmful(text)
    for line in text.splitlines():
        assert line == line.rstrip()
        assert width(safe(line, 10_000)) <= cells


async def test_the_overview_says_what_is_wrong(demo: FakeEngine) -> None:
    """The verdict with all its reasons, every queue, and what fails most."""
    text = await once(demo, ["overview"], as_json=False, width=100)
    assert text.startswith("HEALTH x BAD")
    assert "sync_ads: no workers" in text
    assert all(name in text for name in demo.queues)
    assert "ConnectionError: ads api" in text


async def test_a_job_is_told_whole(demo: FakeEngine) -> None:
    """State, reason, payload without secrets, attempts."""
    row = (await demo.window("ingest_reviews", "failed", 1)).rows[0]
    text = await once(demo, ["job", "ingest_reviews", row.id], as_json=False, width=100)
    assert "failed" in text
    assert "TimeoutError" in text or "invalid tenant" in text
    assert "redacted" in text
    assert "not-a-token" not in text
    assert "#1" in text


async def test_a_query_counts_what_it_saw(demo: FakeEngine) -> None:
    """Hits, jobs looked at, and all that there are."""
    text = await once(demo, ["jobs", "sync_ads", "failed", ""], as_json=False, width=100)
    assert re.match(r"250 hits among 250 of 911 failed jobs of sync_ads\n", text)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nope"], "the views: overview, jobs, job"),
        (["overview", "x"], "--once overview: give nothing more"),
        (["job", "sync_ads"], "--once job: give QUEUE and ID"),
        (["jobs"], "--once jobs: give QUEUE"),
        (["jobs", "sync_ads", "lost"], "no list 'lost'; the lists: waiting"),
        (["why"], "--once why: give QUEUE"),
    ],
)
async def test_words_that_mean_nothing_are_refused(demo: FakeEngine, words: list[str], message: str) -> None:
    """The error says which words there are."""
    with pytest.raises(SettingError, match=message):
        await once(demo, words, as_json=False, width=80)


async def test_what_is_not_there_is_told(demo: FakeEngine) -> None:
    """A queue, a job, and a width that no line can have."""
    with pytest.raises(UnknownQueue, match="sync_ads"):
        await once(demo, ["failures", "nowhere"], as_json=True, width=80)
    with pytest.raises(EngineError, match="has no job 'nobody'"):
        await once(demo, ["job", "sync_ads", "nobody"], as_json=True, width=80)
    with pytest.raises(SettingError, match="--width 20"):
        await once(demo, ["overview"], as_json=False, width=20)


def test_every_view_says_what_it_takes() -> None:
    """None is without a test here."""
    assert set(USAGE) == {words[0] for words, _ in VIEWS}


def test_the_program_prints_a_view_and_ends() -> None:
    """The exit code says how it went; an error is one line on stderr."""
    done = run("--demo", "--once", "overview", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(msgspec.json.decode(done.stdout, type=Snapshot).queues) == 10
    plain = run("--demo", "--once", "why", "sync_ads", "--plain", "--width", "60")
    assert "no worker" in plain.stdout
    wrong = run("--demo", "--once", "nope")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert re.fullmatch(r"error: no view 'nope'; .+\n", wrong.stderr)
    assert run("--demo", "--once", "job", "sync_ads", "nobody").returncode == 1
    assert run("--demo", "--json").returncode == 2


def test_the_program_records_and_replays(tmp_path: Path) -> None:
    """What one run has seen, another one sees without any server."""
    tape = str(tmp_path / "tape")
    seen = run("--demo", "--once", "overview", "--json", "--record", tape)
    again = run("--replay", tape, "--once", "overview", "--json")
    assert (again.returncode, again.stdout) == (0, seen.stdout)
    missing = run("--replay", tape, "--once", "audit")
    assert missing.returncode == 1
    assert "the recording has no audit" in missing.stderr
    assert run("--replay", tape, "--write", "--once", "overview").returncode == 2
    assert "exists already" in run("--demo", "--record", tape, "--once", "overview").stderr


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The program, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "admin_tui", *words], capture_output=True, text=True, timeout=50, check=False
    )


def harmful(text: str) -> list[str]:
    """The characters that could drive a terminal, or hide in it."""
    return [
        char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ]
