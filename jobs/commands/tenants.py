"""`python -m jobs tenants add|list`: the branches that reviews belong to."""

from __future__ import annotations

import argparse
import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
from msgspec import Struct

from engine import SettingError
from jobs.commands.command import Commands, add_command, add_group, open_database
from jobs.commands.output import put_json, put_table, say
from jobs.database import Connection

_ID = re.compile(r"[\w.-]{1,100}", re.ASCII)
_ADD_ORGANISATION = "INSERT INTO organisations (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_ADD = """
    INSERT INTO tenants (id, organisation_id, name, slug, timezone) VALUES ($1, $2, $3, $4, $5)
    RETURNING id, organisation_id, name, slug, timezone, is_active, created_at
"""
_LIST = """
    SELECT id, organisation_id, name, slug, timezone, is_active, created_at FROM tenants
    WHERE $1::text IS NULL OR organisation_id = $1 ORDER BY organisation_id, id
"""


class TenantLine(Struct, frozen=True, rename="camel"):
    """A tenant as a list shows it."""

    id: str
    organisation_id: str
    name: str
    slug: str
    timezone: str
    is_active: bool
    created_at: datetime


def add_to(commands: Commands) -> None:
    """The commands `tenants add` and `tenants list` are there."""
    group = add_group(commands, "tenants", "the branches that reviews belong to", "add|list")
    add = add_command(group, "add", _add, "add a tenant (one branch) to an organisation")
    add.add_argument("id", metavar="TENANT", help="its id: letters, digits, '_', '-' and '.'")
    add.add_argument("--name", required=True, help="as people call it")
    add.add_argument("--organisation", required=True, metavar="ID", help="whose branch it is")
    add.add_argument("--organisation-name", metavar="NAME", help="adds the organisation, if there is none of that id")
    add.add_argument("--timezone", default="Africa/Johannesburg", metavar="ZONE", help="default Africa/Johannesburg")
    add.add_argument("--slug", help="its short name in addresses (default: its id)")
    lists = add_command(group, "list", _list, "list the tenants")
    lists.add_argument("--organisation", metavar="ID", help="only its tenants")


def check_id(text: str, what: str) -> str:
    """The text, if it can be an id; SettingError names what it was to be."""
    if not _ID.fullmatch(text):
        raise SettingError(f"{what} {text!r}: use 1 to 100 letters, digits, '_', '-' and '.'")
    return text


async def _add(options: argparse.Namespace) -> int:
    check_id(options.id, "tenant id")
    check_id(options.organisation, "organisation id")
    _check_zone(options.timezone)
    if not options.name.strip():
        raise SettingError("--name is empty: give the tenant a name")
    async with open_database() as connection, connection.transaction():
        await _find_organisation(connection, options)
        tenant = await _insert(connection, options)
    if options.json:
        put_json(tenant)
    else:
        say(f"added tenant {tenant.id} ({tenant.name}, {tenant.timezone}) to organisation {tenant.organisation_id}")
    return 0


async def _find_organisation(connection: Connection, options: argparse.Namespace) -> None:
    """The organisation is there, by now at the latest."""
    if options.organisation_name:
        await connection.execute(_ADD_ORGANISATION, options.organisation, options.organisation_name)
    elif not await connection.fetchval("SELECT true FROM organisations WHERE id = $1", options.organisation):
        raise SettingError(
            f"no organisation {options.organisation}: give --organisation-name as well, and it is added with its tenant"
        )


async def _insert(connection: Connection, options: argparse.Namespace) -> TenantLine:
    slug = options.slug or options.id
    try:
        row = await connection.fetchrow(
            _ADD, options.id, options.organisation, options.name.strip(), slug, options.timezone
        )
    except asyncpg.UniqueViolationError as error:
        taken = f"slug {slug}" if "slug" in (error.constraint_name or "") else f"tenant {options.id}"
        raise SettingError(f"{taken} is there already: see `python -m jobs tenants list`") from None
    assert row is not None
    return TenantLine(*row)


async def _list(options: argparse.Namespace) -> int:
    async with open_database() as connection:
        tenants = [TenantLine(*row) for row in await connection.fetch(_LIST, options.organisation)]
    if options.json:
        put_json(tenants)
    elif tenants:
        rows = [[t.id, t.organisation_id, t.name, t.timezone, "" if t.is_active else "inactive"] for t in tenants]
        put_table(["tenant", "organisation", "name", "timezone", ""], rows)
    else:
        say("no tenants yet: add one by `python -m jobs tenants add`")
    return 0


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingError(f"--timezone {name!r} is no IANA name such as Africa/Johannesburg") from None
