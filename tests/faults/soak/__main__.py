"""`python -m tests.faults.soak`: a worker under mixed faults: exit 1 if what it takes goes on growing.

One of three workers is watched: it lives through all of it, while the others are killed and replaced.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import msgspec

from engine import Settings
from engine.embedded import EmbeddedValkey
from tests.faults.crew import open_crew
from tests.faults.evidence import Fault
from tests.faults.proxy import Dice, open_proxy
from tests.faults.report import machine
from tests.faults.soak.app import APP, GAUGES_VARIABLE, app
from tests.faults.soak.gauges import Gauge, Sample, Soak, rests, table
from tests.faults.soak.trouble import Trouble
from tests.support.servers import scratch
from tests.support.wait import eventually
from tests.support.workers import Theatre, open_theatre

_WORKERS = 3
_SAMPLE_S = 1.0


class Site:
    """Where the workers are; which jobs a killed one held is not looked at here."""

    def __init__(self, theatre: Theatre) -> None:
        self.theatre = theatre
        self.faults: list[Fault] = []
        self.refused_settles = 0

    def held_by(self, _label: str) -> dict[str, int]:
        """Nothing."""
        return {}


async def soak(minutes: float, warm_up_s: float, every_s: float, seed: int) -> Soak:
    """So many minutes were looked at, after a time in which nothing was judged."""
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(scratch())
        valkey = stack.enter_context(EmbeddedValkey(directory / "valkey"))
        theatre = stack.enter_context(open_theatre(valkey.url, "soak", directory))
        proxy = await stack.enter_async_context(open_proxy(valkey.socket, Dice(Random(f"{seed}/network"))))
        inside = directory / "gauges.json"
        theatre.env |= {"ENGINE_APP": APP, "REDIS_URL": proxy.url}
        settings = Settings(redis_url=valkey.url, prefix=theatre.prefix)
        crew = await stack.enter_async_context(open_crew(Site(theatre), 0))
        watched = crew.start(variables={GAUGES_VARIABLE: str(inside)})
        await crew.ready(watched)
        crew.at_work.append(watched)
        await crew.hire(_WORKERS - 1)
        await eventually(inside.exists, within_s=10)
        client = await stack.enter_async_context(app.connect(settings))
        inspector = await stack.enter_async_context(app.inspect(settings))
        trouble = Trouble(Random(f"{seed}/trouble"), client, inspector, crew, proxy)
        gauge, stop = Gauge(watched.pid, inside, valkey.url), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(trouble.put(stop))
            tasks.create_task(trouble.harm(valkey, stop, every_s))
            await _sample(gauge, warm_up_s)
            samples = await _sample(gauge, minutes * 60)
            stop.set()
        assert watched.status is None, f"the watched worker ended:\n{watched.text()[-4000:]}"
        await crew.let_go(within_s=60)
        counts = {**trouble.counts, **{f"network_{kind}": hits for kind, hits in proxy.hits.items()}}
        size = watched.log.stat().st_size
    return Soak(machine(), seed, minutes, warm_up_s, counts, size, rests(samples), len(samples))


async def _sample(gauge: Gauge, seconds: float) -> list[Sample]:
    """A sample each second for so long."""
    samples: list[Sample] = []
    began = time.monotonic()
    while (at_s := time.monotonic() - began) < seconds:
        samples.append(await asyncio.to_thread(gauge.look, at_s))
        await asyncio.sleep(_SAMPLE_S)
    return samples


def main(words: Sequence[str] | None = None) -> int:
    """The table was printed; 1 if a gauge did not come to rest."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--warm-up-s", type=float, default=0, help="a short soak needs 200: calls are known for 180 s")
    parser.add_argument("--every-s", type=float, default=3, help="between two faults")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    given = parser.parse_args(words)
    found = asyncio.run(soak(given.minutes, given.warm_up_s, given.every_s, given.seed))
    print(f"soak of {given.minutes:g} min, seed {given.seed}")
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(found.counts.items())))
    print(table(found.rests))
    if given.json is not None:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    return int(not all(rest.kept for rest in found.rests))


if __name__ == "__main__":
    sys.exit(main())
