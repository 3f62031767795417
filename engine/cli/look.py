"""Commands that only look: counts, a job, lists of jobs."""

from __future__ import annotations

import argparse

from engine.cli.command import Commands, add_command, reach
from engine.cli.output import print_counts, print_jobs, print_status
from engine.config import Settings
from engine.errors import EngineError
from engine.loading import load_app
from engine.types import State


def add_to(commands: Commands) -> None:
    """The commands `status` and `jobs` are there."""
    status = add_command(commands, "status", _status, "count jobs, or show one")
    status.add_argument("queue", nargs="?")
    status.add_argument("id", nargs="?")

    jobs = add_command(commands, "jobs", _jobs, "list the jobs of a queue")
    jobs.add_argument("queue")
    jobs.add_argument("--state", choices=[state.value for state in State], action="append")
    jobs.add_argument("--limit", type=int, default=50)


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

    return reach(settings, look())


def _jobs(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    states = [State(state) for state in arguments.state] if arguments.state else list(State)

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            pages = [await inspector.list(arguments.queue, state, arguments.limit) for state in states]
        lines = [line for page in pages for line in page.jobs][: arguments.limit]
        print_jobs(lines, as_json=arguments.json)
        return 0

    return reach(settings, look())
