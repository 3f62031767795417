"""`connectors list`, `pause` and `resume`: how connectors are, and which are left alone."""

from __future__ import annotations

import argparse
from datetime import datetime

from engine import SettingError
from jobs.commands.command import Commands, add_command, open_database
from jobs.commands.connectors.rows import ConnectorLine, list_connectors, read_connectors
from jobs.commands.output import put_json, put_table, say
from jobs.scoring.run_history import find_tenant_name

_LONGEST_MESSAGE = 60
_HEAD = ("connector", "tenant", "source", "name", "status", "last synced", "next", "errors")
_PAUSE = "UPDATE connectors SET status = 'PAUSED' WHERE id = ANY ($1) AND status <> 'DISCONNECTED'"
_RESUME = """
    UPDATE connectors
    SET status = CASE WHEN error_count > 0 THEN 'ERROR' WHEN last_synced_at IS NULL THEN 'PENDING' ELSE 'ACTIVE' END
    WHERE id = ANY ($1) AND status = 'PAUSED'
"""


def add_to(commands: Commands) -> None:
    """The commands are there."""
    lists = add_command(commands, "list", _list, "list connectors: how they are, when they were synced, what is wrong")
    lists.add_argument("--tenant", metavar="TENANT", help="only those of this tenant (its id or slug)")
    pause = add_command(commands, "pause", _pause, "leave connectors alone: what is enqueued for them is refused")
    resume = add_command(commands, "resume", _resume, "let paused connectors be synced again")
    for parser in (pause, resume):
        parser.add_argument("ids", nargs="+", metavar="ID", help="a connector")


async def _list(options: argparse.Namespace) -> int:
    async with open_database() as connection:
        tenant = await find_tenant_name(connection, options.tenant) if options.tenant is not None else None
        lines = await list_connectors(connection, tenant_id=tenant.id if tenant else None)
    if options.json:
        put_json(lines)
    elif lines:
        put_table(_HEAD, [_row(line) for line in lines])
    else:
        say("no connectors yet: add one by `python -m jobs connectors add`")
    return 0


async def _pause(options: argparse.Namespace) -> int:
    return await _switch(options, _PAUSE)


async def _resume(options: argparse.Namespace) -> int:
    return await _switch(options, _RESUME)


async def _switch(options: argparse.Namespace, statement: str) -> int:
    """The connectors are switched, all or none, and were shown."""
    async with open_database() as connection, connection.transaction():
        await read_connectors(connection, options.ids)
        await connection.execute(statement, options.ids)
        lines = await list_connectors(connection, ids=options.ids)
        off = [line.id for line in lines if line.status in ("DISCONNECTED", "INACTIVE")]
        if off:
            raise SettingError(f"{', '.join(off)} is disconnected or inactive: that is changed in the web application")
    if options.json:
        put_json(lines)
    else:
        for line in lines:
            say(f"{line.id} is {line.status}")
    return 0


def _row(line: ConnectorLine) -> list[str]:
    source = line.source_type if line.mode is None else f"{line.source_type} {line.mode}"
    return [
        line.id,
        line.tenant_id,
        source,
        line.name,
        line.status,
        _minute(line.last_synced_at),
        _minute(line.next_sync_at),
        _errors(line),
    ]


def _minute(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%MZ}"


def _errors(line: ConnectorLine) -> str:
    if not line.error_count:
        return "-"
    message = line.error_message or ""
    shown = message if len(message) <= _LONGEST_MESSAGE else f"{message[: _LONGEST_MESSAGE - 1]}…"
    return f"{line.error_count}: {shown}"
