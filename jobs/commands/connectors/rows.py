"""Connectors as an operator finds them: by their ids alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine import SettingError
from jobs.commands.connectors.secrecy import hide_secrets
from jobs.database import Connection
from jobs.ingestion.connector import Connector

_LIST = """
    SELECT id, tenant_id, source_type, settings ->> 'mode' AS mode, name, external_id,
           CASE WHEN is_active THEN status ELSE 'INACTIVE' END AS status,
           last_synced_at, next_sync_at, error_count, error_message, credentials IS NOT NULL AS has_credentials,
           settings
    FROM connectors WHERE ($1::text IS NULL OR tenant_id = $1) AND ($2::text[] IS NULL OR id = ANY ($2))
    ORDER BY tenant_id, id
"""
_READ = """
    SELECT id, tenant_id, source_type, external_id, settings, credentials, last_synced_at
    FROM connectors WHERE id = ANY ($1)
"""


class ConnectorLine(Struct, frozen=True, rename="camel"):
    """A connector as a list shows it; of its credentials only whether it has some."""

    id: str
    tenant_id: str
    source_type: str
    mode: str | None
    name: str
    external_id: str | None
    status: str
    last_synced_at: datetime | None
    next_sync_at: datetime | None
    error_count: int
    error_message: str | None
    has_credentials: bool
    settings: dict[str, Any]
    """Without the values of names that sound like secrets."""


async def list_connectors(
    connection: Connection, *, tenant_id: str | None = None, ids: Sequence[str] | None = None
) -> list[ConnectorLine]:
    """The connectors of the tenant, or of these ids, or all."""
    rows = await connection.fetch(_LIST, tenant_id, ids)
    return [ConnectorLine(**{**row, "settings": hide_secrets(row["settings"])}) for row in rows]


async def read_connectors(connection: Connection, ids: Sequence[str]) -> list[Connector]:
    """The connectors of these ids, in this order. Raises SettingError that names those that are not there."""
    rows = await connection.fetch(_READ, ids)
    found = {
        row["id"]: Connector(
            id=row["id"],
            tenant_id=row["tenant_id"],
            source_type=row["source_type"],
            external_id=row["external_id"],
            settings=row["settings"],
            sealed=row["credentials"],
            last_synced_at=row["last_synced_at"],
        )
        for row in rows
    }
    missing = [name for name in ids if name not in found]
    if missing:
        raise SettingError(f"no connector {', '.join(missing)}: see `python -m jobs connectors list`")
    return [found[name] for name in dict.fromkeys(ids)]
