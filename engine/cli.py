"""`python -m engine`: run workers, enqueue, look, cancel. Every error is one line; the exit code says its kind."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shlex
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.cli_output import print_counts, print_jobs, print_json, print_status, say
from engine.codec import decode_json
from engine.config import Settings, no_redis, read_environment, refused
from engine.embedded import EmbeddedValkey
from engine.errors import EngineError, SettingError, StoreMisused, Unreachable
from engine.loading import load_app
from engine.registry import find_queue
from engine.runner import JOB_TASK
from engine.types import State
from engine.worker import WorkerOptions

EXITS = (
    "exit codes: 0 done, 1 the job or check failed, 2 bad input, 3 unreachable, 4 the app refused to start, 70 blocked"
)


def main(argv: list[str] | None = None) -> int:
    """The exit code of the command; nothing but one line on stderr for an expected error."""
    arguments = _parser().parse_args(argv)
    try:
        env = read_environment()
        os.environ.update(env)
        settings = Settings.from_environment(env)
        _log_to_stderr(settings.log_level)
        result: int = arguments.command(arguments, settings)
    except EngineError as error:
        say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; nothing is left to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__, epilog=EXITS)
    parser.add_argument("--app", metavar="MODULE:ATTRIBUTE", help="the app (default: ENGINE_APP, else jobs:app)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="work queues until stopped", epilog=EXITS)
    run.add_argument("--queues", metavar="A,B", help="default: all queues of the app")
    run.add_argument("--app", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    run.add_argument(
        "--concurrency", action="append", default=[], metavar="A=5", help="places of a queue; may be repeated"
    )
    run.add_argument("--embedded", type=Path, metavar="DIR", help="start Valkey, and what the app needs, in DIR")
    run.add_argument("--drain", action="store_true", help="end when nothing is waiting, delayed or active")
    run.add_argument("--grace", type=float, default=30.0, metavar="SECONDS", help="time to finish after SIGTERM (30)")
    run.add_argument("--loop", choices=("auto", "uvloop", "asyncio"), default="auto", help="auto: uvloop if installed")
    run.set_defaults(command=_run)

    enqueue = commands.add_parser("enqueue", help="store a job", epilog=EXITS)
    enqueue.add_argument("queue")
    enqueue.add_argument("payload", help="JSON; - reads it from standard input")
    enqueue.add_argument("--job", help="the job's name, if the queue has several")
    enqueue.add_argument("--id", help="a live job of this id is answered instead of a new one")
    enqueue.add_argument("--delay", type=float, default=0.0, metavar="SECONDS")
    enqueue.set_defaults(command=_enqueue)

    status = commands.add_parser("status", help="count jobs, or show one", epilog=EXITS)
    status.add_argument("queue", nargs="?")
    status.add_argument("id", nargs="?")
    status.set_defaults(command=_status)

    jobs = commands.add_parser("jobs", help="list the jobs of a queue", epilog=EXITS)
    jobs.add_argument("queue")
    jobs.add_argument("--state", choices=[state.value for state in State], action="append")
    jobs.add_argument("--limit", type=int, default=50)
    jobs.set_defaults(command=_jobs)

    cancel = commands.add_parser("cancel", help="cancel a job that has not ended", epilog=EXITS)
    cancel.add_argument("queue")
    cancel.add_argument("id")
    cancel.set_defaults(command=_cancel)
    for command in (enqueue, status, jobs, cancel):
        command.add_argument("--app", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        command.add_argument("--json", action="store_true", help="print JSON")
    return parser


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


def _enqueue(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    job = find_queue(app.queues, arguments.queue).find(arguments.job)
    payload = decode_json(sys.stdin.buffer.read() if arguments.payload == "-" else os.fsencode(arguments.payload))

    async def enqueue() -> int:
        async with app.connect(settings) as client:
            await client.ping()
            ticket = await client.enqueue(job, payload, job_id=arguments.id, delay_s=arguments.delay)
        if arguments.json:
            print_json(ticket)
        else:
            say(f"{'created' if ticket.created else 'exists already'}: {ticket.id} ({ticket.state})", sys.stdout)
        if not ticket.same_payload:
            say(f"warning: {ticket.id} is live with another payload; yours was not stored")
        return 0

    return _reach(settings, enqueue())


def _status(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            if arguments.id is None:
                names = [arguments.queue] if arguments.queue else list(app.queues)
                print_counts([await inspector.counts(name) for name in names], as_json=arguments.json)
                return 0
            status = await inspector.show(arguments.queue, arguments.id)
        if status is None:
            raise EngineError(f"queue {arguments.queue} has no job {arguments.id!r}: it was never stored, or is pruned")
        print_status(status, as_json=arguments.json)
        return 0

    return _reach(settings, look())


def _jobs(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    states = [State(state) for state in arguments.state] if arguments.state else list(State)

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            pages = [await inspector.list(arguments.queue, state, arguments.limit) for state in states]
        lines = [line for page in pages for line in page][: arguments.limit]
        print_jobs(lines, as_json=arguments.json)
        return 0

    return _reach(settings, look())


def _cancel(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def cancel() -> int:
        async with app.inspect(settings) as inspector:
            answer = await inspector.cancel(arguments.queue, arguments.id)
        if arguments.json:
            print_json({"id": arguments.id, "answer": answer})
        else:
            say(f"{arguments.id}: {answer.replace('_', ' ')}", sys.stdout)
        return 0 if answer in ("cancelled", "requested") else 1

    return _reach(settings, cancel())


def _reach(settings: Settings, command: Coroutine[Any, Any, int]) -> int:
    """The command's exit code; what to check, if Redis does not answer it."""
    try:
        return asyncio.run(command)
    except Unreachable as error:
        raise no_redis(settings, error) from error
    except StoreMisused as error:
        raise refused(settings, error) from error


def _concurrency(pairs: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for pair in pairs:
        for part in pair.split(","):
            queue, _, number = part.partition("=")
            if not number.isdecimal() or int(number) < 1:
                raise SettingError(f"--concurrency {part}: write QUEUE=NUMBER, at least 1")
            places[queue] = int(number)
    return places


def _log_to_stderr(level: str) -> None:
    names = {"fatal": "CRITICAL", "warn": "WARNING", "trace": "DEBUG"}
    logging.basicConfig(
        level=names.get(level, level.upper()),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)-7s %(name)s %(message)s",
    )
