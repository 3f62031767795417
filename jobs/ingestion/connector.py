"""The connector that an ingest works for, and the fence that lets one delivery at a time write for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from engine import SettingError
from jobs.connectors import ConnectorConfig
from jobs.credentials import Place, Vault
from jobs.database import Connection
from jobs.ingestion.faults import ConnectorRefused, CredentialsRefused, StaleFence

_FIND = """
    SELECT c.id, c.tenant_id, c.source_type, c.external_id, c.settings, c.credentials, c.last_synced_at,
           c.status, c.is_active AND t.is_active AS is_active
    FROM connectors c JOIN tenants t ON t.id = c.tenant_id
    WHERE c.tenant_id = $1 AND c.id = $2
"""
# Ingests of a tenant compare their reviews with one another's: each must see what the other has committed.
_ONE_PER_TENANT = "SELECT pg_advisory_xact_lock(hashtextextended('ingest:' || $1, 0))"
_CLAIM = "UPDATE connectors SET fence = $3 WHERE tenant_id = $1 AND id = $2 AND fence <= $3 RETURNING fence"
_HOLD = "SELECT fence FROM connectors WHERE tenant_id = $1 AND id = $2 AND fence = $3 FOR NO KEY UPDATE"
_SAVE = "UPDATE connectors SET credentials = $4 WHERE tenant_id = $1 AND id = $2 AND fence = $3 RETURNING fence"
_OFF = ("PAUSED", "DISCONNECTED")


class Connector(Struct, frozen=True, kw_only=True):
    """One location of one tenant at one source; its repr hides the credentials, which only a vault opens."""

    id: str
    tenant_id: str
    source_type: str
    external_id: str | None
    settings: dict[str, Any]
    sealed: str | None = None
    last_synced_at: datetime | None

    def __repr__(self) -> str:
        return f"Connector({self.tenant_id}/{self.id} {self.source_type})"

    def config(self, vault: Vault) -> ConnectorConfig:
        """What its source is opened with. Raises CredentialsRefused if the vault cannot open its credentials."""
        try:
            opened = vault.open(self.sealed, Place(self.tenant_id, self.id)) if self.sealed is not None else {}
        except SettingError as error:
            raise CredentialsRefused(f"{error}") from None
        return ConnectorConfig(
            source_type=self.source_type,
            external_id=self.external_id or "",
            tenant_id=self.tenant_id,
            settings=self.settings,
            credentials=opened,
        )


class Claim(Struct, frozen=True):
    """The right of one delivery to write for a connector, until a newer one takes it."""

    tenant_id: str
    connector_id: str
    fence: int

    async def take(self, connection: Connection) -> None:
        """This delivery is the connector's writer. Raises StaleFence if a newer one is already."""
        await self._require(connection, _CLAIM)

    async def hold(self, connection: Connection) -> None:
        """Until the transaction ends, no other delivery writes for this tenant. Raises StaleFence."""
        await connection.execute(_ONE_PER_TENANT, self.tenant_id)
        await self._require(connection, _HOLD)

    async def save_credentials(self, connection: Connection, vault: Vault, credentials: dict[str, Any]) -> None:
        """The connector's refreshed credentials are stored, encrypted. Raises StaleFence."""
        sealed = vault.seal(credentials, Place(self.tenant_id, self.connector_id))
        await self._require(connection, _SAVE, sealed)

    async def _require(self, connection: Connection, statement: str, *more: object) -> None:
        if await connection.fetchval(statement, self.tenant_id, self.connector_id, self.fence, *more) is None:
            raise StaleFence(f"a newer delivery writes for connector {self.connector_id}; this one stops")


def _why_off(connector_id: str, status: str) -> str:
    if status in _OFF:
        mend = f"`python -m jobs connectors resume {connector_id}` lets it be synced again"
        return f"connector {connector_id} is {status.lower()}: {mend}"
    return f"connector {connector_id} or its tenant is switched off (is_active): activate both first"


async def find_connector(connection: Connection, tenant_id: str, connector_id: str) -> Connector:
    """The tenant's connector. Raises ConnectorRefused if there is none, or it is switched off."""
    row = await connection.fetchrow(_FIND, tenant_id, connector_id)
    if row is None:
        raise ConnectorRefused(f"tenant {tenant_id} has no connector {connector_id}: check both ids")
    if not row["is_active"] or row["status"] in _OFF:
        raise ConnectorRefused(_why_off(connector_id, row["status"]))
    return Connector(
        id=row["id"],
        tenant_id=row["tenant_id"],
        source_type=row["source_type"],
        external_id=row["external_id"],
        settings=row["settings"],
        sealed=row["credentials"],
        last_synced_at=row["last_synced_at"],
    )
