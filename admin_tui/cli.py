"""`python -m admin_tui`: what it is told, and what it starts. Every error is one line; the exit code says its kind."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import MutableMapping, Sequence

from admin_tui.session import Wanted, open_session
from engine import EngineError, SettingError, escape

FASTEST_S = 0.2
EXITS = (
    "`bench` prints the figures of this program beside their gates, `screenshots [DIR]` draws its screens; "
    "exit codes: 0 done, 1 failed, 2 bad input, 3 unreachable"
)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code; nothing but one line on stderr for an expected error."""
    for_slow_lines(os.environ)
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] in (["bench"], ["screenshots"]):
            return _tool(words[0], words[1:])
        arguments = parser().parse_args(words)
        _check(arguments)
        return asyncio.run(_run(arguments))
    except EngineError as error:
        print(f"error: {escape(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has what it wanted
        return 0


def _tool(name: str, words: Sequence[str]) -> int:
    """What the program shows of itself: its figures, or its screens as pictures."""
    if name == "bench":
        from admin_tui import bench  # noqa: PLC0415 - not needed to look at anything

        return bench.main(words)
    from admin_tui import screenshots  # noqa: PLC0415 - what it imports reads the environment set above

    return screenshots.main(words)


def parser() -> argparse.ArgumentParser:
    """What the command line takes."""
    found = argparse.ArgumentParser(prog="python -m admin_tui", description="The admin of a job engine.", epilog=EXITS)
    look = found.add_mutually_exclusive_group()
    look.add_argument("--redis-url", default="", metavar="URL", help="default: REDIS_URL of the environment")
    look.add_argument("--embedded", default="", metavar="DIR", help="start the servers of this data, stop them on quit")
    look.add_argument("--demo", action="store_true", help="an invented busy system, without any server")
    look.add_argument("--replay", default="", metavar="FILE", help="what --record has seen; nothing can be changed")
    found.add_argument("--app", default="", metavar="MODULE:ATTRIBUTE", help="default: ENGINE_APP, else jobs:app")
    found.add_argument("--write", action="store_true", help="changes are possible; without it nothing is changed")
    found.add_argument(
        "--once", nargs="+", metavar=("VIEW", "WORD"), help="print one view and end: overview, jobs, ..."
    )
    found.add_argument("--json", action="store_true", help="with --once: as the engine's own values")
    found.add_argument("--plain", action="store_true", help="with --once: as text (this is what it does anyhow)")
    found.add_argument("--width", type=int, default=0, metavar="N", help="with --once: columns of the text (80)")
    found.add_argument(
        "--record", default="", metavar="FILE", help="what is seen is kept in a new file, without secrets"
    )
    found.add_argument("--speed", type=float, default=1.0, metavar="N", help="with --replay: so many times as fast (1)")
    found.add_argument(
        "--from", type=float, default=0.0, metavar="S", dest="start_s", help="with --replay: begin there"
    )
    found.add_argument("--profile", default="", metavar="NAME", help="shown in the first line; prod... asks more often")
    found.add_argument("--interval", type=float, default=1.0, metavar="S", help="seconds between two looks (1)")
    found.add_argument("--theme", default="", metavar="NAME", help="dark, light or no-colour")
    found.add_argument("--no-mouse", action="store_true", help="the mouse is left to the terminal")
    return found


def _check(arguments: argparse.Namespace) -> None:
    if not FASTEST_S <= arguments.interval < 3_600:
        raise SettingError(f"--interval {arguments.interval:g}: give {FASTEST_S:g} s or more, and less than an hour")
    if arguments.once is None and (arguments.json or arguments.plain or arguments.width):
        raise SettingError("--json, --plain and --width say how --once prints a view: give --once VIEW too")
    if arguments.json and arguments.plain:
        raise SettingError("give --json or --plain, not both")
    if not arguments.replay and (arguments.speed != 1 or arguments.start_s):
        raise SettingError("--speed and --from say how a recording is seen again: give --replay FILE too")
    if arguments.replay and (arguments.write or arguments.record):
        raise SettingError("a replay can neither be changed nor recorded: leave out --write and --record")


def for_slow_lines(env: MutableMapping[str, str]) -> None:
    """Textual reads these when it is imported: no movement, for terminals far away.

    A key is painted within a frame: 20 of them a second would cost 20 ms, and what is sent does not depend on them.
    """
    env.setdefault("TEXTUAL_FPS", "60")
    env.setdefault("TEXTUAL_ANIMATIONS", "none")
    env.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if env.get("TERM") == "dumb":
        env.setdefault("NO_COLOR", "1")


async def _run(arguments: argparse.Namespace) -> int:
    wanted = Wanted(
        redis_url=arguments.redis_url,
        app=arguments.app,
        embedded=arguments.embedded,
        demo=arguments.demo,
        write=arguments.write,
        profile=arguments.profile,
        record=arguments.record,
        replay=arguments.replay,
        speed=arguments.speed,
        start_s=arguments.start_s,
    )
    async with open_session(wanted) as session:
        if arguments.once is not None:
            from admin_tui.once import once  # noqa: PLC0415 - what shows lines also imports what reads it

            width = arguments.width or 80
            print(await once(session.eyes, arguments.once, as_json=arguments.json, width=width), end="", flush=True)
            return 0
        from admin_tui.app import AdminApp  # noqa: PLC0415 - what it imports reads the environment set above
        from admin_tui.looks import choose  # noqa: PLC0415 - as above
        from admin_tui.terminal import thrifty  # noqa: PLC0415 - as above
        from admin_tui.tidy import begin  # noqa: PLC0415 - for a program that goes on

        app = AdminApp(session, palette=choose(arguments.theme, os.environ), interval_s=arguments.interval)
        app.driver_class = thrifty(app.driver_class)
        begin()
        await app.run_async(mouse=not arguments.no_mouse)
        return app.return_code or 0
