"""What stands on the contract sees the same in both worlds: printed views, recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_tui.once import once
from admin_tui.recording import Recorder, Replay, Tape
from engine import Matching
from engine.testing import FakeClock
from tests.contract.world import QUEUE, World

pytestmark = pytest.mark.anyio

VIEWS = [
    (["overview"], "play"),
    (["jobs", QUEUE], "1 waiting jobs of play"),
    (["jobs", QUEUE, "failed"], "page 7 is missing"),
    (["jobs", QUEUE, "failed", "tenant:t1"], "1 hits among 1 of 1 failed jobs"),
    (["job", QUEUE, "f"], "[redacted: text, 3 chars]"),
    (["log", QUEUE, "f"], "looking for page 7"),
    (["workers"], "w1"),
    (["limits"], "play"),
    (["failures"], "page <n> is missing"),
    (["audit"], "pause"),
    (["why", QUEUE], "queue play is paused"),
    (["why", QUEUE, "w"], "[NO] queue not paused"),
]


async def prepare(world: World) -> None:
    """A job that has failed with a log, one that waits, a worker, and a queue that is paused."""
    world.active("f", tenant="t1", payload='{"apiToken":"abc"}', name="play")
    world.log("f", "looking for page 7")
    world.player.fail("f", "page 7 is missing")
    world.put("w", name="play")
    world.beat("w1", [QUEUE], {QUEUE: 4})
    await world.hands.pause(QUEUE, "for a look")


@pytest.mark.parametrize(("words", "said"), VIEWS, ids=[" ".join(words) for words, _ in VIEWS])
async def test_each_view_can_be_printed(world: World, words: list[str], said: str) -> None:
    """As text that says what is there, and as JSON in one line."""
    await prepare(world)
    assert said in await once(world.hands, words, as_json=False, width=120)
    assert (await once(world.hands, words, as_json=True, width=120)).count("\n") == 1


async def test_what_was_recorded_is_seen_again(world: World, tmp_path: Path) -> None:
    """Every Struct of the contract, equal to what it was."""
    await prepare(world)
    tape = Tape(tmp_path / "tape", FakeClock(), 1)
    operation = await world.done(await world.plan("trash", Matching("failed")))
    eyes = Recorder(world.hands, tape)
    answers = [
        await eyes.snapshot(),
        await eyes.window(QUEUE, "trash", 5),
        await eyes.search(QUEUE, Matching("trash", "tenant:t1")),
        await eyes.job(QUEUE, "f"),
        await eyes.log(QUEUE, "f"),
        await eyes.groups(QUEUE),
        await eyes.waiters(QUEUE),
        await eyes.explain(QUEUE, "w"),
        await eyes.audit(),
        await eyes.operation(QUEUE, operation.id),
    ]
    tape.close()
    replay = Replay(tmp_path / "tape", FakeClock())
    assert answers == [
        await replay.snapshot(),
        await replay.window(QUEUE, "trash", 5),
        await replay.search(QUEUE, Matching("trash", "tenant:t1")),
        await replay.job(QUEUE, "f"),
        await replay.log(QUEUE, "f"),
        await replay.groups(QUEUE),
        await replay.waiters(QUEUE),
        await replay.explain(QUEUE, "w"),
        await replay.audit(),
        await replay.operation(QUEUE, operation.id),
    ]
