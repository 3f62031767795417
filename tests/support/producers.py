"""`python -m tests.support.producers URL PREFIX ID COUNT`: a process that enqueues one id many times at once."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack

from engine import Settings
from tests.support.apps import Play, app

_CLIENTS = 5


async def enqueue_at_once(url: str, prefix: str, job_id: str, count: int) -> list[tuple[bool, int]]:
    """Whether each call created a run, and which run it was answered, over a few clients at the same time."""
    job = app.queues["play"].find("play")
    async with AsyncExitStack() as stack:
        settings = Settings(redis_url=url, prefix=prefix)
        clients = [await stack.enter_async_context(app.connect(settings)) for _ in range(_CLIENTS)]
        for client in clients:
            await client.ping()
        print("ready", flush=True)  # noqa: T201 - to the test that reads it
        await asyncio.to_thread(sys.stdin.readline)
        calls = (clients[n % _CLIENTS].enqueue(job, Play(), job_id=job_id) for n in range(count))
        tickets = await asyncio.gather(*calls)
    return [(ticket.created, ticket.run) for ticket in tickets]


if __name__ == "__main__":
    _, given_url, given_prefix, given_id, given_count = sys.argv
    for created, run in asyncio.run(enqueue_at_once(given_url, given_prefix, given_id, int(given_count))):
        print(int(created), run)  # noqa: T201 - to the test that reads it
