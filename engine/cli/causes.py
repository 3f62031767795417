"""Commands that say what is behind it: `errors` by their cause, `explain` what does not run, `waiters` who waits."""

from __future__ import annotations

import argparse

from engine.cli.command import Commands, add_command, as_typed, reach
from engine.cli.output import print_json, print_line, print_table, say
from engine.config import Settings
from engine.errors import EngineError, SettingError
from engine.loading import load_app
from engine.streams.reads import iso
from engine.views import ErrorGroup, Explanation

_HOLDS = {"yes": "ok", "no": "NO", "-": "-"}
_MINUTES = 30


def add_to(commands: Commands) -> None:
    """The commands `errors`, `explain` and `waiters` are there."""
    errors = add_command(commands, "errors", _errors, "list failures by their cause, most failed jobs first")
    errors.add_argument("queue", nargs="?", help="default: all queues")
    errors.add_argument("--limit", type=int, default=50, metavar="N", help="how many (50)")

    explain = add_command(
        commands, "explain", _explain, "show all that keeps a queue's next job, or a job, from running"
    )
    explain.add_argument("queue")
    explain.add_argument("id", nargs="?")

    waiters = add_command(commands, "waiters", _waiters, "show whose jobs wait first, among the first thousand")
    waiters.add_argument("queue")


def _errors(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    if arguments.limit < 1:
        raise SettingError(f"--limit must be at least 1, not {arguments.limit}")

    async def look() -> int:
        async with app.view(settings) as viewer:
            names = [arguments.queue] if arguments.queue is not None else list(app.queues)
            found = [group for name in names for group in await viewer.groups(name, _MINUTES)]
        found.sort(key=lambda group: (-group.jobs, -group.last))
        if arguments.json:
            print_json(found[: arguments.limit])
            return 0
        head = ["group", "queue", "failed", "ever", f"{_MINUTES} min", "last", "error"]
        print_table(head, [_row(group) for group in found[: arguments.limit]])
        if found:
            say(f"the jobs of one: search {found[0].queue} group:{found[0].fingerprint} --state failed")
        return 0

    return reach(settings, look())


def _row(group: ErrorGroup) -> list[str]:
    numbers = (group.jobs, group.total, sum(group.minutes))
    return [group.fingerprint, group.queue, *(str(number) for number in numbers), iso(group.last), group.title]


def _explain(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def ask() -> int:
        async with app.view(settings) as viewer:
            found = await viewer.explain(arguments.queue, arguments.id)
        if not found.checks:
            raise EngineError(found.verdict)
        if arguments.json:
            print_json(found)
        else:
            _print_explanation(found, arguments)
        return 0

    return reach(settings, ask())


def _print_explanation(found: Explanation, arguments: argparse.Namespace) -> None:
    print_line(found.target)
    rows = [[_HOLDS[check.holds], check.name, as_typed(arguments, check.text)] for check in found.checks]
    print_table(["", "check", ""], rows)
    print_line(f"verdict: {as_typed(arguments, found.verdict)}")
    if found.advice:
        print_line(f"try:     {as_typed(arguments, found.advice)}")


def _waiters(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.view(settings) as viewer:
            found = await viewer.waiters(arguments.queue)
        if arguments.json:
            print_json(found)
            return 0
        rows = [[waiter.tenant or "-", str(waiter.jobs), iso(waiter.oldest_ms)] for waiter in found.tenants]
        print_table(["tenant", "jobs", "oldest since"], rows)
        say(f"counted among the first {found.looked:,} of {found.total:,} waiting jobs")
        return 0

    return reach(settings, look())
