"""Commands that change jobs and queues."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Coroutine
from typing import Any

from engine.cli.acting import act, act_on_one, add_reason, add_selection, carry, is_by_query, tell
from engine.cli.command import Commands, add_command, reach, read_span_s
from engine.cli.output import print_json, print_line, say
from engine.config import Settings
from engine.errors import SettingError
from engine.inspector import Inspector
from engine.loading import load_app
from engine.types import ENDED, JobLine, State
from engine.views import Action, Chosen

_TEXTS: dict[Action, str] = {
    "cancel": "cancel jobs that have not ended",
    "promote": "let delayed jobs wait no longer",
    "trash": "put ended jobs into the trash, where they are kept for a day",
    "restore": "take jobs out of the trash",
    "delete": "delete ended jobs for good, from the trash or not",
}


def add_to(commands: Commands) -> None:
    """The commands that act on jobs are there, and `clean`, `pause` and `resume`."""
    for action, text in _TEXTS.items():
        command = add_command(commands, action, _acting(action), text)
        command.add_argument("queue")
        command.add_argument("ids", nargs="*", metavar="id")
        add_selection(command)

    retry = add_command(commands, "retry", _retry, "let failed jobs wait again, with all their attempts")
    retry.add_argument("queue", nargs="?")
    retry.add_argument("ids", nargs="*", metavar="id")
    retry.add_argument("--queue", dest="named", metavar="Q", help="the same, for use with --error")
    retry.add_argument("--error", metavar="TEXT", help="every failed job whose reason holds this text")
    retry.add_argument("--all", action="store_true", help="every failed job")
    add_selection(retry)

    clean = add_command(commands, "clean", _clean, "delete ended jobs, with their trails")
    clean.add_argument("queue")
    clean.add_argument("--older", default="7d", metavar="AGE", help="ended longer ago than 90s, 30m, 24h, 7d (7d)")
    clean.add_argument("--state", choices=sorted(ENDED), action="append", help="default: all three")
    add_reason(clean)

    for name, text in (("pause", "acquire nothing of a queue any more"), ("resume", "acquire it again")):
        switch = add_command(commands, name, _switch(name), text)
        switch.add_argument("queue")
        add_reason(switch)


def _acting(action: Action) -> Callable[[argparse.Namespace, Settings], int]:
    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        return _change(arguments, settings, lambda inspector: act(inspector, action, arguments))

    return run


def _switch(verb: str) -> Callable[[argparse.Namespace, Settings], int]:
    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        async def change(inspector: Inspector) -> int:
            changed = await getattr(inspector, verb)(arguments.queue, arguments.reason)
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
    if sum((bool(arguments.ids), arguments.error is not None, arguments.all, is_by_query(arguments))) != 1:
        raise SettingError("say which jobs: IDs, --error TEXT, --all, or --in LIST with or without --where QUERY")
    arguments.queue = queue

    async def retry(inspector: Inspector) -> int:
        if arguments.error is not None or arguments.all:
            return await _retry_by_text(inspector, arguments)
        if len(arguments.ids) == 1:
            return await _retry_one(inspector, arguments)
        return await act(inspector, "retry", arguments)

    return _change(arguments, settings, retry)


async def _retry_one(inspector: Inspector, arguments: argparse.Namespace) -> int:
    queue, [job_id] = arguments.queue, arguments.ids
    if not arguments.dry_run:
        return await act_on_one(inspector, "retry", queue, job_id, arguments)
    status = await inspector.show(queue, job_id)
    answer = "unknown" if status is None else "failed" if status.state is State.FAILED else "not_failed"
    return tell(arguments, queue, job_id, answer, "failed")


async def _retry_by_text(inspector: Inspector, arguments: argparse.Namespace) -> int:
    text, queue = arguments.error or "", arguments.queue
    chosen = [job async for job in inspector.jobs(queue, State.FAILED) if text in (job.failed_reason or "")]
    retried = 0
    if chosen and not arguments.dry_run:
        plan = await inspector.plan(queue, "retry", Chosen(chosen))
        if plan.will:
            begun = await inspector.apply(plan, plan.will, arguments.reason)
            retried = (await carry(inspector, begun, 0)).done
    _tell_many(arguments, chosen, retried)
    return 0


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
        gone = await inspector.clean(arguments.queue, age_s, states, arguments.reason)
        if arguments.json:
            print_json(gone)
        else:
            print_line("deleted: " + ", ".join(f"{count} {state}" for state, count in gone.items()))
        return 0

    return _change(arguments, settings, change)


def _change(
    arguments: argparse.Namespace, settings: Settings, work: Callable[[Inspector], Coroutine[Any, Any, int]]
) -> int:
    app = load_app(arguments.app)

    async def change() -> int:
        async with app.inspect(settings) as inspector:
            return await work(inspector)

    return reach(settings, change())
