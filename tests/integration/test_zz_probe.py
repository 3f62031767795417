import asyncio, os, subprocess, threading
import pytest
from redis.asyncio import Redis
pytestmark = pytest.mark.anyio

async def test_a(redis_url: str, prefix: str) -> None:
    """x"""
    async with Redis.from_url(redis_url) as r:
        await r.set(prefix + ":x", 1)

async def test_leak_task() -> None:
    """x"""
    test_leak_task.t = asyncio.ensure_future(asyncio.sleep(100))  # type: ignore

async def test_leak_socket(redis_url) -> None:
    """x"""
    r = Redis.from_url(redis_url)
    await r.ping()
    test_leak_task.r = r

def test_leak_child() -> None:
    """x"""
    test_leak_child.p = subprocess.Popen(["sleep", "5"])

async def test_exc() -> None:
    """x"""
    async def f(): raise ValueError("boo")
    asyncio.ensure_future(f()); await asyncio.sleep(0)

def test_pg(empty_database_url: str, own_valkey) -> None:
    """x"""
    own_valkey(port=0); own_valkey()
    print(empty_database_url)

async def test_ok() -> None:
    """x"""
    await asyncio.to_thread(lambda: 1)
