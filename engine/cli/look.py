"""Commands that only look at jobs: counts, a job, lists of jobs, and why one does not run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from engine.cli.command import Commands, add_command, as_typed, reach
from engine.cli.output import follow_job, print_counts, print_jobs, print_json, print_line, print_status, say
from engine.config import Settings
from engine.errors import EngineError, SettingError, UnknownQueue
from engine.inspector import Inspector
from engine.loading import load_app
from engine.types import JobLine, QueueCounts, State
from engine.why import no_job

_PAGE = 250


def add_to(commands: Commands) -> None:
    """The commands `status`, `jobs` and `why` are there."""
    status = add_command(commands, "status", _status, "count jobs, or show one")
    status.add_argument("queue", nargs="?")
    status.add_argument("id", nargs="?")
    status.add_argument("--reveal", action="store_true", help="with its secrets; the book says that you looked")
    status.add_argument("--follow", action="store_true", help="show the job's progress and log until it has ended")

    jobs = add_command(commands, "jobs", _jobs, "list the jobs of a queue")
    jobs.add_argument("queue")
    jobs.add_argument("--state", choices=[state.value for state in State], action="append")
    jobs.add_argument("--tenant", help="of a tenant's newest 250 jobs, newest first")
    jobs.add_argument("--limit", type=int, default=50)

    why = add_command(commands, "why", _why, "say in one sentence why a job, or a queue, is not running")
    why.add_argument("queue", metavar="QUEUE|ID")
    why.add_argument("id", nargs="?")


def _status(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    if arguments.follow and arguments.id is None:
        raise SettingError("--follow needs a queue and a job: status QUEUE ID --follow")
    if arguments.reveal and arguments.id is None:
        raise SettingError("--reveal needs a queue and a job: status QUEUE ID --reveal")

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            if arguments.id is None:
                names = [arguments.queue] if arguments.queue else list(app.queues)
                found = [await inspector.counts(name) for name in names]
                print_counts(found, as_json=arguments.json)
                if not arguments.json:
                    await _tell_why(arguments, inspector, found)
                return 0
            queue, job_id = arguments.queue, arguments.id
            if arguments.reveal:
                detail = await inspector.reveal(queue, job_id, "status --reveal")
            else:
                detail = await inspector.job(queue, job_id)
            if detail is None:
                raise EngineError(no_job(queue, job_id))
            if arguments.follow:
                return await follow_job(inspector, queue, job_id, reveal=arguments.reveal, as_json=arguments.json)
            print_status(detail.status, as_typed(arguments, detail.why), as_json=arguments.json)
            if detail.redacted and not arguments.json:
                say(f"secrets taken out: {detail.redacted}; --reveal shows them, and is written to the book")
        return 0

    return reach(settings, look())


async def _tell_why(arguments: argparse.Namespace, inspector: Inspector, counts: Sequence[QueueCounts]) -> None:
    """A line for each queue in which something does not run."""
    for one in counts:
        if one.paused or one.waiting or one.delayed:
            print_line(f"why: {as_typed(arguments, await inspector.why(one.queue))}")


def _jobs(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)
    if arguments.limit < 1:
        raise SettingError(f"--limit must be at least 1, not {arguments.limit}")

    async def look() -> int:
        async with app.inspect(settings) as inspector:
            if arguments.tenant is not None:
                newest = await inspector.recent(arguments.queue, arguments.tenant, _PAGE)
                chosen = [job for job in newest if not arguments.state or job.state in arguments.state]
                print_jobs(chosen[: arguments.limit], as_json=arguments.json)
                return 0
            states = [State(state) for state in arguments.state] if arguments.state else list(State)
            lines, more = await _first(inspector, arguments.queue, states, arguments.limit)
        print_jobs(lines, as_json=arguments.json)
        if more and not arguments.json:
            say(f"there are more: --limit {arguments.limit * 2} shows them")
        return 0

    return reach(settings, look())


async def _first(inspector: Inspector, queue: str, states: list[State], limit: int) -> tuple[list[JobLine], bool]:
    """The first jobs in these states, and whether there are more."""
    lines: list[JobLine] = []
    for state in states:
        async for job in inspector.jobs(queue, state):
            if len(lines) == limit:
                return lines, True
            lines.append(job)
    return lines, False


def _why(arguments: argparse.Namespace, settings: Settings) -> int:
    app = load_app(arguments.app)

    async def ask() -> int:
        async with app.inspect(settings) as inspector:
            queue, job_id = await _which(arguments, inspector, list(app.queues))
            reason = as_typed(arguments, await inspector.why(queue, job_id))
            known = job_id is None or await inspector.show(queue, job_id) is not None
        if not known:
            raise EngineError(reason)
        if arguments.json:
            print_json({"queue": queue, "id": job_id, "why": reason})
        else:
            print_line(reason)
        return 0

    return reach(settings, ask())


async def _which(arguments: argparse.Namespace, inspector: Inspector, queues: Sequence[str]) -> tuple[str, str | None]:
    """The queue and the job that are meant: one word alone is a queue or, if none has that name, a job of any."""
    word: str = arguments.queue
    if arguments.id is not None or word in queues:
        return word, arguments.id
    having = [queue for queue in queues if await inspector.show(queue, word) is not None]
    if not having:
        raise UnknownQueue(f"no queue and no job {word!r}; the queues: {', '.join(queues)}")
    if len(having) > 1:
        raise SettingError(f"queues {' and '.join(having)} have a job {word!r}: name one, as in why {having[0]} ID")
    return having[0], word
