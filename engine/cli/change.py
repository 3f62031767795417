"""Commands that change jobs and queues."""

from __future__ import annotations

import argparse
import sys

from engine.cli.command import Commands, add_command, reach
from engine.cli.output import print_json, say
from engine.config import Settings
from engine.loading import load_app


def add_to(commands: Commands) -> None:
    """The command `cancel` is there."""
    cancel = add_command(commands, "cancel", _cancel, "cancel a job that has not ended")
    cancel.add_argument("queue")
    cancel.add_argument("id")


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

    return reach(settings, cancel())
