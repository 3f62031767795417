"""Secrets that can be told wherever they turn up, and every place where they could."""

from __future__ import annotations

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from typing import Any, cast

import asyncpg
from msgspec import Struct
from redis import Redis

_TABLES = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname !~ '^(pg_|information_)'"


class Canaries(Struct, frozen=True):
    """Unique secrets by what they are used for."""

    refresh_token: str
    client_secret: str
    api_key: str
    access_token: str = "simulator-access-"
    """How those begin that the simulator gives."""

    @classmethod
    def fresh(cls) -> Canaries:
        """Secrets that nothing else in the world holds."""
        return cls(*(f"canary{secrets.token_hex(12)}" for _ in range(3)))

    def found_in(self, data: bytes) -> list[str]:
        """The names of the secrets that the data holds, in clear, in hexadecimal or in base64."""
        names = self.__struct_fields__
        return [name for name in names if any(form in data for form in _forms(getattr(self, name)))]


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):
        # The letters in the middle are the same whatever stands before and behind.
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(b"\0" * shift + raw)[4:-4]


def redis_contents(url: str, prefix: str) -> bytes:
    """Every key under the prefix and everything that it holds."""
    with Redis.from_url(url) as redis:
        keys = sorted(cast("Iterable[bytes]", redis.scan_iter(match=f"{prefix}*", count=1000)))
        return b"\n".join(key + b" " + _flat(_value(redis, key)) for key in keys)


async def postgres_contents(pool: asyncpg.Pool[asyncpg.Record]) -> bytes:
    """Every row of every table, all columns as text."""
    rows: list[str] = []
    for table in await pool.fetch(_TABLES):
        rows += [row[0] for row in await pool.fetch(f"SELECT t::text FROM {table[0]} t")]
    return "\n".join(rows).encode()


def _value(redis: Redis, key: bytes) -> Any:
    match cast("bytes", redis.type(key)):
        case b"hash":
            return redis.hgetall(key)
        case b"zset":
            return redis.zrange(key, 0, -1)
        case b"list":
            return redis.lrange(key, 0, -1)
        case b"stream":
            return redis.xrange(key)
        case b"string":
            return redis.get(key)
        case other:
            raise AssertionError(f"{key!r} is a {other!r}, which nobody reads here")


def _flat(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        value = list(cast("dict[bytes, bytes]", value).items())
    if isinstance(value, list | tuple):
        return b" ".join(_flat(part) for part in cast("list[Any]", value))
    return f"{value}".encode()
