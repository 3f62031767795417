"""Connections to PostgreSQL: JSON columns as Python values, faults in one line, never a password in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import msgspec

from engine import SettingError, Unreachable

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

CONNECT_TIMEOUT_S = 10.0
MOST_CONNECTIONS = 10
_SESSION = {"application_name": "pickd-worker", "timezone": "UTC"}


def database_url(environ: Mapping[str, str]) -> str:
    """DATABASE_URL; SettingError if it is missing or no PostgreSQL URL."""
    url = environ.get("DATABASE_URL", "").strip()
    if not url:
        raise SettingError(
            "DATABASE_URL is not set: give it the form postgresql://user:password@host:5432/database, "
            "in the environment or in .env.local"
        )
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingError("DATABASE_URL must begin with postgresql://")
    if url.count("@") > 1:
        raise SettingError("DATABASE_URL holds '@' more than once: write those of the password as %40, '/' as %2F")
    return url


@asynccontextmanager
async def open_pool(url: str, *, most: int = MOST_CONNECTIONS) -> AsyncGenerator[Pool]:
    """A pool that has reached the server once; closed after the block."""
    async with _told(url):
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=most,
            timeout=CONNECT_TIMEOUT_S,
            server_settings=_SESSION,
            init=_read_json,
        )
    try:
        yield pool
    except BaseException:
        pool.terminate()  # who was interrupted does not wait for queries
        raise
    await pool.close()


@asynccontextmanager
async def connect(url: str) -> AsyncGenerator[Connection]:
    """One connection, closed after the block."""
    async with _told(url):
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S, server_settings=_SESSION)
    try:
        await _read_json(connection)
        yield connection
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


@contextmanager
def without_rows() -> Generator[None]:
    """An error of PostgreSQL that leaves the block quotes no row and no value: job records and logs keep its text."""
    try:
        yield
    except asyncpg.PostgresError as error:
        error.detail = None
        if isinstance(error, asyncpg.DataError):  # "invalid input for query argument $1: VALUE (REASON)"
            error.args = (f"{error.args[0]}".partition(":")[0],)
        raise
    except ConnectionError as error:
        # Sources have errors of their own: what is left is the way to the database.
        raise Unreachable(
            f"PostgreSQL does not answer ({error}): check that it runs and that DATABASE_URL names it"
        ) from error


@asynccontextmanager
async def _told(url: str) -> AsyncGenerator[None]:
    """Faults of connecting become the two errors that a command line can print."""
    try:
        yield
    except asyncpg.InvalidCatalogNameError:
        raise Unreachable(f"{_where(url)} has no such database: create it, or check DATABASE_URL") from None
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidPasswordError):
        raise Unreachable(f"{_where(url)} refuses the user or password of DATABASE_URL") from None
    except (asyncpg.PostgresError, asyncpg.InternalClientError, OSError, TimeoutError) as error:
        raise Unreachable(
            f"{_where(url)} does not answer ({type(error).__name__}): check that it runs and that DATABASE_URL "
            "names its host and port"
        ) from None
    except (asyncpg.InterfaceError, ValueError, OverflowError) as error:
        raise SettingError(f"DATABASE_URL cannot be used ({type(error).__name__}): check its form") from None


def _where(url: str) -> str:
    """The server's place without user and password."""
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        return "PostgreSQL"
    host = parts.hostname or parse_qs(parts.query).get("host", ["its default socket"])[0]
    return f"PostgreSQL at {host}:{port}"


async def _read_json(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode, decoder=msgspec.json.decode, format="text"
    )


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()
