"""`connectors add` and `edit`: a connector's row, checked before it is stored."""

from __future__ import annotations

import argparse
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec

from engine import SettingError, UnrecoverableError, read_environment
from jobs.commands.command import Commands, add_command, open_database
from jobs.commands.connectors.given import add_arguments, read_credentials, read_settings
from jobs.commands.connectors.opening import check_settings
from jobs.commands.connectors.rows import list_connectors, read_connectors
from jobs.commands.output import put_json, say
from jobs.commands.tenants import check_id
from jobs.connectors import ConnectorConfig
from jobs.credentials import Place, Vault
from jobs.database import Connection
from jobs.ingestion.connector import Connector
from jobs.scoring.run_history import find_tenant_name

_ADD = """
    INSERT INTO connectors (id, tenant_id, source_type, name, external_id, settings, credentials)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
# A delivery that is reading with the old settings and credentials must not write them back: its fence is passed.
_EDIT = """
    UPDATE connectors
    SET name = coalesce($2, name), settings = $3, credentials = coalesce($4, credentials),
        fence = fence + (settings <> $3 OR $4::text IS NOT NULL)::integer
    WHERE id = $1
"""


def add_to(commands: Commands) -> None:
    """The commands are there."""
    add = add_command(commands, "add", _add, "add a connector: one location of a tenant at one source")
    add.add_argument("tenant", metavar="TENANT", help="the tenant's id or slug")
    add.add_argument("source_type", metavar="SOURCE_TYPE", type=str.upper, help="GOOGLE, HELLOPETER …")
    add.add_argument("external_id", metavar="EXTERNAL_ID", help="the location's id at the source")
    add.add_argument("--name", required=True, help="as people call it")
    add.add_argument("--id", help="its id here (default: a random one)")
    edit = add_command(commands, "edit", _edit, "change a connector's name, settings or credentials")
    edit.add_argument("id", metavar="ID", help="the connector")
    edit.add_argument("--name", help="as people call it")
    for parser in (add, edit):
        add_arguments(parser)


async def _add(options: argparse.Namespace) -> int:
    connector_id = check_id(options.id if options.id is not None else str(uuid4()), "connector id")
    settings, credentials = read_settings(options, {}), read_credentials(options)
    vault = Vault.read(read_environment())
    await check_settings(
        ConnectorConfig(
            source_type=options.source_type,
            external_id=options.external_id,
            settings=settings,
            credentials=credentials or {},
        )
    )
    async with open_database() as connection:
        tenant = await find_tenant_name(connection, options.tenant)
        sealed = vault.seal(credentials, Place(tenant.id, connector_id)) if credentials else None
        try:
            await connection.execute(
                _ADD,
                connector_id,
                tenant.id,
                options.source_type,
                options.name,
                options.external_id,
                settings,
                sealed,
            )
        except asyncpg.UniqueViolationError as error:
            raise await _taken(connection, options, tenant.id, connector_id, error) from None
        return await _show(connection, connector_id, "added", as_json=options.json)


async def _edit(options: argparse.Namespace) -> int:
    opening = bool(options.setting or options.settings_file or options.credentials_file)
    if not opening and options.name is None:
        raise SettingError("nothing to change: give --name, --setting, --settings-file or --credentials-file")
    credentials = read_credentials(options)
    vault = Vault.read(read_environment())
    async with open_database() as connection:
        (connector,) = await read_connectors(connection, [options.id])
        settings = read_settings(options, connector.settings) if opening else connector.settings
        if opening:
            await check_settings(_config(connector, vault, settings, credentials))
        place = Place(connector.tenant_id, connector.id)
        sealed = vault.seal(credentials, place) if credentials is not None else None
        await connection.execute(_EDIT, connector.id, options.name, settings, sealed)
        return await _show(connection, connector.id, "changed", as_json=options.json)


def _config(
    connector: Connector, vault: Vault, settings: dict[str, Any], credentials: dict[str, Any] | None
) -> ConnectorConfig:
    """What the connector's source is opened with from now on."""
    if credentials is not None:
        connector = msgspec.structs.replace(connector, sealed=None)
    try:
        config = connector.config(vault)
    except UnrecoverableError as error:
        raise SettingError(f"{error}") from None
    given = config.credentials if credentials is None else credentials
    return msgspec.structs.replace(config, settings=settings, credentials=given)


async def _taken(
    connection: Connection,
    options: argparse.Namespace,
    tenant_id: str,
    connector_id: str,
    error: asyncpg.UniqueViolationError,
) -> SettingError:
    if "external_id" not in (error.constraint_name or ""):
        return SettingError(f"connector {connector_id} is there already: give another --id, or edit that one")
    there = await connection.fetchval(
        "SELECT id FROM connectors WHERE tenant_id = $1 AND source_type = $2 AND external_id = $3",
        tenant_id,
        options.source_type,
        options.external_id,
    )
    return SettingError(
        f"tenant {tenant_id} reads {options.source_type} {options.external_id} by connector {there} already: "
        "edit that one"
    )


async def _show(connection: Connection, connector_id: str, verb: str, *, as_json: bool) -> int:
    """The connector was shown; exit code 0."""
    (line,) = await list_connectors(connection, ids=[connector_id])
    if as_json:
        put_json(line)
    else:
        say(f"{verb} connector {line.id} ({line.source_type} {line.external_id}) of tenant {line.tenant_id}")
        say(f"check it by `python -m jobs connectors check {line.id}`")
    return 0
