"""Opens what the program looks at: an app's queues on a Redis, the servers of a directory, or an invented system."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import engine
from admin_tui.admin import Eyes, Hands
from admin_tui.known import Who
from admin_tui.recording import Recorder, Tape
from engine import Actor, SettingError, Settings, Snapshot, SystemClock, Unreachable
from engine.embedded import EmbeddedValkey


class Wanted(NamedTuple):
    """What a command line asks for: `redis_url`, `embedded`, `demo` and `replay` exclude each other."""

    redis_url: str = ""
    app: str = ""
    embedded: str = ""
    demo: bool = False
    write: bool = False
    profile: str = ""
    record: str = ""
    replay: str = ""
    speed: float = 1.0
    start_s: float = 0.0


class Session(NamedTuple):
    """An engine to look at, and the first snapshot of it; `hands` is None where nothing may be changed."""

    eyes: Eyes
    hands: Hands | None
    who: Who
    first: Snapshot


@asynccontextmanager
async def open_session(wanted: Wanted) -> AsyncGenerator[Session]:
    """It answers; what was started for it ends with it. EngineError in one line if it does not."""
    if wanted.replay:
        yield await _replayed(wanted)
        return
    async with AsyncExitStack() as stack:
        if wanted.demo:
            eyes, hands, who = _demo(wanted)
        else:
            eyes, hands, who = await _engine(stack, wanted)
        try:
            first = await eyes.snapshot()
        except Unreachable as error:
            reason = str(error).removeprefix("Redis does not answer: ").rstrip(".")
            raise Unreachable(f"no Redis at {who.place} ({reason}): start it, or give --redis-url") from error
        if wanted.record:
            eyes = _recording(stack, eyes, first, wanted.record)
        yield Session(eyes, hands, who, first)


async def _replayed(wanted: Wanted) -> Session:
    """What a file has seen; there is nothing to change."""
    from admin_tui.recording import Replay  # noqa: PLC0415 - few look at a file

    replay = Replay(Path(wanted.replay), SystemClock(), wanted.speed, wanted.start_s)
    who = Who(f"replay {Path(wanted.replay).name}", "", False, wanted.profile or "REPLAY", wanted.app)  # noqa: FBT003
    return Session(replay, None, who, await replay.snapshot())


def _recording(stack: AsyncExitStack, eyes: Eyes, first: Snapshot, path: str) -> Eyes:
    """The same eyes, with all that they see kept in a new file."""
    tape = Tape(Path(path), SystemClock(), first.at_ms)
    stack.callback(_end, tape)
    return Recorder(eyes, tape)


def _end(tape: Tape) -> None:
    """The recording is whole; what is missing in it is told where the screen was."""
    tape.close()
    if tape.trouble:
        print(f"warning: {tape.trouble}", file=sys.stderr)  # noqa: T201  the screen is gone by now


def _demo(wanted: Wanted) -> tuple[Eyes, Hands | None, Who]:
    from admin_tui.demo import demo_engine  # noqa: PLC0415 - a program that looks at Redis needs no invented system

    fake = demo_engine()
    who = Who("an invented system", "demo" if wanted.write else "", wanted.write, wanted.profile or "DEMO", wanted.app)
    return fake, fake if wanted.write else None, who


async def _engine(stack: AsyncExitStack, wanted: Wanted) -> tuple[Eyes, Hands | None, Who]:
    app = engine.load_app(wanted.app or None)
    env = engine.read_environment()
    if wanted.embedded:
        env["REDIS_URL"] = stack.enter_context(_server(Path(wanted.embedded))).url
    elif wanted.redis_url:
        env["REDIS_URL"] = wanted.redis_url
    settings = Settings.from_environment(env)
    place = wanted.embedded or place_of(settings.redis_url)
    if not wanted.write:
        viewer = await stack.enter_async_context(app.view(settings))
        return viewer, None, Who(place, profile=wanted.profile, app=wanted.app)
    actor = whoami()
    hands = await stack.enter_async_context(app.inspect(settings, actor=actor))
    name = f"{actor.name}@{actor.origin}"
    return hands, hands, Who(place, name, writes=True, profile=wanted.profile, app=wanted.app)


def _server(directory: Path) -> EmbeddedValkey:
    """The server whose data is in the directory, as `make demo` leaves it, or is the directory itself."""
    if not directory.is_dir():
        raise SettingError(f"--embedded {directory}: there is no such directory; `make demo` makes .data/demo")
    valkey = directory / "valkey"
    return EmbeddedValkey(valkey if valkey.is_dir() else directory)


def whoami() -> Actor:
    """The user of this process, on this host, by this program."""
    return engine.acting_here(f"admin_tui {engine.VERSION}")


def place_of(url: str) -> str:
    """Where the URL leads, without user and password."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix:{parts.path}"
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
