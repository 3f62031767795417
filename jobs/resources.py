"""What the handlers share in a worker: the database, the way to the sources, the time and chance."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random

from msgspec import Struct, field

from engine import read_environment
from jobs.connectors import Http
from jobs.connectors.addresses import Allowed
from jobs.connectors.files import files_folder
from jobs.connectors.guard import guarded_client
from jobs.connectors.http import Now, utc_now
from jobs.credentials import Vault
from jobs.database import Pool, check_schema, database_url, open_pool


class Access(Struct, frozen=True, kw_only=True):
    """The ways to the sources, as the operator's environment opens them."""

    http: Http
    files: Path | None
    """The folder whose files connectors may read; None: no files are read."""


class Resources(Struct, frozen=True, kw_only=True):
    """Opened once a worker; `JobContext.resources` of both jobs."""

    pool: Pool
    http: Http
    random: Random
    files: Path | None = None
    vault: Vault = field(default_factory=Vault)
    clock: Now = utc_now

    def now(self) -> datetime:
        """The time in UTC."""
        return self.clock()


@asynccontextmanager
async def open_resources() -> AsyncGenerator[Resources]:
    """The resources by the environment's DATABASE_URL, closed after the block.

    Raises SettingError for a bad setting, Unreachable where PostgreSQL does not answer, StartRefused for a schema
    that is not the one this program needs.
    """
    for name in ("httpx", "httpcore"):  # a line for each page would bury the worker's own, or quote a header
        logging.getLogger(name).setLevel(logging.WARNING)
    random = Random()  # noqa: S311 - it spreads waits, it hides nothing
    env = read_environment()
    vault = Vault.read(env)
    async with open_access(env, random) as access, open_pool(database_url(env)) as pool:
        async with pool.acquire() as connection:
            await check_schema(connection)
        yield Resources(pool=pool, http=access.http, files=access.files, random=random, vault=vault)


@asynccontextmanager
async def open_access(env: Mapping[str, str], random: Random) -> AsyncGenerator[Access]:
    """The ways to the sources by CONNECTOR_ALLOW_PRIVATE and CONNECTOR_FILES_DIR, closed after the block.

    Raises SettingError for a bad one.
    """
    allowed, files = Allowed.read(env), files_folder(env)
    async with guarded_client(allowed) as client:
        yield Access(http=Http(client, random=random), files=files)
