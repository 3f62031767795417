"""The six connectors of a truth run: two tenants, three of them read over HTTP, three from files."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from jobs.credentials import Place, Vault
from jobs.database import Connection
from jobs.simulator import business_slugs, connector_credentials, connector_settings, location_names

ORGANISATION = "truth"
TENANTS = ("north", "south")
LOCATIONS, BUSINESSES = 2, 4
FIRST, SECOND = location_names(LOCATIONS)
POSTS, SHEET, LOG, EXPORT = business_slugs(BUSINESSES)

Reads = Literal["google", "hellopeter", "csv", "jsonl", "outscraper"]

CSV_COLUMNS = {
    "id": "Ref",
    "rating": "Points",
    "title": "Heading",
    "content": "What they said",
    "author": "Who",
    "authorId": "Customer no",
    "date": "Day",
    "responseText": "What we said",
    "responseDate": "Answered",
    "likes": "Thumbs",
    "replies": "Messages",
    "helpful": "Of use",
    "language": "Tongue",
}
"""Names that no connector would guess."""


class Line(Struct, frozen=True):
    """A connector, and the location of the world that it reads."""

    id: str
    tenant: str
    source_type: str
    reads: Reads
    location: str

    @property
    def file(self) -> str | None:
        """The file that it reads, below the folder for connectors; None: it reads over HTTP."""
        names = {"csv": "north/sheet.csv", "jsonl": "south/log.jsonl", "outscraper": "south/export.json"}
        return names.get(self.reads)

    @property
    def page_size(self) -> int | None:
        """How many reviews an answer holds; None for a file."""
        return {"google": 50, "hellopeter": 11}.get(self.reads)

    def settings(self, simulator_url: str) -> dict[str, Any]:
        """The connector's settings."""
        if self.file is None:
            # Hellopeter's older host gives eleven reviews a page, which moves most often under a reader.
            older = {"baseUrl": f"{simulator_url}/consumer/business"} if self.reads == "hellopeter" else {}
            return connector_settings(simulator_url, self.source_type) | older
        columns = {"columns": CSV_COLUMNS} if self.reads == "csv" else {}
        return {"mode": "file", "path": self.file, "complete": True, **columns}


LINES = (
    Line("north-google", "north", "GOOGLE", "google", FIRST),
    Line("north-hellopeter", "north", "HELLOPETER", "hellopeter", POSTS),
    Line("north-sheet", "north", "WEBSITE", "csv", SHEET),
    Line("south-google", "south", "GOOGLE", "google", SECOND),
    Line("south-log", "south", "FACEBOOK", "jsonl", LOG),
    Line("south-export", "south", "GOOGLE_OUTSCRAPER", "outscraper", EXPORT),
)

_TENANT = "INSERT INTO tenants (id, organisation_id, name, slug) VALUES ($1, $2, $1, $1)"
_CONNECTOR = """
    INSERT INTO connectors (id, tenant_id, source_type, name, external_id, settings, credentials)
    VALUES ($1, $2, $3, $1, $4, $5, $6)
"""


async def create_lines(connection: Connection, simulator_url: str, vault: Vault) -> None:
    """The tenants and their connectors are in the database."""
    await connection.execute("INSERT INTO organisations (id, name) VALUES ($1, $1)", ORGANISATION)
    for tenant in TENANTS:
        await connection.execute(_TENANT, tenant, ORGANISATION)
    for line in LINES:
        secret = connector_credentials(line.source_type)
        sealed = vault.seal(secret, Place(line.tenant, line.id)) if secret else None
        settings = line.settings(simulator_url)
        await connection.execute(_CONNECTOR, line.id, line.tenant, line.source_type, line.location, settings, sealed)
