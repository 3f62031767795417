"""The peers: what installs each, how it is set up and which page says so, and what it does not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.sides.side import Ability, Program

FOLDER = Path(".data/peers")
"""Where `python -m benchmarks install` puts the peers' environments; nothing of theirs is committed."""
ROOT = Path(__file__).parents[2]
FAST_LOOP = ("uvloop==0.23.0", "hiredis==3.5.0")
"""What this project's own worker is installed with, and what makes asyncio peers faster too."""
UVLOOP = {"uvloop": True}


class Peer(Struct, frozen=True, kw_only=True):
    """A peer: what installs it, which driver runs it, and what it does not do."""

    name: str
    packages: tuple[str, ...]
    driver: str
    settings: str
    page: str
    """Where its documentation has these settings."""
    lacks: tuple[str, ...]
    node: bool = False
    options: dict[str, Any] = {}
    cannot: tuple[Ability, ...] = ()
    most_jobs: int = 0
    warm: int = 500
    outside: bool = False
    """Its worker is started by a command, as its documentation has it."""
    home: str = ""
    """Another peer's environment, if it is the same program with other settings."""

    @property
    def folder(self) -> Path:
        return (FOLDER / (self.home or self.name)).absolute()

    @property
    def program(self) -> Program | None:
        """How its driver is started; None if it is not installed."""
        if self.node:
            if not (self.folder / "node_modules").is_dir():
                return None
            command: tuple[str, ...] = ("node", str(ROOT / "benchmarks" / "drivers" / f"{self.driver}.mjs"))
        else:
            python = self.folder / "bin" / "python"
            if not python.exists():
                return None
            command = (str(python), "-m", f"benchmarks.drivers.{self.driver}")
        options = {**self.options, "settings": self.settings, "page": self.page}
        return Program(
            name=self.name,
            command=command,
            folder=self.folder,
            options=options,
            lacks=self.lacks,
            cannot=self.cannot,
            most_jobs=self.most_jobs,
            warm=self.warm,
            outside=self.outside,
        )


