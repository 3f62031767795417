"""Whatever producers, jobs and workers wrote, the terminal gets the same escape sequences as from harmless text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine import Settings
from tests.support.till import app, till
from tests.tui.terminal.hostile import ATTACKS, harmless
from tests.tui.terminal.program import open_admin
from tests.tui.terminal.sequences import own_colours, sequences
from tests.tui.terminal.tour import walk
from tests.tui.terminal.world import World

pytestmark = [pytest.mark.timeout(180), pytest.mark.anyio]
SIZE = (160, 90)


async def fill(url: str, prefix: str, texts: Sequence[str]) -> None:
    """Every place that a text can be in has some of them: also reasons in the book, by the engine's own operator."""
    world = World(url, prefix)
    try:
        ids = world.fail(texts)
        world.log(ids[0], texts)
        world.log(ids[1], texts)
        world.beat(texts[:12])
        world.write_raw(texts)
    finally:
        world.close()
    async with app.inspect(Settings(redis_url=url, prefix=prefix)) as inspector:
        for text in texts[:30]:
            await inspector.pause(till.name, text)
            await inspector.resume(till.name, text)


def seen(url: str, prefix: str) -> tuple[set[str], str]:
    """All sequences that a tour through the program wrote, and the last screen."""
    with open_admin(url, prefix, "--write", columns=SIZE[0], rows=SIZE[1]) as terminal:
        terminal.wait_text(till.name)
        walk(terminal)
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0, terminal.text
        return sequences(bytes(terminal.raw)), terminal.text


async def test_hostile_texts_write_the_same_sequences_as_harmless_ones(redis_url: str, prefix: str) -> None:
    """Ids, tenants, payloads, errors, logs, workers and reasons that would steer a terminal do not."""
    await fill(redis_url, f"{prefix}:a".replace(":", "-"), harmless(len(ATTACKS)))
    await fill(redis_url, f"{prefix}:b".replace(":", "-"), ATTACKS)
    plain, _ = seen(redis_url, f"{prefix}-a")
    hostile, _ = seen(redis_url, f"{prefix}-b")
    assert hostile - plain - own_colours() == set()
