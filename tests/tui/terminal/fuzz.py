"""Hostile strings in bulk through the real program."""

from __future__ import annotations

import time
from uuid import uuid4

from msgspec import Struct

from benchmarks.terminal import Terminal
from tests.support.till import till
from tests.tui.terminal.hostile import harmless, hostile
from tests.tui.terminal.program import open_admin
from tests.tui.terminal.sequences import own_colours, sequences
from tests.tui.terminal.tour import choose_failed, walk
from tests.tui.terminal.world import World

COLUMNS, ROWS = 200, 100
LOGS = 4
A_LOG = 900
A_PAGE = 80
"""Rows that each press of PgDn leaves behind, at least."""


class Fuzzed(Struct):
    """What came of it: how many strings were shown, and the sequences that harmless text does not write."""

    strings: int
    painted_bytes: int
    leaked: set[str]
    seconds: float


def fuzz(url: str, count: int, seed: int) -> Fuzzed:
    """So many strings were shown in lists, jobs and logs."""
    began = time.monotonic()
    plain, _ = _show(url, harmless(300))
    texts = hostile(count, seed)
    written, painted = _show(url, texts)
    return Fuzzed(count, painted, written - plain - own_colours(), time.monotonic() - began)


def _show(url: str, texts: list[str]) -> tuple[set[str], int]:
    """All sequences that the program wrote while it showed these texts, and how many bytes."""
    prefix = f"fuzz-{uuid4().hex[:12]}"
    world = World(url, prefix)
    in_logs = min(LOGS * A_LOG, len(texts) // 4)
    ids = world.fail(texts[: max(LOGS, 20)])
    for n, job_id in enumerate(ids[:LOGS]):
        world.log(job_id, texts[n * in_logs // LOGS : (n + 1) * in_logs // LOGS])
    rows = world.write_raw(texts[in_logs:])
    world.close()
    with open_admin(url, prefix, columns=COLUMNS, rows=ROWS) as terminal:
        terminal.wait_text(till.name)
        walk(terminal)
        for _ in range(LOGS):
            _page_through_next_log(terminal)
        _page_through_list(terminal, rows + len(ids))
        terminal.send("ctrl+q")
        status = terminal.wait_end()
        assert status == 0, f"it ended with {status}:\n{terminal.text}"
        return sequences(bytes(terminal.raw)), len(terminal.raw)


def _page_through_list(terminal: Terminal, rows: int) -> None:
    terminal.send("2")
    terminal.settle()
    choose_failed(terminal)
    terminal.send("g")
    for _ in range(rows // A_PAGE + 2):
        terminal.send("pagedown")
        terminal.settle(0.06)


def _page_through_next_log(terminal: Terminal) -> None:
    terminal.send("2")
    terminal.settle()
    choose_failed(terminal)
    terminal.send("down", "enter")
    terminal.settle()
    terminal.send("l")
    terminal.settle()
    for _ in range(A_LOG // A_PAGE + 1):
        terminal.send("pageup")
        terminal.settle(0.06)
    terminal.send("escape", "escape")
    terminal.settle()
