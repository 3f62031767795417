"""`run`: a worker."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.app import App
from engine.cli.command import Commands, add_command
from engine.cli.output import say
from engine.config import Settings
from engine.embedded import EmbeddedValkey
from engine.errors import SettingError
from engine.loading import load_app
from engine.reload import Reloader
from engine.runner import JOB_TASK
from engine.worker import WorkerOptions


def add_to(commands: Commands) -> None:
    """The command `run` is there."""
    run = add_command(commands, "run", _run, "work queues until stopped", json=False)
    run.set_defaults(logs=True)
    run.add_argument("--queues", metavar="A,B", help="default: all queues of the app")
    run.add_argument(
        "--concurrency", action="append", default=[], metavar="A=5", help="places of a queue; may be repeated"
    )
    run.add_argument("--embedded", type=Path, metavar="DIR", help="start Valkey, and what the app needs, in DIR")
    run.add_argument("--drain", action="store_true", help="end when nothing is waiting, delayed or active")
    run.add_argument("--grace", type=float, default=30.0, metavar="SECONDS", help="time to finish after SIGTERM (30)")
    run.add_argument("--loop", choices=("auto", "uvloop", "asyncio"), default="auto", help="auto: uvloop if installed")
    run.add_argument("--reload", action="store_true", help="start anew when a source file changes; for development")
    run.add_argument(
        "--reload-dir", action="append", type=Path, default=[], metavar="DIR", help="where source is (default: here)"
    )
    run.add_argument("--until-eof", action="store_true", help="stop as after SIGTERM when standard input ends")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.until_eof:
        threading.Thread(target=_stop_at_eof, name="until eof", daemon=True).start()
    if arguments.reload or arguments.reload_dir:
        return _run_reloading(arguments)
    app = load_app(arguments.app)
    named = _queues(arguments)
    queues = named or list(app.queues)
    options = WorkerOptions(
        concurrency=_concurrency(arguments.concurrency, named), grace_s=arguments.grace, drain=arguments.drain
    )
    app.worker(queues, settings, options)  # a wrong name fails before any server starts
    with ExitStack() as servers:
        if arguments.embedded is not None:
            _start_servers(servers, app, arguments.embedded)
            settings = Settings.from_environment(dict(os.environ))

        async def work() -> None:
            await app.run(queues, settings=settings, options=options)
            _leave_stubborn(servers)

        _run_loop(work, arguments.loop)
    return 0


def _run_reloading(arguments: argparse.Namespace) -> int:
    """The servers live here; the worker, and all code that changes, in a process that comes and goes."""
    if arguments.drain:
        raise SettingError("--drain ends and --reload goes on: give one of them")
    if not 0 <= arguments.grace < float("inf"):
        raise SettingError(f"--grace {arguments.grace:g}: use 0 or more seconds")
    _concurrency(arguments.concurrency, _queues(arguments))
    with ExitStack() as servers:
        if arguments.embedded is not None:
            _start_servers(servers, load_app(arguments.app), arguments.embedded)
        return Reloader(_worker_command(arguments), arguments.reload_dir or [Path()], arguments.grace).run()


def _worker_command(arguments: argparse.Namespace) -> list[str]:
    """The command line of a worker without reload that ends with this process."""
    words = [sys.executable, "-m", "engine", "run", "--until-eof", "--loop", arguments.loop]
    words += ["--grace", str(arguments.grace)]
    words += ["--app", arguments.app] if arguments.app else []
    words += ["--queues", arguments.queues] if arguments.queues is not None else []
    return words + [word for pair in arguments.concurrency for word in ("--concurrency", pair)]


def _start_servers(servers: ExitStack, app: App, directory: Path) -> None:
    """Valkey and what the app needs serve until the stack is closed, and are in the environment."""
    started = {"REDIS_URL": servers.enter_context(EmbeddedValkey(directory / "valkey")).url}
    if app.embedded is not None:
        started |= servers.enter_context(app.embedded(directory))
    os.environ.update(started)
    for name, value in started.items():
        say(f"{name}={shlex.quote(value)}")  # to paste into a shell or into .env.local


def _stop_at_eof() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _leave_stubborn(servers: ExitStack) -> None:
    """This process has ended if handlers still run that ignored their stop: the loop would wait for them."""
    if any(task.get_name().startswith(JOB_TASK) for task in asyncio.all_tasks()):
        servers.close()
        logging.shutdown()
        os._exit(0)


def _run_loop(work: Callable[[], Coroutine[Any, Any, None]], loop: str) -> None:
    if loop != "asyncio":
        try:
            import uvloop  # noqa: PLC0415 - an extra
        except ImportError:
            if loop == "uvloop":
                raise SettingError("--loop uvloop: install pickd-worker[uvloop]") from None
        else:
            uvloop.run(work())
            return
    asyncio.run(work())


def _queues(arguments: argparse.Namespace) -> list[str]:
    """The queues that were named, none if that option was not given."""
    return arguments.queues.split(",") if arguments.queues is not None else []


def _concurrency(pairs: list[str], queues: Sequence[str]) -> dict[str, int]:
    """Places by queue; each must be one of `queues`, unless none are known."""
    places: dict[str, int] = {}
    for pair in pairs:
        for part in pair.split(","):
            queue, _, number = part.partition("=")
            if not number.isdecimal() or int(number) < 1:
                raise SettingError(f"--concurrency {part}: write QUEUE=NUMBER, at least 1")
            if queues and queue not in queues:
                raise SettingError(f"--concurrency {part}: this worker is to work {', '.join(queues)} only")
            places[queue] = int(number)
    return places
