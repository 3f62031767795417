"""Acting on jobs, by their ids or by a query: a plan, and the operation that carries it out."""

from __future__ import annotations

import argparse
from typing import get_args

from engine.cli.output import print_json, print_line, say
from engine.errors import EngineError, SettingError
from engine.inspector import Inspector
from engine.streams.reads import iso
from engine.types import JobLine, JobStatus, State
from engine.views import Action, Chosen, Listed, Matching, Operation, Plan
from engine.why import no_job

MOST_UNASKED = 1_000
"""Jobs that are changed without their number being confirmed."""
LISTED_BY: dict[Action, Listed] = {
    "retry": "failed",
    "cancel": "waiting",
    "promote": "delayed",
    "trash": "failed",
    "restore": "trash",
    "delete": "trash",
}
"""Where each action looks for jobs, unless it is told where."""
_GOOD: dict[Action, str] = {
    "retry": "requeued",
    "cancel": "cancelled",
    "promote": "promoted",
    "trash": "trashed",
    "restore": "restored",
    "delete": "deleted",
}
_BAD: dict[Action, str] = {
    "retry": "not_failed",
    "cancel": "not_cancellable",
    "promote": "not_delayed",
    "trash": "not_ended",
    "restore": "not_trashed",
    "delete": "not_ended",
}
_MEANT = {
    "requested": "it runs, and is told within a second to stop",
    "not_cancellable": "not cancelled: it has ended",
    "not_delayed": "not promoted: it is not delayed",
    "not_failed": "not retried: it has not failed",
    "not_ended": "nothing done: it has not ended",
    "not_trashed": "not restored: it is not in the trash",
}
"""What the answers that are no success in themselves mean to who asked."""
_SAID_EVERY = 20
"""Batches between two lines of progress."""


def add_selection(command: argparse.ArgumentParser) -> None:
    """The command takes ids, or a list and a query, and how to go about many."""
    command.add_argument("--where", metavar="QUERY", help="the jobs of a list that it matches: tenant:t1 err~timeout")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--in", "--state", dest="listed", choices=get_args(Listed), help="the list to look in")
    where.add_argument("--trash", dest="listed", action="store_const", const="trash", help="look in the trash")
    command.add_argument("--dry-run", action="store_true", help="show what would be done, change nothing")
    command.add_argument(
        "--yes", type=int, metavar="COUNT", help=f"confirm the number of jobs, for more than {MOST_UNASKED:,}"
    )
    command.add_argument("--per-s", type=float, default=200.0, metavar="N", help="jobs a second (200); 0: no pace")
    add_reason(command)


def add_reason(command: argparse.ArgumentParser) -> None:
    """The command takes a reason for the book."""
    command.add_argument("--reason", default="", metavar="TEXT", help="why, for the book of changes")


def is_by_query(arguments: argparse.Namespace) -> bool:
    """Whether a list or a query was named."""
    return arguments.where is not None or arguments.listed is not None


async def act(inspector: Inspector, action: Action, arguments: argparse.Namespace) -> int:
    """The action is done to the jobs that were named, or that the query matches."""
    if is_by_query(arguments) == bool(arguments.ids):
        raise SettingError("say which jobs: IDs, or --in LIST with or without --where QUERY")
    if arguments.ids:
        if len(arguments.ids) == 1 and not arguments.dry_run:
            return await act_on_one(inspector, action, arguments.queue, arguments.ids[0], arguments)
        on: Chosen | Matching = Chosen([await _seen(inspector, arguments.queue, job_id) for job_id in arguments.ids])
    else:
        on = Matching(arguments.listed or LISTED_BY[action], arguments.where or "")
    return await act_by(inspector, await inspector.plan(arguments.queue, action, on), arguments)


async def act_by(inspector: Inspector, plan: Plan, arguments: argparse.Namespace) -> int:
    """The plan is shown, or carried out and told; of many jobs only if their number was confirmed."""
    if arguments.dry_run or plan.will == 0:
        print_plan(plan, as_json=arguments.json)
        return 0
    if plan.will > MOST_UNASKED and arguments.yes is None:
        raise SettingError(f"{plan.will:,} jobs are meant: confirm their number by --yes {plan.will}")
    operation = await inspector.apply(plan, plan.will if arguments.yes is None else arguments.yes, arguments.reason)
    for warning in plan.warnings:
        say(f"warning: {warning}")
    print_operation(await carry(inspector, operation, arguments.per_s), as_json=arguments.json)
    return 0


