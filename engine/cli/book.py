"""Commands about what was done: `operations`, `audit`, `undo` and `stop`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from engine.cli.acting import act_by, add_reason, print_operation
from engine.cli.command import Commands, add_command, reach
from engine.cli.output import print_json, print_table, say
from engine.config import Settings
from engine.errors import SettingError
from engine.loading import load_app
from engine.streams.reads import iso
from engine.viewer import Viewer
from engine.views import Actor, AuditEntry, Operation


def add_to(commands: Commands) -> None:
    """The commands `operations`, `audit`, `undo` and `stop` are there."""
    operations = add_command(commands, "operations", _operations, "list what was planned and applied, newest first")
    operations.add_argument("queue", nargs="?", help="default: all queues")
    operations.add_argument("--limit", type=int, default=50, metavar="N", help="of each queue (50)")

    audit = add_command(commands, "audit", _audit, "list who changed what, newest first")
    audit.add_argument("queue", nargs="?", help="default: all queues")
    audit.add_argument("--limit", type=int, default=50, metavar="N", help="how many (50)")
    audit.add_argument("--before", metavar="PLACE", help="go on from where a list has ended")

    undo = add_command(commands, "undo", _undo, "take an operation back, as far as its jobs have not started")
    stop = add_command(commands, "stop", _stop, "begin no further batch of an operation")
    for command in (undo, stop):
        command.add_argument("queue", nargs="?", help="needed only if two queues have such an operation")
        command.add_argument("operation")
    undo.add_argument("--dry-run", action="store_true", help="show what would be done, change nothing")
    undo.add_argument("--yes", type=int, metavar="COUNT", help="confirm the number of jobs")
    undo.add_argument("--per-s", type=float, default=200.0, metavar="N", help="jobs a second (200); 0: no pace")
    add_reason(undo)


def _operations(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.view(settings) as viewer:
            names = [arguments.queue] if arguments.queue is not None else list(app.queues)
            found = [each for name in names for each in await viewer.operations(name, arguments.limit)]
        found.sort(key=lambda operation: operation.started_ms, reverse=True)
        if arguments.json:
            print_json(found)
        else:
            print_table(
                ["id", "began", "who", "action", "queue", "on", "state", "jobs"], [_row(each) for each in found]
            )
        return 0

    return reach(settings, look())


def _row(operation: Operation) -> list[str]:
    jobs = f"{operation.done:,} of {operation.total:,}" + (f", {operation.skipped:,} skipped" * bool(operation.skipped))
    began, who = iso(operation.started_ms), _who(operation.actor)
    return [operation.id, began, who, operation.action, operation.queue, operation.selection, operation.state, jobs]


def _audit(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def look() -> int:
        async with app.view(settings) as viewer:
            page = await viewer.audit(arguments.before, arguments.limit, arguments.queue)
        if arguments.json:
            print_json(page)
            return 0
        head = ["when", "who", "what", "queue", "on", "operation", "result", "reason"]
        print_table(head, [_line(entry) for entry in page.entries])
        if page.before is not None:
            say(f"older ones: --before '{page.before}'")
        return 0

    return reach(settings, look())


def _line(entry: AuditEntry) -> list[str]:
    operation = entry.operation
    result = f"{operation.state}, {operation.done:,} of {operation.total:,}" if operation is not None else entry.detail
    number = operation.id if operation is not None else ""
    return [iso(entry.at_ms), _who(entry.actor), entry.verb, entry.queue, entry.target, number, result, entry.reason]


def _who(actor: Actor) -> str:
    return f"{actor.name}@{actor.origin}" if actor.origin else actor.name


def _undo(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def change() -> int:
        async with app.inspect(settings) as inspector:
            operation = await _find(inspector, _queues(arguments, list(app.queues)), arguments.operation)
            return await act_by(inspector, await inspector.undo(operation), arguments)

    return reach(settings, change())


def _stop(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def change() -> int:
        async with app.inspect(settings) as inspector:
            operation = await _find(inspector, _queues(arguments, list(app.queues)), arguments.operation)
            print_operation(await inspector.stop(operation), as_json=arguments.json)
        return 0

    return reach(settings, change())


def _queues(arguments: argparse.Namespace, queues: Sequence[str]) -> Sequence[str]:
    return [arguments.queue] if arguments.queue is not None else queues


async def _find(viewer: Viewer, queues: Sequence[str], operation_id: str) -> Operation:
    found = [await viewer.operation(queue, operation_id) for queue in queues]
    known = [operation for operation in found if operation is not None]
    if len(known) > 1:
        raise SettingError(f"queues {' and '.join(each.queue for each in known)} have an operation {operation_id}")
    if not known:
        raise SettingError(f"no operation {operation_id!r}: `python -m engine operations` lists those of this week")
    return known[0]