NODE_WARM = 5_000
"""Node compiles what runs often: a job costs it 250 µs at first, 130 after a thousand, and 55 to 60 after five."""
BULLMQ = ("bullmq@6.7.0", "ioredis@6.0.0")
PEERS = (
    Peer(
        name="bullmq",
        packages=BULLMQ,
        driver="bullmq_node",
        settings="attempts 3, custom job ids, its other defaults: results and all ended jobs are kept",
        page="docs.bullmq.io/guide/workers/concurrency",
        lacks=("no fencing: a late worker's result is refused by a lock of 30 s",),
        node=True,
        most_jobs=20_000,
        warm=NODE_WARM,
    ),
    Peer(
        name="bullmq-tuned",
        packages=BULLMQ,
        driver="bullmq_node",
        settings="as bullmq, with automatic pipelines of its client and bulks of 250 instead of 1,000",
        page="github.com/redis/ioredis#autopipelining",
        lacks=("as bullmq; its authors do not advise such pipelines, but they may be faster here",),
        node=True,
        home="bullmq",
        options={"redis": {"enableAutoPipelining": True}, "together": 250},
        cannot=("hold", "delay", "limit", "recover"),
        most_jobs=20_000,
        warm=NODE_WARM,
    ),
    Peer(
        name="bullmq-python",
        packages=("bullmq==3.4.4", *FAST_LOOP),
        driver="bullmq_python",
        settings="attempts 3, custom job ids, its other defaults: results and all ended jobs are kept; uvloop, hiredis",
        page="docs.bullmq.io/python/workers",
        lacks=(
            "no fencing: a late worker's result is refused by a lock of 30 s",
            "two round trips for a job: finishing and fetching are apart",
        ),
        options=UVLOOP,
        most_jobs=4_000,
    ),
    Peer(
        name="streaq",
        packages=("streaq==7.2.0", *FAST_LOOP),
        driver="streaq",
        settings="task ids, its defaults: results for 5 min, prefetch as its concurrency, pickle; uvloop, hiredis",
        page="streaq.readthedocs.io/en/latest/worker.html",
        lacks=(
            "no fencing: a late worker's result overwrites the newer one",
            "no list of failed jobs, no shared limit",
            "delayed jobs are looked for each 0.5 s",
            "what a stopped worker had fetched in advance waits for 60 s",
        ),
        options=UVLOOP,
        cannot=("limit",),
        most_jobs=4_000,
    ),
    Peer(
        name="saq",
        packages=("saq[redis,hiredis]==0.26.4", "typing_extensions==4.16.0", *FAST_LOOP),
        driver="saq",
        settings="retries 3, job keys, its other defaults: results for 10 min; uvloop, hiredis",
        page="saq-py.readthedocs.io/en/latest",
        lacks=(
            "no bulk enqueue: 1,000 at a time, of which its queue lets 20 through",
            "no fencing, no list of failed jobs, no shared limit",
            "delayed jobs are looked for each second",
            "a job that waits as its worker starts may run twice: it is swept as lost",
            "a killed worker's jobs wait for a timeout (10 s) that ends healthy ones too, and a sweep (60 s)",
        ),
        options=UVLOOP,
        cannot=("limit", "recover"),
        most_jobs=4_000,
    ),
    Peer(
        name="arq",
        packages=("arq==0.28.0", *FAST_LOOP),
        driver="arq",
        settings="job ids, poll delay 10 ms instead of 500 ms (faster), results for an hour; uvloop, hiredis",
        page="arq-docs.helpmanual.io/#arq.worker.Worker",
        lacks=(
            "no bulk enqueue: 1,000 at a time",
            "no fencing, no list of failed jobs, no shared limit",
            "a job is lost after a day in its queue",
            "a killed worker's jobs wait for 310 s by default",
        ),
        options={**UVLOOP, "poll_delay_s": 0.01},
        cannot=("limit", "recover"),
        most_jobs=3_000,
    ),
    Peer(
        name="taskiq",
        packages=("taskiq-redis==1.2.4", *FAST_LOOP),
        driver="taskiq_redis",
        settings="its stream broker, 100 prefetched (faster), results for 1,000 s, its retries; uvloop, hiredis",
        page="taskiq-python.github.io/guide/cli.html",
        lacks=(
            "no bulk enqueue: 1,000 at a time",
            "no dedupe, no status record, no list of jobs, no fencing, no shared limit",
            "no deletion: its stream keeps every message",
            "what a stopped or killed worker had fetched waits for 10 min",
            "no delay without a scheduler, which is another process",
        ),
        options={**UVLOOP, "prefetch": 100},
        cannot=("limit", "delay", "recover"),
        most_jobs=4_000,
    ),
    Peer(
        name="celery",
        packages=("celery[redis]==5.7.0", "hiredis==3.5.0"),
        driver="celery",
        outside=True,
        settings="threads, 10 at most (faster) for no-ops, results for a day; no gossip, mingle, heartbeat",
        page="docs.celeryq.dev/en/stable/userguide/concurrency/index.html",
        lacks=(
            "no bulk enqueue: one after the other",
            "acknowledged before the job runs: a crash loses it",
            "no dedupe, no list of jobs, no fencing, no shared limit",
            "no async handlers",
        ),
        options={"threads": 10},
        cannot=("limit", "recover"),
        most_jobs=3_000,
    ),
    Peer(
        name="dramatiq",
        packages=("dramatiq[redis]==2.2.1", "hiredis==3.5.0"),
        driver="dramatiq",
        outside=True,
        settings="one process, 8 threads (its default, faster) for no-ops, results for 10 min",
        page="dramatiq.io/guide.html",
        lacks=(
            "no bulk enqueue: one after the other",
            "no ids of one's own, no dedupe, no status record, no list of jobs, no fencing",
            "a killed worker's jobs wait for a minute, and then for one call in a thousand",
            "async handlers only by a thread with a loop beside its workers",
        ),
        options={"threads": 8},
        cannot=("limit", "recover"),
        most_jobs=4_000,
    ),
    Peer(
        name="rq",
        packages=("rq==3.0.0", "hiredis==3.5.0"),
        driver="rq",
        outside=True,
        settings="SimpleWorker, which does not fork (faster), job ids, results for 500 s, compressed payloads",
        page="python-rq.org/docs/workers",
        lacks=(
            "one job at a time in a process, whatever the concurrency",
            "payloads of one repeated letter, as here, shrink to nothing when compressed",
            "no fencing, no shared limit",
            "no delay without a scheduler, which is another process",
        ),
        cannot=("hold", "limit", "delay", "recover"),
        most_jobs=1_000,
    ),
)
