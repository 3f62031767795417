"""A truth run from its beginning to its end: syncs in trouble and without, edits between them, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from engine import Client, Enqueued, Inspector, Settings
from jobs import app, enqueue_ingest_reviews
from jobs.connectors.addresses import ALLOW_VARIABLE
from jobs.connectors.files import FOLDER_VARIABLE
from jobs.credentials import KEY_VARIABLE, Vault, new_key
from jobs.database import Connection, connect
from jobs.demo import processes
from jobs.payloads import IngestResult
from jobs.simulator import Simulator, make_world
from jobs.simulator.server import utc_now
from tests.evidence.truth.chronicle import Chronicle
from tests.evidence.truth.edits import change, change_all
from tests.evidence.truth.exports import write_file, write_files
from tests.evidence.truth.lines import BUSINESSES, LINES, LOCATIONS, TENANTS, Line, create_lines
from tests.evidence.truth.tables import differences, likeness_differences, read_tables, row_versions, unrest
from tests.evidence.truth.trouble import Weather, faults

QUEUE = "ingest_reviews"
AS_OF = date(2026, 10, 31)
_LOOK_S = 0.02


class Servers(Struct, frozen=True, kw_only=True):
    """Where a run works: a server under a prefix, a migrated database without rows, and a directory."""

    redis_url: str
    prefix: str
    database_url: str
    directory: Path


class Scale(Struct, frozen=True, kw_only=True):
    """How large a run is, and how bad its weather."""

    reviews: int
    seed: int
    weather: Weather
    """Of the first sync; later ones have nothing long."""
    edits: int
    """Of each kind at each location, between two syncs."""
    compared: int
    """Reviews of each tenant whose likeness is computed afresh."""
    limit_s: float


class Figures(Struct, kw_only=True):
    """What a run came to."""

    differences: list[str] = []
    met: Counter[str] = msgspec.field(default_factory=Counter)
    verbs: Counter[str] = msgspec.field(default_factory=Counter)
    runs: int = 0
    fetched: int = 0
    syncing_s: float = 0.0
    standing: int = 0
    removed: int = 0
    copies: int = 0
    earlier: int = 0
    skipped: int = 0


def run(servers: Servers, scale: Scale) -> Figures:
    """The whole course with a real worker process; TimeoutError if it takes longer than its limit."""
    folder, key = servers.directory / "files", new_key()
    folder.mkdir()
    worker = {
        "REDIS_URL": servers.redis_url,
        "ENGINE_PREFIX": servers.prefix,
        "DATABASE_URL": servers.database_url,
        FOLDER_VARIABLE: str(folder),
        KEY_VARIABLE: key,
        ALLOW_VARIABLE: "127.0.0.1",
        "LOG_FORMAT": "text",
        "LOG_LEVEL": "info",
    }
    with processes.worker(servers.directory, worker):
        return asyncio.run(_walk(servers, scale, folder, Vault.read({KEY_VARIABLE: key})))


async def _walk(servers: Servers, scale: Scale, folder: Path, vault: Vault) -> Figures:
    async with asyncio.timeout(scale.limit_s), _open(servers, scale, folder, vault) as course:
        await course.troubled("first", scale.weather, full=True)
        await course.quiet("second")
        course.edit()
        await course.troubled("third", Weather(often=scale.weather.often, long=False), full=False)
        course.edit()
        await course.quiet("fourth")
        await course.compare()
        await course.unchanged("fifth")
        return await course.end()


@asynccontextmanager
async def _open(servers: Servers, scale: Scale, folder: Path, vault: Vault) -> AsyncGenerator[Course]:
    each = -(-scale.reviews // len(LINES))
    world = Chronicle.of(
        make_world(seed=scale.seed, as_of=AS_OF, locations=LOCATIONS, businesses=BUSINESSES, reviews=each)
    )
    settings = Settings(redis_url=servers.redis_url, prefix=servers.prefix)
    async with (
        Simulator(world) as simulator,
        connect(servers.database_url) as connection,
        app.connect(settings) as client,
        app.inspect(settings) as inspector,
    ):
        await create_lines(connection, simulator.url, vault)
        yield Course(Stage(world, simulator, folder, connection, client, inspector), scale)


class Stage(Struct, frozen=True):
    """What a course works with."""

    world: Chronicle
    simulator: Simulator
    folder: Path
    connection: Connection
    client: Client
    inspector: Inspector


class Course:
    """The steps of a run; what is found wrong is kept in its figures."""

    def __init__(self, stage: Stage, scale: Scale) -> None:
        self._stage = stage
        self._scale = scale
        self._random = Random(f"{scale.seed}:course")
        self._figures = Figures()
        write_files(stage.world, stage.folder)

    async def troubled(self, name: str, weather: Weather, *, full: bool) -> None:
        """Everything was synced while much went wrong, listings moved and files were replaced."""
        stage = self._stage
        for fault in faults(stage.world, weather, self._random):
            stage.simulator.faults.add(fault)
        await self._sync(name, full=full, meanwhile=True)
        stage.simulator.faults.clear()
        write_files(stage.world, stage.folder)

    async def quiet(self, name: str) -> dict[str, IngestResult]:
        """Everything was synced in full, nothing changed meanwhile, and each run met each review once."""
        results = await self._sync(name, full=True)
        self._stage.world.seen()
        for line in LINES:
            result, there = results[line.id], len(self._stage.world.truth(line.location))
            if (result.success, result.reviews_fetched, result.error_count) != (True, there, 0):
                self._wrong([f"{line.id}: the quiet sync {name} says {result}; {there} reviews are there"])
        self._wrong(await unrest(self._stage.connection))
        return results

    def edit(self) -> None:
        """Guests and owners have changed something everywhere, and the files are exported anew."""
        change_all(self._stage.world, self._scale.edits, utc_now(), self._random)
        write_files(self._stage.world, self._stage.folder)

    async def compare(self) -> None:
        """The tables were compared with the truth."""
        tables = await read_tables(self._stage.connection)
        self._wrong(differences(self._stage.world, tables))
        for tenant in TENANTS:
            self._wrong(likeness_differences(tables, tenant, self._scale.compared, self._random))
        figures = self._figures
        figures.standing, figures.removed = len(tables.rows) - tables.removed, tables.removed
        figures.copies, figures.earlier = tables.copies, tables.earlier

    async def unchanged(self, name: str) -> None:
        """Another full sync was made, and whether it wrote a row is known."""
        before = await row_versions(self._stage.connection)
        results = await self.quiet(name)
        after = await row_versions(self._stage.connection)
        if before != after:
            self._wrong([f"a second full sync wrote {len(after - before)} row versions"])
        for line_id, result in results.items():
            if result.reviews_skipped != result.reviews_fetched or result.reviews_removed:
                self._wrong([f"{line_id}: a second full sync says {result}"])
        self._figures.skipped = sum(result.reviews_skipped for result in results.values())

    async def end(self) -> Figures:
        """The figures, now whole."""
        figures = self._figures
        figures.met = Counter({f"{kind}": count for kind, count in self._stage.simulator.faults.met.items()})
        for minute in await self._stage.inspector.stats(QUEUE, 60):
            figures.verbs.update(minute.counts)
        return figures

    async def _sync(self, name: str, *, full: bool, meanwhile: bool = False) -> dict[str, IngestResult]:
        client, began = self._stage.client, time.monotonic()
        tickets = {
            line: await enqueue_ingest_reviews(client, line.tenant, line.id, force_full_sync=full, date_key=name)
            for line in LINES
        }
        waits = [client.result(ticket, timeout_s=self._scale.limit_s) for ticket in tickets.values()]
        _, *answers = await asyncio.gather(self._replace_files(tickets if meanwhile else {}), *waits)
        results = [msgspec.convert(answer, IngestResult) for answer in answers]
        self._figures.syncing_s += time.monotonic() - began
        self._figures.runs += len(results)
        self._figures.fetched += sum(result.reviews_fetched for result in results)
        return {line.id: result for line, result in zip(tickets, results, strict=True)}

    async def _replace_files(self, tickets: dict[Line, Enqueued]) -> None:
        """Each file is another one once some of it has been read."""
        world, folder = self._stage.world, self._stage.folder
        left = {line: ticket for line, ticket in tickets.items() if line.file is not None}
        while left:
            for line in [line for line, ticket in left.items() if await self._begun(ticket)]:
                change(world, [line.location], 1, utc_now(), self._random)
                write_file(world, line, folder)
                del left[line]
            await asyncio.sleep(_LOOK_S)

    async def _begun(self, ticket: Enqueued) -> bool:
        """Whether the job has stored a page, or has ended."""
        status = await self._stage.client.status(ticket.queue, ticket.id)
        return status is not None and (status.state.ended or any("page 1:" in line for line in status.logs))

    def _wrong(self, found: Iterable[str]) -> None:
        self._figures.differences.extend(found)
