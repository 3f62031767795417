"""Dramatiq: a client in the driver, and its worker as `dramatiq` starts it."""

from __future__ import annotations

from typing import Any

from benchmarks.drivers.base import Driver, Load, run
from benchmarks.drivers.outside import Inside, Outside, inside
from benchmarks.drivers.peer import about, package, places, send_all_here
from benchmarks.drivers.tally import Tally


def _broker(url: str) -> Any:
    broker = package("dramatiq.brokers.redis").RedisBroker(url=url)
    backend = package("dramatiq.results.backends").RedisBackend(url=url)
    broker.add_middleware(package("dramatiq.results").Results(backend=backend))
    package("dramatiq").set_broker(broker)
    return broker


def _actor(function: Any) -> Any:
    options = {"queue_name": "bench", "max_retries": 2, "min_backoff": 10, "max_backoff": 20, "store_results": True}
    return package("dramatiq").actor(function, actor_name="noop", **options)


def working(told: Inside) -> Any:
    """The broker with its actor, as the worker loads it."""
    broker = _broker(told.url)
    _actor(told.handler.run_here)

    class Ready(package("dramatiq").Middleware):  # type: ignore[misc]  # the peer is not installed where this is checked
        def after_worker_boot(self, broker: Any, worker: Any) -> None:
            told.ready()

    broker.add_middleware(Ready())
    return broker


class Dramatiq(Driver):
    """It has no bulk API for Redis, and ids of its own: a bulk is single enqueues by one client."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._options, self._outside = options, Outside(url, options, tally)
        self._broker = _broker(url)

        def noop(payload: dict[str, Any]) -> None:
            raise NotImplementedError  # the worker's process has the real one

        self._noop = _actor(noop)
        return about("Dramatiq", "dramatiq", options)

    async def enqueue(self, load: Load) -> None:
        send_all_here(load, lambda payload: self._noop.send_with_options(args=(payload,), delay=load.delay_ms or None))

    async def work(self, concurrency: int) -> None:
        one = ("--processes", "1", "--threads", str(places(concurrency, self._options)))
        self._outside.start(("-m", "dramatiq", "benchmarks.drivers.dramatiq:broker", *one))

    async def stop(self) -> None:
        self._outside.stop()

    async def close(self) -> None:
        await self.stop()
        self._broker.close()


if __name__ == "__main__":
    run(Dramatiq())
elif told := inside():
    broker = working(told)
