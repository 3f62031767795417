"""Celery: a client in the driver, and its worker as `celery worker` starts it."""

from __future__ import annotations

from typing import Any

from benchmarks.drivers.base import Driver, FailedOnPurpose, Load, job_id, run
from benchmarks.drivers.outside import Inside, Outside, inside
from benchmarks.drivers.peer import about, package, places, send_all_here
from benchmarks.drivers.tally import Tally


def _app(url: str) -> Any:
    app = package("celery").Celery("bench", broker=url, backend=url)
    app.conf.update(task_default_queue="bench", broker_connection_retry_on_startup=True)
    return app


def working(told: Inside) -> Any:
    """The application with its task, as the worker loads it."""
    app = _app(told.url)

    def noop(payload: dict[str, Any]) -> str:
        return told.handler.run_here(payload)

    retries = {"autoretry_for": (FailedOnPurpose,), "max_retries": 2, "default_retry_delay": 0.01}
    app.task(name="noop", **retries)(noop)

    def ready(**signal: object) -> None:
        told.ready()

    package("celery.signals").worker_ready.connect(ready, weak=False)
    return app


class Celery(Driver):
    """It has no bulk API that sends together: a bulk is single enqueues by one producer."""

    async def open(self, url: str, options: dict[str, Any], tally: Tally) -> dict[str, str]:
        self._options, self._outside = options, Outside(url, options, tally)
        self._app = _app(url)
        return about("Celery", "celery", options)

    async def enqueue(self, load: Load) -> None:
        countdown = load.delay_ms / 1000 if load.delay_ms else None

        def send(payload: dict[str, Any]) -> None:
            self._app.send_task("noop", (payload,), task_id=job_id(payload), countdown=countdown)

        send_all_here(load, send)

    async def work(self, concurrency: int) -> None:
        lone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        count = str(places(concurrency, self._options))
        pool = ("--pool", self._options.get("pool", "threads"), "--concurrency", count)
        worker = ("worker", "--loglevel", "WARNING", *pool, *lone)
        self._outside.start(("-m", "celery", "-A", "benchmarks.drivers.celery:app", *worker))

    async def stop(self) -> None:
        self._outside.stop()

    async def close(self) -> None:
        await self.stop()
        self._app.close()


if __name__ == "__main__":
    run(Celery())
elif told := inside():
    app = working(told)
