"""Redis goes away and comes back under the open program."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from engine.embedded import EmbeddedValkey
from tests.tui.terminal.hostile import harmless
from tests.tui.terminal.program import open_admin
from tests.tui.terminal.world import World

pytestmark = pytest.mark.timeout(120)
LIVE, NOT_LIVE = re.compile(r"\blive\b"), re.compile(r"\b(STALE|DOWN)\b")


def test_an_outage_is_told_and_its_end_is_seen(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """STALE or DOWN while Redis is away, live again when it is back; keys go on working, and nothing is traced."""
    server = own_valkey()
    world = World(server.url, "pickd")
    world.fail(harmless(30))
    world.close()
    with open_admin(server.url, "pickd", "--write", columns=100, rows=30) as terminal:
        terminal.wait_for(LIVE.search)
        server.kill()
        terminal.wait_for(NOT_LIVE.search)
        terminal.send("2")
        terminal.settle()
        terminal.send("R", "P", "1", "j")
        terminal.settle()
        assert NOT_LIVE.search(terminal.text)
        server.start()
        terminal.wait_for(LIVE.search, within_s=40)
        terminal.wait_text("till")
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0
    assert b"Traceback" not in terminal.raw


def test_without_redis_it_says_what_it_tried(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """Started on a server that is not there, it ends with one line: the place without a password, and what to do."""
    server = own_valkey(password="wonderful")
    server.stop()
    with open_admin(server.url, "pickd", columns=200, rows=30) as terminal:
        assert terminal.wait_end() == 3
    assert "no Redis at unix:" in terminal.text
    assert "start it, or give --redis-url" in terminal.text
    assert b"wonderful" not in terminal.raw
    assert b"Traceback" not in terminal.raw
