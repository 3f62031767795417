"""What the handlers share in a worker: the database, the way to the sources, the time and chance."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random

import httpx
from msgspec import Struct

from engine import read_environment
from jobs.connectors import Http
from jobs.connectors.http import Now, utc_now
from jobs.database import Pool, check_schema, database_url, open_pool

MOST_HTTP_CONNECTIONS = 20


class Resources(Struct, frozen=True, kw_only=True):
    """Opened once a worker; `JobContext.resources` of both jobs."""

    pool: Pool
    http: Http
    random: Random
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
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each page would bury the worker's own
    random = Random()  # noqa: S311 - it spreads waits, it hides nothing
    limits = httpx.Limits(max_connections=MOST_HTTP_CONNECTIONS)
    async with open_pool(database_url(read_environment())) as pool, httpx.AsyncClient(limits=limits) as client:
        async with pool.acquire() as connection:
            await check_schema(connection)
        yield Resources(pool=pool, http=Http(client, random=random), random=random)
