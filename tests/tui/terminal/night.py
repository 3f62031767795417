"""A night at work: a real worker, a producer that keeps it busy, and what Redis says of a job."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from benchmarks.terminal import Terminal
from engine import JobStatus, Settings, Spec, State
from engine.streams import Keys, SyncStore
from engine.streams.reads import show
from tests.support.till import TOLD_VARIABLE, Bill, app, night, ring, settle, sleep, till
from tests.support.wait import eventually_sync
from tests.support.workers import open_theatre
from tests.tui.terminal.program import APP, open_admin

EVERY_S = 0.05
AT_ONCE = 10


class Night:
    """What a test does to the system, and how it looks from outside."""

    def __init__(self, url: str, prefix: str, told: Path) -> None:
        self.url, self.prefix = url, prefix
        self.settings = Settings(redis_url=url, prefix=prefix)
        self.store = SyncStore(url)
        self._told = told

    def tell(self) -> None:
        """From now on bills are settled."""
        self._told.touch()

    def enqueue_bills(self, *ids: str, text: str = "the bank does not answer") -> None:
        """Jobs that fail until they are told."""
        with app.sync_client(self.settings) as client:
            client.enqueue_many(settle, [Spec(Bill(tenant_id="acme", text=text), job_id=job_id) for job_id in ids])

    def enqueue_sleepers(self, *ids: str, seconds: float = 300) -> None:
        """Jobs that sleep."""
        with app.sync_client(self.settings) as client:
            client.enqueue_many(sleep, [Spec(Bill(seconds=seconds), job_id=job_id) for job_id in ids])

    def status(self, job_id: str, queue: str = till.name) -> JobStatus:
        """What Redis has of the job."""
        found = self.store.run(show(self.keys(queue), job_id))
        assert found is not None
        return found

    def await_state(self, state: State, *ids: str, queue: str = till.name, within_s: float = 20) -> None:
        """Redis has these jobs in this state."""
        eventually_sync(lambda: all(self.status(each, queue).state is state for each in ids), within_s=within_s)

    def keys(self, queue: str = till.name) -> Keys:
        """The keys of a queue."""
        return Keys(self.prefix, app.queues[queue].slot, queue)

    def open(self, *words: str, columns: int = 100, rows: int = 30) -> Terminal:
        """The program, at its overview."""
        terminal = open_admin(self.url, self.prefix, *words, columns=columns, rows=rows)
        try:
            terminal.wait_text(till.name, night.name)
        except BaseException:
            terminal.close()
            raise
        return terminal


@contextmanager
def open_night(url: str, prefix: str, directory: Path) -> Generator[Night]:
    """The worker runs and is busy meanwhile."""
    told, stop = directory / "told", threading.Event()
    found = Night(url, prefix, told)
    with open_theatre(url, prefix, directory) as theatre:
        variables = {"ENGINE_APP": APP, TOLD_VARIABLE: str(told)}
        with theatre.worker(variables=variables):
            producer = threading.Thread(target=_keep_busy, args=(found.settings, stop), name="producer")
            producer.start()
            try:
                yield found
            finally:
                stop.set()
                producer.join()
                found.store.close()


def _keep_busy(settings: Settings, stop: threading.Event) -> None:
    with app.sync_client(settings) as client:
        while not stop.wait(EVERY_S):
            client.enqueue_many(ring, [Spec(Bill(text="ring"), job_id=f"ring-{uuid4().hex}") for _ in range(AT_ONCE)])
