"""Commands that change jobs and queues."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine
from typing import Any

from engine.cli.command import Commands, add_command, reach, read_span_s
from engine.cli.output import print_json, print_line, say
from engine.config import Settings
from engine.errors import EngineError, SettingError
from engine.inspector import Inspector
from engine.loading import load_app
from engine.types import ENDED, JobLine, State
from engine.why import no_job

_ANSWERS = {
    "requested": "it runs, and is told within a second to stop",
    "not_cancellable": "not cancelled: it has ended",
    "not_delayed": "not promoted: it is not delayed",
    "not_failed": "not retried: it has not failed",
}
"""What the answers that are no success in themselves mean to who asked."""


def add_to(commands: Commands) -> None:
    """The commands `cancel`, `promote`, `retry`, `clean`, `pause` and `resume` are there."""
    for name, text in (
        ("cancel", "cancel a job that has not ended"),
        ("promote", "let a delayed job wait no longer"),
    ):
        command = add_command(commands, name, _one(name), text)
        command.add_argument("queue")
        command.add_argument("id")

    retry = add_command(commands, "retry", _retry, "let failed jobs wait again, with all their attempts")
    retry.add_argument("queue", nargs="?")
    retry.add_argument("id", nargs="?")
    retry.add_argument("--queue", dest="named", metavar="Q", help="the same, for use with --error")
    retry.add_argument("--error", metavar="TEXT", help="every failed job whose reason holds this text")
    retry.add_argument("--all", action="store_true", help="every failed job")
    retry.add_argument("--dry-run", action="store_true", help="list them, change nothing")

    clean = add_command(commands, "clean", _clean, "delete ended jobs, with their trails")
    clean.add_argument("queue")
    clean.add_argument("--older", default="7d", metavar="AGE", help="ended longer ago than 90s, 30m, 24h, 7d (7d)")
    clean.add_argument("--state", choices=sorted(ENDED), action="append", help="default: all three")

    for name, text in (("pause", "acquire nothing of a queue any more"), ("resume", "acquire it again")):
        add_command(commands, name, _switch(name), text).add_argument("queue")


def _one(verb: str) -> Callable[[argparse.Namespace, Settings], int]:
    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        async def change(inspector: Inspector) -> int:
            answer = await getattr(inspector, verb)(arguments.queue, arguments.id)
            return _tell(arguments, arguments.queue, answer, "cancelled", "requested", "promoted")

        return _change(arguments, settings, change)

    return run


def _switch(verb: str) -> Callable[[argparse.Namespace, Settings], int]:
    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        async def change(inspector: Inspector) -> int:
            changed = await getattr(inspector, verb)(arguments.queue)
            if arguments.json:
                print_json({"queue": arguments.queue, "changed": changed})
            else:
                print_line(f"{arguments.queue}: {verb}d" if changed else f"{arguments.queue}: was {verb}d already")
            return 0

        return _change(arguments, settings, change)

    return run


def _retry(arguments: argparse.Namespace, settings: Settings) -> int:
    queue = arguments.queue or arguments.named
    if queue is None or (arguments.queue and arguments.named and arguments.queue != arguments.named):
        raise SettingError("name one queue: retry QUEUE ID, or retry --queue QUEUE --error TEXT")
    if sum((arguments.id is not None, arguments.error is not None, arguments.all)) != 1:
        raise SettingError("say which jobs: an ID, --error TEXT or --all")

    async def one(inspector: Inspector) -> int:
        if arguments.dry_run:
            status = await inspector.show(queue, arguments.id)
            answer = "unknown" if status is None else "failed" if status.state is State.FAILED else "not_failed"
            return _tell(arguments, queue, answer, "failed")
        return _tell(arguments, queue, await inspector.requeue(queue, arguments.id), "requeued")

    async def many(inspector: Inspector) -> int:
        text = arguments.error or ""
        chosen = [job async for job in inspector.jobs(queue, State.FAILED) if text in (job.failed_reason or "")]
        retried = 0 if arguments.dry_run else await inspector.requeue_many(queue, chosen)
        _tell_many(arguments, chosen, retried)
        return 0

    return _change(arguments, settings, one if arguments.id is not None else many)


def _tell_many(arguments: argparse.Namespace, chosen: list[JobLine], retried: int) -> None:
    if arguments.json:
        print_json({"matched": len(chosen), "requeued": retried, "ids": [job.id for job in chosen]})
        return
    if arguments.dry_run:
        for job in chosen:
            print_line(f"{job.id}: {job.failed_reason}")
        say(f"failed jobs that would wait again: {len(chosen)}; nothing was changed")
    else:
        print_line(f"failed jobs that wait again: {retried} of {len(chosen)}")


def _clean(arguments: argparse.Namespace, settings: Settings) -> int:
    age_s = read_span_s("--older", arguments.older)
    states = [State(state) for state in arguments.state or sorted(ENDED)]

    async def change(inspector: Inspector) -> int:
        gone = await inspector.clean(arguments.queue, age_s, states)
        if arguments.json:
            print_json(gone)
        else:
            print_line("deleted: " + ", ".join(f"{count} {state}" for state, count in gone.items()))
        return 0

    return _change(arguments, settings, change)


def _tell(arguments: argparse.Namespace, queue: str, answer: str, *good: str) -> int:
    if arguments.json:
        print_json({"id": arguments.id, "answer": answer})
    elif answer == "unknown":
        raise EngineError(no_job(queue, arguments.id))
    else:
        print_line(f"{arguments.id}: {_ANSWERS.get(answer, answer)}")
    return 0 if answer in good else 1


def _change(
    arguments: argparse.Namespace, settings: Settings, work: Callable[[Inspector], Coroutine[Any, Any, int]]
) -> int:
    app = load_app(arguments.app)

    async def change() -> int:
        async with app.inspect(settings) as inspector:
            return await work(inspector)

    return reach(settings, change())
