"""The demo's organisation: two branches with two Google connectors each, all served by the simulator."""

from __future__ import annotations

from msgspec import Struct

from jobs.database import Connection
from jobs.simulator import connector_credentials, connector_settings

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
        {"gardens-restaurant": "accounts/1/locations/1", "gardens-bakery": "accounts/1/locations/2"},
    ),
    Branch(
        "demo-harbour",
        "Blue Crane Harbour",
        {"harbour-restaurant": "accounts/1/locations/3", "harbour-terrace": "accounts/1/locations/4"},
    ),
]
LOCATIONS = sum(len(branch.connectors) for branch in BRANCHES)

_CONNECTOR = """
INSERT INTO connectors (id, tenant_id, source_type, name, external_id, settings, credentials)
VALUES ($1, $2, 'GOOGLE', $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, credentials = excluded.credentials
"""


async def create(connection: Connection, simulator_url: str) -> None:
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
                await connection.execute(
                    _CONNECTOR,
                    connector,
                    branch.id,
                    f"Google {connector.replace('-', ' ')}",
                    location,
                    connector_settings(simulator_url),
                    connector_credentials(),
                )
