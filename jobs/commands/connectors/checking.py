"""`connectors check`: a connector's first page is read, as the worker would read it; no review is stored."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine import EngineError, UnrecoverableError, read_environment
from jobs.commands.command import Commands, add_command, open_database
from jobs.commands.connectors.opening import open_ways
from jobs.commands.connectors.rows import read_connectors
from jobs.commands.output import put_json, say
from jobs.connectors import Page, SourceError, open_source
from jobs.credentials import Place, Vault
from jobs.database import Connection
from jobs.ingestion.connector import Connector
from jobs.ingestion.faults import error_type
from jobs.resources import Access

# What has been written meanwhile, by a worker's refresh or an operator, is newer.
_SAVE = "UPDATE connectors SET credentials = $3 WHERE id = $1 AND credentials = $2"


class Checked(Struct, frozen=True, rename="camel"):
    """What a check found: the first page's figures, or the error."""

    id: str
    ok: bool
    total: int | None = None
    """As the source states it."""
    newest: datetime | None = None
    """The newest review of the first page."""
    unreadable: int = 0
    """Rows of the first page that would be recorded as errors, and what is wrong with the first of them."""
    first_fault: str | None = None
    error_type: str | None = None
    error: str | None = None


def add_to(commands: Commands) -> None:
    """The command is there."""
    check = add_command(commands, "check", _check, "read each connector's first page, storing no review")
    check.add_argument("ids", nargs="+", metavar="ID", help="a connector")


async def _check(options: argparse.Namespace) -> int:
    vault = Vault.read(read_environment())
    found: list[Checked] = []
    async with open_database() as connection, open_ways() as access:
        for connector in await read_connectors(connection, options.ids):
            found.append(await _look(connection, connector, vault, access))
            if not options.json:
                say(_sentence(found[-1]))
    if options.json:
        put_json(found)
    return 0 if all(one.ok for one in found) else 1


async def _look(connection: Connection, connector: Connector, vault: Vault, access: Access) -> Checked:
    """What the connector's first page shows."""

    async def save(credentials: dict[str, Any]) -> None:
        sealed = vault.seal(credentials, Place(connector.tenant_id, connector.id))
        await connection.execute(_SAVE, connector.id, connector.sealed, sealed)

    try:
        source = open_source(connector.config(vault), access.http, save, access.files)
        page = await anext(aiter(source.pages()))
    except (SourceError, UnrecoverableError, EngineError) as error:
        return Checked(connector.id, ok=False, error_type=error_type(error), error=f"{error}")
    return _checked(connector, page)


def _checked(connector: Connector, page: Page) -> Checked:
    return Checked(
        connector.id,
        ok=True,
        total=page.total,
        newest=max((review.reviewed_at for review in page.reviews), default=None),
        unreadable=len(page.errors),
        first_fault=page.errors[0].message if page.errors else None,
    )


def _sentence(checked: Checked) -> str:
    if not checked.ok:
        return f"{checked.id}: {checked.error_type}: {checked.error}"
    total = "reviews" if checked.total is None else f"{checked.total} reviews"
    newest = "none on the first page" if checked.newest is None else f"the newest of {checked.newest:%Y-%m-%d %H:%MZ}"
    bad = f"; unreadable rows on the first page: {checked.unreadable}, the first: {checked.first_fault}"
    return f"{checked.id}: ok, {total}, {newest}{bad if checked.unreadable else ''}"
