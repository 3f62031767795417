"""Every stored credential under today's key: those of an older key, of the web application, and unencrypted ones."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from jobs.credentials.vault import CredentialsUnreadable, Place, Vault, is_plain
from jobs.database import Connection

_STORED = "SELECT id, tenant_id, credentials FROM connectors WHERE credentials IS NOT NULL ORDER BY id"
_COUNT_PLAIN = "SELECT count(*) FROM connectors WHERE ltrim(credentials, E' \\t\\r\\n') LIKE '{%'"
# A worker may have refreshed a token since the row was read: its text, sealed today, stays.
_REPLACE = "UPDATE connectors SET credentials = $3 WHERE id = $1 AND credentials = $2 RETURNING id"


class Rekeyed(Struct, frozen=True, rename="camel"):
    """What a rekey came to: ids of connectors, and a sentence for each that could not be read."""

    rekeyed: list[str]
    unchanged: int
    unreadable: dict[str, str]


async def count_plain(connection: Connection) -> int:
    """How many connectors' credentials are stored unencrypted."""
    found: int = await connection.fetchval(_COUNT_PLAIN)
    return found


async def rekey(connection: Connection, vault: Vault) -> Rekeyed:
    """All credentials that the vault can read are sealed with its first key; the others are as they were."""
    rekeyed: list[str] = []
    unreadable: dict[str, str] = {}
    rows = await connection.fetch(_STORED)
    for row in rows:
        stored, place = row["credentials"], Place(row["tenant_id"], row["id"])
        if vault.is_current(stored):
            continue
        try:
            sealed = vault.seal(_read(vault, stored, place), place)
        except CredentialsUnreadable as error:
            unreadable[place.connector_id] = f"{error}"
            continue
        if await connection.fetchval(_REPLACE, place.connector_id, stored, sealed) is not None:
            rekeyed.append(place.connector_id)
    return Rekeyed(rekeyed=rekeyed, unchanged=len(rows) - len(rekeyed) - len(unreadable), unreadable=unreadable)


def _read(vault: Vault, stored: str, place: Place) -> dict[str, Any]:
    if not is_plain(stored):
        return vault.open(stored, place)
    try:
        return msgspec.json.decode(stored, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise CredentialsUnreadable(f"{place.what} are no JSON object: {place.give_anew}") from None
