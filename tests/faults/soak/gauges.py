"""What a worker and its Redis take, sampled, and whether that has come to rest. The judgement is pure."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct
from redis.exceptions import RedisError

from engine.streams import SyncStore
from tests.faults.report import Machine
from tests.faults.soak.app import Inside

MOST = 1.05
"""The last quarter's median is at most so many times the second quarter's."""
UNITS = {
    "rss_kib": "memory of the worker, KiB",
    "redis_kib": "memory of Redis, KiB",
    "keys": "keys",
    "connections": "connections of Redis",
    "tasks": "asyncio tasks of the worker",
    "threads": "threads of the worker",
    "descriptors": "descriptors of the worker",
}


class Sample(Struct, frozen=True):
    """One look. What Redis could not be asked, being away, is None."""

    at_s: float
    rss_kib: int
    tasks: int
    threads: int
    descriptors: int
    redis_kib: int | None = None
    keys: int | None = None
    connections: int | None = None


class Rest(Struct, frozen=True, rename="camel"):
    """A gauge over the four quarters of the time: the median of each, and the last one by the second."""

    name: str
    medians: list[float]
    ratio: float

    @property
    def kept(self) -> bool:
        return self.ratio <= MOST


class Soak(Struct, frozen=True, rename="camel"):
    """A soak that was run: what happened, and what came to rest."""

    machine: Machine
    seed: int
    minutes: float
    warm_up_s: float
    counts: dict[str, int]
    log_bytes: int
    rests: list[Rest]
    samples: int


def rests(samples: Sequence[Sample]) -> list[Rest]:
    """Each gauge; those without a sample in one of the quarters are left out."""
    first, last = samples[0].at_s, samples[-1].at_s
    quarter_s = max((last - first) / 4, 1e-9)
    found: list[Rest] = []
    for name in UNITS:
        values: list[list[int]] = [[], [], [], []]
        for sample in samples:
            value: int | None = getattr(sample, name)
            if value is not None:
                values[min(3, int((sample.at_s - first) / quarter_s))].append(value)
        if all(values):
            medians = [float(median(each)) for each in values]
            found.append(Rest(name, medians, round(medians[3] / medians[1], 4)))
    return found


class Gauge:
    """Looks at one worker process and its Redis."""

    def __init__(self, pid: int, inside: Path, redis_url: str) -> None:
        self._pid, self._inside, self._redis_url = pid, inside, redis_url

    def look(self, at_s: float) -> Sample:
        """What they take now; the process must be there."""
        pages = int(Path(f"/proc/{self._pid}/statm").read_text().split()[1])
        inside = msgspec.json.decode(self._inside.read_bytes(), type=Inside)
        return Sample(
            at_s=at_s,
            rss_kib=pages * os.sysconf("SC_PAGE_SIZE") // 1024,
            tasks=inside.tasks,
            threads=inside.threads,
            descriptors=len(list(Path(f"/proc/{self._pid}/fd").iterdir())),
            **self._ask_redis(),
        )

    def _ask_redis(self) -> dict[str, int]:
        # On a connection of its own, which is gone afterwards: a kept one would have to live through the faults too.
        store = SyncStore(self._redis_url)
        try:
            keys = int(store.command("DBSIZE"))
            memory = _field(store.command("INFO", "memory"), "used_memory")
            clients = _field(store.command("INFO", "clients"), "connected_clients")
        except (RedisError, OSError):
            return {}
        finally:
            store.close()
        return {"keys": keys, "redis_kib": memory // 1024, "connections": clients - 1}


def _field(info: bytes, name: str) -> int:
    return next(int(line.partition(":")[2]) for line in info.decode().splitlines() if line.startswith(f"{name}:"))


def table(found: Sequence[Rest]) -> str:
    """The gauges, a line each."""
    lines = [f"{'':32}{'1st quarter':>13}{'2nd':>11}{'3rd':>11}{'last':>11}{'last/2nd':>10}"]
    for rest in found:
        medians = "".join(f"{value:>{13 if n == 0 else 11}.0f}" for n, value in enumerate(rest.medians))
        lines.append(f"{UNITS[rest.name]:32}{medians}{rest.ratio:>10.3f}{'' if rest.kept else '  grows'}")
    return "\n".join(lines)
