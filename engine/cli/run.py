"""`run`: a worker."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shlex
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.cli.command import Commands, add_command
from engine.cli.output import say
from engine.config import Settings
from engine.embedded import EmbeddedValkey
from engine.errors import SettingError
from engine.loading import load_app
from engine.runner import JOB_TASK
from engine.worker import WorkerOptions


def add_to(commands: Commands) -> None:
    """The command `run` is there."""
    run = add_command(commands, "run", _run, "work queues until stopped", json=False)
    run.add_argument("--queues", metavar="A,B", help="default: all queues of the app")
    run.add_argument(
        "--concurrency", action="append", default=[], metavar="A=5", help="places of a queue; may be repeated"
    )
    run.add_argument("--embedded", type=Path, metavar="DIR", help="start Valkey, and what the app needs, in DIR")
    run.add_argument("--drain", action="store_true", help="end when nothing is waiting, delayed or active")
    run.add_argument("--grace", type=float, default=30.0, metavar="SECONDS", help="time to finish after SIGTERM (30)")
    run.add_argument("--loop", choices=("auto", "uvloop", "asyncio"), default="auto", help="auto: uvloop if installed")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    queues = arguments.queues.split(",") if arguments.queues is not None else list(app.queues)
    options = WorkerOptions(
        concurrency=_concurrency(arguments.concurrency), grace_s=arguments.grace, drain=arguments.drain
    )
    app.worker(queues, settings, options)  # a wrong name fails before any server starts
    with ExitStack() as servers:
        if arguments.embedded is not None:
            started = {"REDIS_URL": servers.enter_context(EmbeddedValkey(arguments.embedded / "valkey")).url}
            if app.embedded is not None:
                started |= servers.enter_context(app.embedded(arguments.embedded))
            os.environ.update(started)
            settings = Settings.from_environment(dict(os.environ))
            for name, value in started.items():
                say(f"{name}={shlex.quote(value)}")  # to paste into a shell or into .env.local

        async def work() -> None:
            await app.run(queues, settings=settings, options=options)
            _leave_stubborn(servers)

        _run_loop(work, arguments.loop)
    return 0


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


def _concurrency(pairs: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for pair in pairs:
        for part in pair.split(","):
            queue, _, number = part.partition("=")
            if not number.isdecimal() or int(number) < 1:
                raise SettingError(f"--concurrency {part}: write QUEUE=NUMBER, at least 1")
            places[queue] = int(number)
    return places