async def carry(inspector: Inspector, begun: Operation, per_s: float) -> Operation:
    """The operation at its end; long ones are told of on standard error."""
    now, batches = begun, 0
    async for now in inspector.carry_out(begun, per_s):
        batches += 1
        if batches % _SAID_EVERY == 0:
            say(f"{now.done + now.skipped:,} of {now.total:,}")
    return now


async def act_on_one(
    inspector: Inspector, action: Action, queue: str, job_id: str, arguments: argparse.Namespace
) -> int:
    """The action is done to one job, as it is now: 0 if so."""
    answer = "unknown"
    for _ in range(3):  # it may change between the look and the deed
        status = await inspector.show(queue, job_id)
        if status is None:
            break
        answer = await _act_as_seen(inspector, action, status, arguments.reason)
        if answer != "changed":
            break
    return tell(arguments, queue, job_id, _BAD[action] if answer == "changed" else answer, _GOOD[action], "requested")


async def _act_as_seen(inspector: Inspector, action: Action, status: JobStatus, reason: str) -> str:
    plan = await inspector.plan(status.queue, action, Chosen([line_of(status)]))
    if plan.will == 0:
        return "changed" if {"other run", "other state"} & plan.skipped.keys() else _BAD[action]
    operation = await carry(inspector, await inspector.apply(plan, 1, reason), 0)
    if operation.done == 0:
        return "changed"
    return "requested" if action == "cancel" and status.state is State.ACTIVE else _GOOD[action]


async def _seen(inspector: Inspector, queue: str, job_id: str) -> JobLine:
    status = await inspector.show(queue, job_id)
    if status is None:
        raise EngineError(no_job(queue, job_id))
    return line_of(status)


def line_of(status: JobStatus) -> JobLine:
    """The job as a list shows it."""
    return JobLine(
        id=status.id,
        name=status.name,
        state=status.state,
        run=status.run,
        attempts_made=status.attempts_made,
        timestamp=status.timestamp,
        finished_on=status.finished_on,
        tenant=status.tenant,
        failed_reason=status.failed_reason,
    )


def tell(arguments: argparse.Namespace, queue: str, job_id: str, answer: str, *good: str) -> int:
    """What became of one job; 0 if that is what was wanted."""
    if arguments.json:
        print_json({"id": job_id, "answer": answer})
    elif answer == "unknown":
        raise EngineError(no_job(queue, job_id))
    else:
        print_line(f"{job_id}: {_MEANT.get(answer, answer)}")
    return 0 if answer in good else 1


def print_plan(plan: Plan, *, as_json: bool) -> None:
    """What would be done, to how many, and how far it can be taken back."""
    if as_json:
        print_json(plan)
        return
    print_line(f"{plan.action} {plan.selection}: {plan.will:,} jobs of {plan.queue}")
    if plan.skipped:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in plan.skipped.items())
        print_line(f"skipped: {sum(plan.skipped.values()):,} ({reasons})")
    if plan.sample:
        print_line("such as: " + ", ".join(plan.sample))
    if plan.oldest_ms is not None and plan.newest_ms is not None:
        print_line(f"of: {iso(plan.oldest_ms)} to {iso(plan.newest_ms)}")
    for warning in plan.warnings:
        print_line(f"warning: {warning}")
    print_line(f"undo: {plan.undo}")
    say("nothing was changed")


def print_operation(operation: Operation, *, as_json: bool) -> None:
    """How far it is, and how it is taken back."""
    if as_json:
        print_json(operation)
        return
    skipped = f", {operation.skipped:,} had changed meanwhile" if operation.skipped else ""
    print_line(f"{operation.action} {operation.state}: {operation.done:,} of {operation.total:,} jobs{skipped}")
    if operation.undo_until_ms:
        print_line(f"until {iso(operation.undo_until_ms)}: python -m engine undo {operation.queue} {operation.id}")
