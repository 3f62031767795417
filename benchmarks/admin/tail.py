"""D19: a log that grows by thousands of lines a second, under the reader's eyes."""

from __future__ import annotations

import threading
import time
from typing import Any

from redis import Redis

from benchmarks.admin.figure import Figure, quantile, spread
from benchmarks.admin.ground import Ground
from benchmarks.admin.house import FULL, SLOT
from benchmarks.admin.load import PREFIX
from benchmarks.admin.process import cpu_s, open_program
from engine.streams import Keys

LINES_A_S = 5_000
SECONDS = 6
A_BATCH = 250
JOB = "work:f00000007"


async def measure(ground: Ground) -> list[Figure]:
    """Lines are written at this rate; how long until each newest one is on the screen."""
    late: list[float] = []
    written = Written()
    with open_program(ground) as terminal:
        terminal.wait_text(FULL)
        terminal.send(":", f"j {FULL} {JOB}", "enter")
        terminal.wait_text(JOB, "TIMELINE")
        terminal.send("l")
        terminal.settle()
        writer = threading.Thread(target=_write, args=(ground.server.url, written), name="log")
        before_s, began = cpu_s(terminal.pid), time.monotonic()
        writer.start()
        while writer.is_alive() or written.newest not in terminal.text:
            terminal.read(0.05)
            seen = [line for line in terminal.rows if "line-" in line]
            if seen:
                at = written.at.get("line-" + seen[-1].rpartition("line-")[2][:6])
                if at is not None:
                    late.append((terminal.read_at[-1][0] - at) * 1000)
            if time.monotonic() - began > 4 * SECONDS:
                break
        last_ms = (time.monotonic() - written.at[written.newest]) * 1000
        share = (cpu_s(terminal.pid) - before_s) / (time.monotonic() - began)
        arrived = written.newest in terminal.text
    return [
        Figure(
            number="D19",
            what="a log that grows",
            measured=f"newest line on the screen {spread(late)}; after the last one {last_ms:.0f} ms; "
            f"{share:.0%} of a core" + ("" if arrived else "; the last line never came"),
            gate=f"{LINES_A_S:,} lines a second without lag, newest line <= 300 ms",
            met=arrived and last_ms <= 300 and quantile(late, 0.9) <= 300,
            on=f"{SECONDS} s of {LINES_A_S:,} lines a second into one job's log",
        )
    ]


class Written:
    """When each line was written."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.newest = ""


def _write(url: str, written: Written) -> None:
    key, began = Keys(PREFIX, SLOT, FULL).trail + JOB, time.monotonic()
    with Redis.from_url(url) as client:
        run = client.hget(Keys(PREFIX, SLOT, FULL).job + JOB, "run")
        for first in range(0, LINES_A_S * SECONDS, A_BATCH):
            pipeline = client.pipeline(transaction=False)
            names = [f"line-{n:06d}" for n in range(first, first + A_BATCH)]
            now_ms = int(time.time() * 1000)
            for name in names:
                fields: Any = {"kind": "log", "run": run, "at": now_ms, "text": f"INFO {name} GET /reviews page=2 200"}
                pipeline.xadd(key, fields, maxlen=1_000, approximate=True)
            pipeline.execute()
            now = time.monotonic()
            written.at.update(dict.fromkeys(names, now))
            written.newest = names[-1]
            time.sleep(max(0.0, began + (first + A_BATCH) / LINES_A_S - time.monotonic()))
