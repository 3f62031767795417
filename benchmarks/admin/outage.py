"""D20: the server dies and comes back under the open program."""

from __future__ import annotations

import re
import tempfile
import time

from redis import Redis

from benchmarks.admin.figure import Figure, quantile
from benchmarks.admin.ground import Ground
from benchmarks.admin.house import FULL
from benchmarks.admin.load import Size, fill
from benchmarks.admin.process import open_program
from benchmarks.terminal import Terminal
from engine.embedded import EmbeddedValkey

TIMES = 3
KEYS = 10
LIVE = re.compile(r"\blive\b", re.IGNORECASE)
STALE = re.compile(r"\b(STALE|DOWN)\b")


async def measure(ground: Ground) -> list[Figure]:
    """Three outages, on a small server of their own that keeps its data."""
    stale, keys, back = list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory(prefix="admin-bench-") as directory, EmbeddedValkey(directory) as server:
        with Redis.from_url(server.url) as client:
            fill(client, Size(2_000, 500, 200))
        small = Ground(server, ground.client, Size(2_000, 500, 200), 0)
        with open_program(small) as terminal:
            terminal.wait_for(lambda text: FULL in text and LIVE.search(text))
            terminal.send("2")
            terminal.settle(0.5)
            for _ in range(TIMES):
                stale.append(_until(terminal, STALE, server.kill))
                keys += [_key_ms(terminal, "j" if n < KEYS / 2 else "k") for n in range(KEYS)]
                back.append(_until(terminal, LIVE, server.start))
            traceback = b"Traceback" in terminal.raw
            alive = terminal.process.poll() is None
    return [
        Figure(
            number="D20",
            what="the server dies and comes back",
            measured=f"STALE after {max(stale):.1f} s at most, keys p50 {quantile(keys, 0.5):.0f} ms, most "
            f"{max(keys):.0f} ms meanwhile, live again {max(back):.1f} s after the return at most; "
            f"{'a' if traceback or not alive else 'no'} traceback",
            gate="STALE <= 3 s, keys <= 50 ms, live <= 2 s, no traceback",
            met=max(stale) <= 3 and quantile(keys, 0.9) <= 50 and max(back) <= 2 and alive and not traceback,
            on=f"{TIMES} times kill -9 of an embedded server under the open list of jobs",
        )
    ]


def _until(terminal: Terminal, sign: re.Pattern[str], do: object) -> float:
    """Seconds from what is done until the sign is on the screen."""
    assert callable(do)
    do()
    began = time.monotonic()
    terminal.wait_for(sign.search, within_s=40)
    return time.monotonic() - began


def _key_ms(terminal: Terminal, key: str) -> float:
    """Milliseconds from a key until the terminal is written to."""
    terminal.settle(0.05)
    began = time.monotonic()
    terminal.send(key)
    terminal.read(2)
    return (time.monotonic() - began) * 1000
