"""A recording has what was seen, a replay sees it again, and neither disturbs anybody."""

from __future__ import annotations

import random
import stat
from pathlib import Path

import msgspec
import pytest

from admin_tui.admin import Eyes
from admin_tui.demo import DemoWorld, FakeEngine
from admin_tui.recording import Recorder, Replay, Tape
from admin_tui.recording.replay import NotRecorded
from engine import EngineError, JobLine, Matching, SettingError, Snapshot, UnknownQueue
from engine.testing import FakeClock

pytestmark = pytest.mark.anyio


class Scene:
    """A demo whose eyes record into a file, and that moves by hand."""

    def __init__(self, path: Path, most_bytes: int = 10_000_000) -> None:
        self.path, self.clock = path, FakeClock()
        self.engine: FakeEngine = DemoWorld(self.clock, random.Random(7)).engine
        self.tape = Tape(path, self.clock, self.engine.now_ms, most_bytes)
        self.eyes = Recorder(self.engine, self.tape)

    async def look(self, times: int) -> list[Snapshot]:
        """So many snapshots, a second apart."""
        found: list[Snapshot] = []
        for _ in range(times):
            found.append(await self.eyes.snapshot())
            self.clock.advance(1)
        return found

    def replay(self, clock: FakeClock | None = None) -> Replay:
        """The recording so far, as somebody sees it later."""
        self.tape.close()
        return Replay(self.path, clock or FakeClock())


async def test_a_replay_sees_what_was_seen_at_its_pace(tmp_path: Path) -> None:
    """A second of the replay shows what was a second later, and the end stays."""
    scene = Scene(tmp_path / "tape")
    seen = await scene.look(3)
    clock = FakeClock()
    replay = scene.replay(clock)
    assert await replay.snapshot() == seen[0]
    clock.advance(1)
    assert await replay.snapshot() == seen[1]
    clock.advance(0.5)
    assert await replay.snapshot() == seen[1]
    clock.advance(60)
    assert await replay.snapshot() == seen[2]
    assert replay.position_ms == replay.length_ms == 2_000


async def test_a_replay_goes_step_by_step(tmp_path: Path) -> None:
    """Forth and back, no further than its ends; then on at its pace from there."""
    scene = Scene(tmp_path / "tape")
    seen = await scene.look(4)
    clock = FakeClock()
    replay = scene.replay(clock)
    found = [replay.step(1), replay.step(1), replay.step(-1), replay.step(10), replay.step(-10)]
    assert found == [1_000, 2_000, 1_000, 3_000, 0]
    clock.advance(30)
    assert await replay.snapshot() == seen[0]
    assert replay.step(2) == 2_000
    replay.run()
    clock.advance(1)
    assert await replay.snapshot() == seen[3]


async def test_a_replay_may_begin_later_and_run_faster(tmp_path: Path) -> None:
    """At any speed, from any second of it; what makes no sense is refused."""
    scene = Scene(tmp_path / "tape")
    seen = await scene.look(9)
    scene.tape.close()
    clock = FakeClock()
    replay = Replay(scene.path, clock, speed=4, start_s=3)
    assert await replay.snapshot() == seen[3]
    clock.advance(1)
    assert await replay.snapshot() == seen[7]
    still = Replay(scene.path, clock, speed=0)
    clock.advance(100)
    assert await still.snapshot() == seen[0]
    for speed, start_s, message in (
        (-1, 0, "--speed -1"),
        (1, 9, "--from 9: the recording has 8 s"),
        (1, -1, "--from"),
    ):
        with pytest.raises(SettingError, match=message):
            Replay(scene.path, clock, speed, start_s)


async def test_every_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    """Whatever was asked, the Structs are equal."""
    scene = Scene(tmp_path / "tape")
    asked: Eyes = scene.eyes
    row = await _first_failed(asked)
    where = Matching("failed", "")

    async def ask(eyes: Eyes) -> list[object]:
        return [
            await eyes.snapshot(),
            await eyes.window("sync_ads", "failed", 10),
            await eyes.window("sync_ads", "failed", 10, rank=100),
            await eyes.search("sync_ads", where),
            await eyes.job("sync_ads", row.id),
            await eyes.job("sync_ads", "nobody"),
            await eyes.log("sync_ads", row.id),
            await eyes.groups("sync_ads"),
            await eyes.waiters("sync_ads"),
            await eyes.explain("sync_ads", row.id),
            await eyes.audit(),
            await eyes.operation("sync_ads", "p-none"),
        ]

    before = await ask(asked)
    assert await ask(scene.replay()) == before


