"""`doctor`: what is wrong with the server, the workers and the queues, and the command that mends it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

from engine.cli.command import Commands, add_command, reach
from engine.cli.output import print_json, print_line, say
from engine.clock import SystemClock
from engine.config import Settings
from engine.doctor import Context, Finding, Repaired, examine, reach_server, repair_queue
from engine.errors import StoreError
from engine.loading import engine_command, load_app
from engine.registry import find_queue
from engine.streams import Store


def add_to(commands: Commands) -> None:
    """The command `doctor` is there."""
    doctor = add_command(commands, "doctor", _doctor, "find what is wrong, and say the command that mends it")
    doctor.add_argument("--queue", action="append", metavar="QUEUE", help="only this one; may be repeated")
    doctor.add_argument(
        "--repair", action="store_true", help="mend records, indexes, streams and groups; deletes no job"
    )
    doctor.add_argument("--verbose", action="store_true", help="also show what is fine")


def _doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    queues = {name: find_queue(app.queues, name) for name in arguments.queue or app.queues}

    async def look() -> int:
        store = Store(settings.redis_url)
        context = Context(
            store=store, settings=settings, queues=queues, clock=SystemClock(), wall_s=time.time, tell=say
        )
        try:
            await reach_server(store)
            repaired, refused = await _repair(context, arguments) if arguments.repair else ([], [])
            command = engine_command(arguments.app)
            findings = [found.by(command) for found in refused + await examine(context, app.checks)]
        finally:
            await store.close()
        if arguments.json:
            print_json({"repaired": repaired, "findings": findings})
        else:
            _print(findings, verbose=arguments.verbose)
        return int(any(finding.level == "fail" for finding in findings))

    return reach(settings, look())


async def _repair(context: Context, arguments: argparse.Namespace) -> tuple[list[Repaired], list[Finding]]:
    """What was repaired, told line by line as it happens; and the queues in which Redis refused it."""
    done: list[Repaired] = []
    refused: list[Finding] = []
    for queue in context.queues.values():
        try:
            async for repaired in repair_queue(context, queue):
                done.append(repaired)
                if not arguments.json:
                    print_line(f"repaired  {' '.join(filter(None, (queue.name, repaired.id)))}: {repaired.text}")
        except StoreError as error:
            mend = "python -m engine doctor   # mend first what it says of the server and of rights"
            refused.append(Finding("fail", f"queue {queue.name}", f"it could not be repaired: {error}", mend))
    if not arguments.json:
        print_line(f"{len(done) or 'nothing'} repaired")
    return done, refused


def _print(findings: Sequence[Finding], *, verbose: bool) -> None:
    """One line for each finding, the command that mends it below; what is fine is only counted unless asked for."""
    shown = [finding for finding in findings if verbose or finding.level != "ok"]
    width = max((len(finding.subject) for finding in shown), default=0)
    for finding in shown:
        print_line(f"{finding.level:<4}  {finding.subject:<{width}}  {finding.text}")
        if finding.mend:
            print_line(f"      {finding.mend}")
    fine = len(findings) - len(shown)
    if fine:
        print_line(f"{fine} checks are fine (--verbose shows them)")
