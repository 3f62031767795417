"""docs/protocol.md is true: its enqueue line makes a job, and its sections are the scripts' headers."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from engine.streams import Keys, SyncStore
from engine.streams.commands import acquire
from engine.streams.reads import show
from engine.types import State
from jobs import app
from tests.support.protocol import DOCUMENT, written
from tests.support.workers import environment


def the_shell_lines() -> tuple[list[str], list[str]]:
    """The words of the two commands under `Enqueue from a shell`."""
    found = re.search(r"## Enqueue from a shell.*?```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    first, second = found[1].replace("\\\n", " ").strip().splitlines()
    return shlex.split(first), shlex.split(second)


def run_redis_cli(words: list[str], url: str, script: str) -> list[str]:
    """What `redis-cli -u URL --eval FILE KEYS , ARGUMENTS` prints; by its meaning where it is not installed."""
    assert words[:5] == ["redis-cli", "-u", "$REDIS_URL", "--eval", "enqueue.lua"]
    given = words[5:]
    cut = given.index(",")
    if shutil.which("redis-cli") and url.startswith("redis://"):
        command = ["redis-cli", "-u", url, "--eval", script, *given]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.split()
    store = SyncStore(url)
    try:
        reply = store.command("EVAL", Path(script).read_text(), cut, *given[:cut], *given[cut + 1 :])
    finally:
        store.close()
    return [value.decode() for value in reply]


def test_the_enqueue_line_makes_a_job_that_a_worker_takes(redis_url: str, tmp_path: Path) -> None:
    """Sent twice it answers the same; what it stored is the job that the Python client would have stored."""
    to_file, line = the_shell_lines()
    assert to_file[:4] == ["python", "-m", "engine", "script"]
    script = subprocess.run(
        [sys.executable, *to_file[1:5]], capture_output=True, text=True, check=True, env=environment(), timeout=20
    ).stdout
    file = tmp_path / "enqueue.lua"
    file.write_text(script)
    prefix = f"protocol-{tmp_path.name}"
    line = [word.replace("pickd:{pickd}", f"{prefix}:{{pickd}}") for word in line]
    first = run_redis_cli(line, redis_url, str(file))
    assert (first[0], first[2:]) == ("1", ["waiting", "1"])
    assert run_redis_cli(line, redis_url, str(file)) == first
    other = [word.replace("op:4c1f0a7de2b84e6d", "op:another") for word in line]
    assert run_redis_cli(other, redis_url, str(file)) == ["0", *first[1:]]
    keys, store = Keys(prefix, "pickd", "score_run"), SyncStore(redis_url)
    status = store.run(show(keys, "score:tenant-123:2026-10-01:2026-10-31:active"))
    store.run(acquire(keys, 0, "w", 1, alone=True))
    store.close()
    assert status is not None
    assert (status.state, status.tenant, status.name) == (State.WAITING, "tenant-123", "score_run")
    app.queues["score_run"].find(status.name)


def test_the_line_gives_the_keys_that_the_script_takes() -> None:
    """Every key of the line is the one that the header asks for, in its order."""
    _, line = the_shell_lines()
    keys = Keys("pickd", "pickd", "score_run")
    call_keys = line[5 : line.index(",")]
    names = re.findall(
        r"^KEYS\[\d+\] (\w+)", DOCUMENT.read_text().partition("### enqueue")[2].partition("###")[0], re.MULTILINE
    )
    assert [keys.op("4c1f0a7de2b84e6d"), *keys.of(tuple(names[1:]))] == call_keys


def test_the_sections_are_the_scripts_headers() -> None:
    """A changed header changes the document: `python -m tests.support.protocol` writes it."""
    document = DOCUMENT.read_text()
    assert written(document) == document, "run python -m tests.support.protocol"
