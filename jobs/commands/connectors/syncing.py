"""`connectors sync`: ingests are enqueued, and shown to their ends if that is wanted."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from msgspec import Struct

from engine import (
    Client,
    Enqueued,
    EnqueueUnknown,
    Inspector,
    JobStatus,
    Progress,
    SettingError,
    Settings,
    State,
    Unreachable,
)
from jobs.app import app
from jobs.commands.command import Commands, add_command, open_database
from jobs.commands.connectors.rows import list_connectors, read_connectors
from jobs.commands.output import put_json, say, warn
from jobs.enqueue import enqueue_ingest_reviews
from jobs.ingestion.connector import Connector
from jobs.payloads import MOST_REVIEWS

_QUEUE = "ingest_reviews"
_OFF = ("PAUSED", "DISCONNECTED", "INACTIVE")


class Synced(Struct, frozen=True, rename="camel"):
    """The job of a connector: its ticket, and its end if that was waited for."""

    connector_id: str
    job_id: str
    run: int
    state: str
    created: bool
    result: Any = None
    reason: str | None = None


def add_to(commands: Commands) -> None:
    """The command is there."""
    sync = add_command(commands, "sync", _sync, "enqueue an ingest of each connector")
    sync.add_argument("ids", nargs="+", metavar="ID", help="a connector")
    sync.add_argument("--full", action="store_true", help="read everything, not only what changed since the last sync")
    sync.add_argument(
        "--max", type=int, metavar="N", help=f"fetch at most N reviews, newest first (1 to {MOST_REVIEWS})"
    )
    sync.add_argument(
        "--wait", action="store_true", help="show their progress until they end; 1 if one did not complete"
    )


async def _sync(options: argparse.Namespace) -> int:
    connectors = await _find(options.ids)
    async with _redis() as (client, inspector):
        tickets = {one.id: await _enqueue(client, one, options) for one in connectors}
        if not options.wait:
            _show(tickets, as_json=options.json)
            return 0
        waits = [_wait(inspector, ticket, name, quiet=options.json) for name, ticket in tickets.items()]
        try:
            ended = await asyncio.gather(*waits)
        except asyncio.CancelledError:
            warn("no longer waiting; the jobs go on")
            raise
    done = [_ended(name, ticket, end) for (name, ticket), end in zip(tickets.items(), ended, strict=True)]
    if options.json:
        put_json(done)
    return 0 if all(one.state == State.COMPLETED for one in done) else 1


async def _find(ids: Sequence[str]) -> list[Connector]:
    """The connectors, none of which is switched off."""
    async with open_database() as connection:
        found = await read_connectors(connection, ids)
        lines = await list_connectors(connection, ids=ids)
    off = [f"{line.id} is {line.status}" for line in lines if line.status in _OFF]
    if off:
        raise SettingError(f"{', '.join(off)}: nothing was enqueued; see `python -m jobs connectors resume`")
    return found


async def _enqueue(client: Client, connector: Connector, options: argparse.Namespace) -> Enqueued:
    ticket = await enqueue_ingest_reviews(
        client,
        connector.tenant_id,
        connector.id,
        force_full_sync=True if options.full else None,
        max_reviews=options.max,
        triggered_by_id="command line",
    )
    if not ticket.created and not ticket.same_payload:
        warn(f"warning: {ticket.id} is {ticket.state} already with another payload, which stays")
    return ticket


async def _wait(inspector: Inspector, ticket: Enqueued, name: str, *, quiet: bool) -> JobStatus | None:
    """The ended run of the ticket, each of its steps shown; None if the run is no longer stored."""
    shown, last = "", None
    async for status in inspector.follow(_QUEUE, ticket.id):
        if status.run != ticket.run:
            break
        last = status
        line = await _line(inspector, status)
        if not quiet and line != shown:
            say(f"{name}  {line}")
        shown = line
    if last is None or not last.state.ended:
        warn(f"{name}: its run is no longer stored, so its end is unknown")
        return None
    return last


async def _line(inspector: Inspector, status: JobStatus) -> str:
    """How far the job is."""
    match status.state:
        case State.WAITING | State.DELAYED:
            return await inspector.why(_QUEUE, status.id)
        case State.ACTIVE:
            if status.progress is None:
                return "active"
            progress = msgspec.convert(status.progress, Progress)
            return f"active  {int(progress.percent // 10 * 10):2} %  {progress.step}"
        case State.COMPLETED:
            return f"completed: {_counts(status.returnvalue)}"
        case State.FAILED | State.CANCELLED:
            return f"{status.state}: {status.failed_reason or 'by request'}"


def _counts(result: dict[str, Any]) -> str:
    words = ("fetched", "created", "updated", "skipped")
    counts = ", ".join(f"{result[f'reviews{word.title()}']} {word}" for word in words)
    return f"{counts}, {result['errorCount']} errors"


def _enqueued(name: str, ticket: Enqueued) -> Synced:
    return Synced(connector_id=name, job_id=ticket.id, run=ticket.run, created=ticket.created, state=ticket.state)


def _ended(name: str, ticket: Enqueued, status: JobStatus | None) -> Synced:
    before = _enqueued(name, ticket)
    if status is None:
        return msgspec.structs.replace(before, state="unknown")
    return msgspec.structs.replace(before, state=status.state, result=status.returnvalue, reason=status.failed_reason)


def _show(tickets: dict[str, Enqueued], *, as_json: bool) -> None:
    """The tickets were shown."""
    if as_json:
        put_json([_enqueued(name, ticket) for name, ticket in tickets.items()])
        return
    for name, ticket in tickets.items():
        say(f"{name}: {'enqueued' if ticket.created else f'is {ticket.state} already'}, {ticket.id}")


@asynccontextmanager
async def _redis() -> AsyncGenerator[tuple[Client, Inspector]]:
    """The producer's side and the operator's, by the environment's Redis, which has answered."""
    settings = Settings.from_environment()
    try:
        async with app.connect(settings) as client, app.inspect(settings) as inspector:
            await client.ping()
            yield client, inspector
    except EnqueueUnknown:
        raise
    except Unreachable as error:
        raise Unreachable(f"{f'{error}'.rstrip('.')}: start Redis, or set REDIS_URL") from None
