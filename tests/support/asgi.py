"""What an ASGI server does, in one page: it starts the service of the working directory, asks it, stops it; twice.

Run as a script, in an environment that has nothing of this repository but the engine's wheel.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

Message = dict[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


async def ask(web: Asgi, path: str, state: Message) -> str:
    """The status and the body of the answer to a POST."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    request: Message = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [],
        "query_string": b"",
        "state": state,
    }
    await web(request, receive, send)
    return f"{sent[0]['status']} {sent[1]['body'].decode()}"


async def live(web: Asgi, path: str) -> list[str]:
    """What one life of the service told."""
    inbox: asyncio.Queue[Message] = asyncio.Queue()
    outbox: asyncio.Queue[Message] = asyncio.Queue()
    state: Message = {}

    async def serve() -> None:
        await web({"type": "lifespan", "state": state}, inbox.get, outbox.put)

    serving = asyncio.create_task(serve())
    await inbox.put({"type": "lifespan.startup"})
    told: list[str] = [(await outbox.get())["type"], await ask(web, path, dict(state))]
    await inbox.put({"type": "lifespan.shutdown"})
    told.append((await outbox.get())["type"])
    await serving
    return [*told, f"tasks left: {len(asyncio.all_tasks()) - 1}"]


async def main() -> None:
    """Two lives in one loop."""
    web: Asgi = import_module("service").web
    print(*await live(web, "/greet/Ada"), *await live(web, "/greet/Grace"), sep="\n")  # noqa: T201 - the test reads it


if __name__ == "__main__":
    asyncio.run(main())