async def test_a_smaller_screen_shows_the_rows_that_were_seen(tmp_path: Path) -> None:
    """Fewer rows of a window are enough; those of a list that nobody looked at are not there."""
    scene = Scene(tmp_path / "tape")
    window = await scene.eyes.window("sync_ads", "failed", 40)
    replay = scene.replay()
    assert (await replay.window("sync_ads", "failed", 5)).rows == window.rows[:5]
    assert (await replay.window("sync_ads", "failed", 100)).rows == window.rows
    with pytest.raises(NotRecorded, match="window"):
        await replay.window("score_run", "failed", 5)


async def test_an_error_is_told_again(tmp_path: Path) -> None:
    """What was not to be had is not to be had in the replay."""
    scene = Scene(tmp_path / "tape")
    with pytest.raises(UnknownQueue):
        await scene.eyes.waiters("nowhere")
    with pytest.raises(EngineError, match="no queue 'nowhere'"):
        await scene.replay().waiters("nowhere")


async def test_secrets_are_in_no_recording(tmp_path: Path) -> None:
    """Nor is what hands reveal: they are not recorded."""
    scene = Scene(tmp_path / "tape")
    row = (await scene.eyes.window("ingest_reviews", "failed", 1)).rows[0]
    await scene.eyes.job("ingest_reviews", row.id)
    await scene.engine.reveal("ingest_reviews", row.id)
    scene.tape.close()
    text = (tmp_path / "tape").read_text()
    assert "connectorId" in text
    assert "not-a-token" not in text


async def test_a_file_that_was_cut_off_is_good_up_to_there(tmp_path: Path) -> None:
    """A last line without an end is passed over."""
    scene = Scene(tmp_path / "tape")
    seen = await scene.look(2)
    scene.tape.close()
    data = scene.path.read_bytes()
    scene.path.write_bytes(data[:-100])
    replay = Replay(scene.path, FakeClock())
    assert replay.length_ms == 0
    assert await replay.snapshot() == seen[0]


async def test_a_recording_has_a_most_size(tmp_path: Path) -> None:
    """When it is full it says so, what is in it stays good, and the session goes on."""
    scene = Scene(tmp_path / "tape", most_bytes=100_000)
    seen = await scene.look(20)
    assert "full" in scene.tape.trouble
    assert scene.path.stat().st_size <= 100_000
    replay = scene.replay()
    assert await replay.snapshot() == seen[0]
    assert 0 < replay.length_ms < 19_000


async def test_a_recording_is_its_owners(tmp_path: Path) -> None:
    """Others cannot read it, and no file is written over."""
    scene = Scene(tmp_path / "tape")
    await scene.look(1)
    scene.tape.close()
    assert stat.S_IMODE(scene.path.stat().st_mode) == 0o600
    with pytest.raises(SettingError, match="exists already"):
        Scene(scene.path)
    with pytest.raises(SettingError, match="cannot be written"):
        Scene(tmp_path / "nowhere" / "tape")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no recording"),
        ("hello\n", "is no recording"),
        ('{"recording":9,"engine":"1","began_ms":1}\n', "of format 9"),
        ('{"recording":1,"engine":"1","began_ms":1}\n{"at_ms":"x"}\n', "line 2"),
    ],
)
async def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error names the file, and what to do."""
    path = tmp_path / "tape"
    path.write_text(text)
    with pytest.raises(SettingError, match=message):
        Replay(path, FakeClock())
    with pytest.raises(SettingError, match="cannot be read"):
        Replay(tmp_path / "none", FakeClock())


async def test_text_that_json_cannot_say_is_left_out(tmp_path: Path) -> None:
    """The answer comes all the same; a recording has no bytes that are no text."""
    scene = Scene(tmp_path / "tape")
    assert await scene.eyes.job("sync_ads", "odd\udcff") is None
    await scene.look(1)
    scene.tape.close()
    lines = scene.path.read_bytes().splitlines()
    assert [msgspec.json.decode(line).get("call") for line in lines] == [None, "snapshot"]


async def _first_failed(eyes: Eyes) -> JobLine:
    return (await eyes.window("sync_ads", "failed", 1)).rows[0]
