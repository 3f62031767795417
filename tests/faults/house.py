"""Where a row of faults runs: its own Redis, its book, a producer, worker processes, and the drain at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Unpack

from msgspec import Struct

from engine import App, Client, EnqueueUnknown, Inspector, Keep, Settings, Spec, days
from engine.embedded import EmbeddedValkey
from engine.registry import QueueSettings
from engine.streams import Keys, SyncStore
from engine.streams.commands.repair import Mark
from engine.streams.reads import audit
from tests.faults.book import Asked, Book, open_book
from tests.faults.evidence import Evidence, Fault, Final
from tests.faults.plan import Plan
from tests.faults.play import APP, BOOK_VARIABLE, QUEUE, Do, Part, make_app
from tests.support.servers import scratch
from tests.support.wait import eventually
from tests.support.workers import Theatre, open_theatre

LEASE_S, SWEEP_S = 2.0, 0.5
RECOVERY_S = LEASE_S + SWEEP_S + 1.0
"""The promise: after this long a job whose worker has died runs again."""
_BATCH = 200
_AUDIT_BATCH = 100


class Task(Struct, frozen=True):
    """A job to be put."""

    id: str
    part: Part
    delay_s: float = 0.0


class House:
    """The servers of one row, and what is known of its jobs."""

    def __init__(self, valkey: EmbeddedValkey, theatre: Theatre, book: Book, app: App) -> None:
        self.valkey, self.theatre, self.book, self.app = valkey, theatre, book, app
        self.keys = Keys(theatre.prefix, QUEUE, QUEUE)
        self.store = SyncStore(theatre.url)
        self.faults: list[Fault] = []
        self.refused_settles = 0

    def meet(self, client: Client, inspector: Inspector) -> None:
        """Who enqueues, and who looks; a row may give the producer another client."""
        self.client, self.inspector = client, inspector

    @property
    def max_crashes(self) -> int:
        return self.app.queues[QUEUE].options.max_crashes

    async def put(self, part: Part, *ids: str, delay_s: float = 0.0, job: str = "part") -> None:
        """Equal jobs are in the book as asked, enqueued, and in the book as acknowledged if they were."""
        await self.put_all([Task(each, part, delay_s) for each in ids], job)

    async def put_all(self, tasks: Sequence[Task], job: str = "part") -> None:
        """As `put` for jobs that differ."""
        for start in range(0, len(tasks), _BATCH):
            batch = tasks[start : start + _BATCH]
            await self.book.ask([Asked(task.id, task.part.do, round(task.delay_s * 1000)) for task in batch])
            specs = [Spec(task.part, task.id, task.delay_s) for task in batch]
            try:
                tickets = await self.client.enqueue_many(self.app.queues[QUEUE].find(job), specs)
            except EnqueueUnknown:
                continue
            await self.book.acknowledge(tickets)

    def held_by(self, label: str) -> dict[str, int]:
        """The deliveries that Redis believes to be in the process of this label, which is dead or stands still.

        What the process had sent is done: Redis reads all that has arrived before it answers the first of the calls.
        """
        self.store.command("PING")
        return self.held(f" {label}~")

    def held(self, by: str = "") -> dict[str, int]:
        """The deliveries that Redis believes to be running, or those whose holding has this text."""
        flat = [word.decode() for word in self.store.command("HGETALL", self.keys.active)]
        holdings = zip(flat[::2], flat[1::2], strict=True)
        return {job: int(holding.split()[0]) for job, holding in holdings if by in holding}

    async def have_ended(self, ids: Sequence[str]) -> bool:
        """Whether each of these jobs has ended."""
        found = await asyncio.gather(*(self.inspector.show(QUEUE, each) for each in ids))
        return all(status is not None and status.state.ended for status in found)

    async def until_all_ended(self, ids: Sequence[str], *, within_s: float = 60.0) -> None:
        """Each of these jobs has ended; AssertionError if not in time."""
        await eventually(lambda: self.have_ended(ids), within_s=within_s, every_s=0.05)

    async def nothing_left(self) -> bool:
        """Whether every job that is stored has ended."""
        counts = await self.inspector.counts(QUEUE)
        return counts.waiting + counts.delayed + counts.active == 0

    async def until_ended(self, count: int, *, within_s: float = 60.0) -> None:
        """So many jobs have ended; AssertionError if not in time."""

        async def there() -> bool:
            counts = await self.inspector.counts(QUEUE)
            return counts.completed + counts.failed + counts.cancelled >= count

        await eventually(there, within_s=within_s, every_s=0.03)

    async def until_room(self, ahead: int, *, within_s: float = 60.0) -> None:
        """Fewer jobs than this have yet to end; AssertionError if not in time."""

        async def there() -> bool:
            counts = await self.inspector.counts(QUEUE)
            return counts.waiting + counts.delayed + counts.active < ahead

        await eventually(there, within_s=within_s, every_s=0.03)

    async def drain(self, *, within_s: float) -> bool:
        """Whether every job that is stored has ended in time."""
        try:
            return await eventually(self.nothing_left, within_s=within_s, every_s=0.1)
        except AssertionError:
            return False

    async def evidence(self, *unruly: Do) -> Evidence:
        """What is known of every job, once no worker runs any more."""
        ids = self._stored_ids()
        return Evidence(
            asked=await self.book.asked(),
            acknowledged=await self.book.acknowledged(),
            finals=await self._finals(ids),
            executions=self.theatre.ledger.read(),
            effects=await self.book.effects(),
            faults=self.faults,
            refused_settles=self.refused_settles,
            misplaced=self.misplaced(ids),
            leftovers=self._leftovers(),
            max_crashes=self.max_crashes,
            unruly=frozenset(unruly),
        )

    def _stored_ids(self) -> list[str]:
        found: list[str] = []
        cursor = b"0"
        while True:
            cursor, page = self.store.command("SCAN", cursor, "MATCH", f"{self.keys.job}*", "COUNT", 1000)
            found += [key.decode().removeprefix(self.keys.job) for key in page]
            if cursor == b"0":
                return list(dict.fromkeys(found))

    async def _finals(self, ids: Sequence[str]) -> dict[str, Final]:
        finals: dict[str, Final] = {}
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            for status in await asyncio.gather(*(self.inspector.show(QUEUE, each) for each in batch)):
                assert status is not None, "a record that was listed is gone"
                fence = status.returnvalue["fence"] if status.returnvalue else None
                finals[status.id] = Final(status.state, status.run, status.attempts_made, status.crashes, fence)
        return finals

    def misplaced(self, ids: Sequence[str]) -> int:
        """How many of these jobs have a record that disagrees with the places that name jobs, by the doctor's audit."""
        odd = 0
        for start in range(0, len(ids), _AUDIT_BATCH):
            odd += len(self.store.run(audit(self.keys, [Mark(i.encode()) for i in ids[start : start + _AUDIT_BATCH]])))
        return odd

    def _leftovers(self) -> int:
        streams = (self.keys.again, self.keys.ready, self.keys.suspect, self.keys.bad)
        left = sum(self.store.command("XLEN", stream) for stream in streams)
        return int(left + self.store.command("HLEN", self.keys.active) + self.store.command("ZCARD", self.keys.delayed))


@asynccontextmanager
async def open_house(
    plan: Plan, valkey_settings: Mapping[str, str] | None = None, /, **queue: Unpack[QueueSettings]
) -> AsyncGenerator[House]:
    """A house whose queue has short leases and these settings; nothing of it is left afterwards."""
    settings: QueueSettings = {
        "lease_s": LEASE_S,
        "sweep_s": SWEEP_S,
        "concurrency": 4,
        "keep_completed": Keep(days(1)),
        **queue,
    }
    app = make_app(settings)
    with (
        scratch() as directory,
        EmbeddedValkey(directory / "valkey", settings=valkey_settings) as valkey,
        open_theatre(valkey.url, plan.row.lower(), directory, settings) as theatre,
    ):
        async with open_book(plan.postgres_url) as book:
            theatre.env |= {"ENGINE_APP": APP, BOOK_VARIABLE: book.url}
            told = Settings(redis_url=valkey.url, prefix=theatre.prefix)
            async with app.connect(told) as client, app.inspect(told) as inspector:
                house = House(valkey, theatre, book, app)
                house.meet(client, inspector)
                try:
                    yield house
                finally:
                    house.store.close()
