"""`python -m jobs.simulator`: serves a world until its owner goes away.

Prints one line, `listening on http://127.0.0.1:PORT`. Ends on SIGTERM or Ctrl-C, and when standard input
reaches its end: an owner keeps a pipe open there, which closes however the owner ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import threading
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from jobs.connectors.guard import allow_address_of
from jobs.simulator.connectors import connector_credentials, connector_settings
from jobs.simulator.generator import make_world
from jobs.simulator.server import Simulator

_STDIN = 0


def main() -> None:
    """The simulator has served and is gone."""
    options = _options()
    asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    world = make_world(
        seed=options.seed,
        as_of=options.as_of,
        locations=options.locations,
        businesses=options.businesses,
        reviews=options.reviews,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if not options.stay:
        # A thread, since no event loop can watch every kind of file.
        told = partial(_tell, loop, stop)
        threading.Thread(target=_wait_for_the_end_of_input, args=(told,), daemon=True).start()
    async with Simulator(world, port=options.port) as simulator:
        print(f"listening on {simulator.url}", flush=True)
        if options.write is not None:
            _write(options.write, simulator.url)
        await stop.wait()


def _write(directory: Path, url: str) -> None:
    """What `python -m jobs connectors add` takes for this simulator is in the directory; what workers need is told."""
    for source_type in ("GOOGLE", "HELLOPETER"):
        name = source_type.lower()
        (directory / f"{name}-settings.json").write_text(json.dumps(connector_settings(url, source_type)))
        (directory / f"{name}.json").write_text(json.dumps(connector_credentials(source_type)))
    for variable, value in allow_address_of(url).items():
        print(f"{variable}={value}", flush=True)


def _tell(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop.set)


def _wait_for_the_end_of_input(told: partial[None]) -> None:
    while os.read(_STDIN, 4096):
        pass
    told()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jobs.simulator", description="Simulated review sources.")
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 (default) takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="the same seed and day give the same reviews")
    parser.add_argument("--reviews", type=int, default=2500, help="at each of them (default 2500)")
    parser.add_argument("--locations", type=int, default=3, help="on Google: accounts/1/locations/1 and on (default 3)")
    parser.add_argument("--businesses", type=int, default=1, help="on Hellopeter: GET /control/locations (default 1)")
    today = datetime.now(UTC).date()
    parser.add_argument("--as-of", type=date.fromisoformat, default=today, help="reviews lie before this day (today)")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write settings and credentials for connectors there")
    parser.add_argument("--stay", action="store_true", help="go on when standard input ends")
    return parser.parse_args()


if __name__ == "__main__":
    main()
