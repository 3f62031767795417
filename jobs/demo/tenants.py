"""The demo's organisation: two branches, each with two connectors to Google and one to Hellopeter."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from jobs.credentials import Place, Vault
from jobs.database import Connection
from jobs.simulator import connector_credentials, connector_settings, source_type_of

ORGANISATION = ("demo-organisation", "Blue Crane Kitchens")


class Branch(Struct, frozen=True):
    """A tenant of the demo and its connectors: id → the simulator's location."""

    id: str
    name: str
    connectors: dict[str, str]


BRANCHES = [
    Branch(
        "demo-gardens",
        "Blue Crane Gardens",
        {
            "gardens-restaurant": "accounts/1/locations/1",
            "gardens-bakery": "accounts/1/locations/2",
            "gardens-hellopeter": "kelp-copper-harbour-road",
        },
    ),
    Branch(
        "demo-harbour",
        "Blue Crane Harbour",
        {
            "harbour-restaurant": "accounts/1/locations/3",
            "harbour-terrace": "accounts/1/locations/4",
            "harbour-hellopeter": "die-blou-ketel-kerkstraat",
        },
    ),
]
_SERVED = Counter(source_type_of(location) for branch in BRANCHES for location in branch.connectors.values())
LOCATIONS, BUSINESSES = _SERVED["GOOGLE"], _SERVED["HELLOPETER"]
"""On Google and on Hellopeter."""

_CONNECTOR = """
INSERT INTO connectors (id, tenant_id, source_type, name, external_id, settings, credentials)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, credentials = excluded.credentials
"""


async def create(connection: Connection, simulator_url: str, vault: Vault) -> None:
    """The organisation, its branches and connectors are there; connectors point to this simulator."""
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO organisations (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING", *ORGANISATION
        )
        for branch in BRANCHES:
            await connection.execute(
                "INSERT INTO tenants (id, organisation_id, name, slug) VALUES ($1, $2, $3, $1) ON CONFLICT DO NOTHING",
                branch.id,
                ORGANISATION[0],
                branch.name,
            )
            for connector, location in branch.connectors.items():
                source_type = source_type_of(location)
                credentials = connector_credentials(source_type)
                await connection.execute(
                    _CONNECTOR,
                    connector,
                    branch.id,
                    source_type,
                    f"{source_type.title()}: {connector.replace('-', ' ')}",
                    location,
                    connector_settings(simulator_url, source_type),
                    vault.seal(credentials, Place(branch.id, connector)) if credentials else None,
                )
