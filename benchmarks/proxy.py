"""A TCP proxy whose replies come late, as from a server some way off: `python -m benchmarks.proxy PORT DELAY_MS`.

It prints the port that it listens on, and ends with its standard input. What clients send passes at once; what the
server answers waits, so each round trip takes so much longer. Nothing is reordered, and no bandwidth is taken away.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

CHUNK = 256 * 1024
READY_S = 10.0


@contextmanager
def open_proxy(url: str, delay_ms: float) -> Generator[str]:
    """The URL by which the server is so far off, inside the block."""
    parts = urlsplit(url)
    command = [sys.executable, "-m", "benchmarks.proxy", f"{parts.port}", f"{delay_ms}"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(READY_S):
                raise TimeoutError(f"the proxy was not ready within {READY_S:g} s")
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the proxy did not start: its own words are above")
        yield parts._replace(netloc=f"{parts.hostname}:{port}").geturl()
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=5)


async def serve(port: int, delay_s: float) -> None:
    """Connections are served until standard input ends."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
        for end in (writer, there_writer):
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(_pass(reader, there_writer, 0), _pass(there_reader, writer, delay_s))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=CHUNK)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    """Each chunk is written so long after it came, in its order; the writer is closed after the last."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def write() -> None:
        while (chunk := await chunks.get())[1]:
            wait_s = chunk[0] - loop.time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            writer.write(chunk[1])
            await writer.drain()

    writing = asyncio.create_task(write())
    try:
        data = b"-"
        while data:
            data = await reader.read(CHUNK)
            chunks.put_nowait((loop.time() + delay_s, data))
        await writing
    except OSError:  # the other end is gone, as a killed worker is
        writing.cancel()
    finally:
        writer.close()


def main() -> None:
    """Served until standard input ended."""
    # The clock of select() has microseconds, that of epoll milliseconds: too coarse for a delay of one.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        loop.run_until_complete(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
    finally:
        loop.close()


if __name__ == "__main__":
    main()
