"""The invented system: ten queues, how busy each is, and who works them."""

from __future__ import annotations

from msgspec import Struct

from admin_tui.demo.queue import Settings
from admin_tui.demo.record import Trouble
from admin_tui.demo.words import NO_PERIOD, NO_TENANT, ODD, REFUSED, TIMEOUT
from engine import Listed


class Kind(Struct, frozen=True, kw_only=True):
    """A queue of the system: `come_per_s` jobs come, each takes about `takes_s`, a share of them goes wrong.

    `deep` are jobs that are there from the beginning, made when looked at; `failed` those of each trouble that have
    failed before.
    """

    name: str
    come_per_s: float
    takes_s: float
    wrong: float = 0.0
    trouble: Trouble = ODD
    concurrency: int = 4
    rate: float | None = None
    paused: bool = False
    attempts: int = 5
    timeout_s: float = 60
    waiting: int = 0
    delayed: int = 0
    oldest_s: int = 2_460
    deep: dict[Listed, int] = {}
    failed: tuple[tuple[Trouble, int], ...] = ()
    failed_s: tuple[int, int] = (7_200, 200)
    """Those failed from so many seconds ago until so many."""

    @property
    def settings(self) -> Settings:
        return Settings(
            concurrency=self.concurrency, rate=self.rate, burst=None, names={self.name: (self.attempts, self.timeout_s)}
        )


SYSTEM = (
    Kind(
        name="ingest_reviews",
        come_per_s=12,
        takes_s=0.25,
        wrong=0.06,
        trouble=TIMEOUT,
        rate=10,
        deep={"waiting": 118_000, "delayed": 20_000},
        failed=((TIMEOUT, 95), (NO_TENANT, 8)),
    ),
    Kind(
        name="score_run",
        come_per_s=0.02,
        takes_s=20,
        concurrency=2,
        paused=True,
        attempts=3,
        oldest_s=21_600,
        deep={"waiting": 12_400},
        failed=((NO_PERIOD, 4),),
    ),
    Kind(
        name="sync_ads",
        come_per_s=1.2,
        takes_s=2,
        attempts=3,
        oldest_s=7_140,
        deep={"waiting": 8_800},
        failed=((REFUSED, 911),),
        failed_s=(7_600, 7_150),
    ),
    Kind(name="export_pdf", come_per_s=4, takes_s=1.2, concurrency=4, waiting=300, delayed=3),
    Kind(name="notify_email", come_per_s=8, takes_s=0.2, wrong=0.01, concurrency=16, deep={"completed": 1_000_000}),
    Kind(name="notify_push", come_per_s=0, takes_s=0.1, concurrency=16),
    Kind(name="thumbs", come_per_s=1, takes_s=1.5, wrong=0.05, concurrency=8, timeout_s=30),
    Kind(name="reindex_search", come_per_s=0.3, takes_s=8, concurrency=3, delayed=12, timeout_s=600),
    Kind(name="import_csv", come_per_s=0.1, takes_s=25, wrong=0.2, concurrency=2, timeout_s=900),
    Kind(name="purge_cache", come_per_s=0.5, takes_s=0.05, concurrency=1),
)
"""In the order in which an app would declare them."""

WORKERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ops-w1", ("ingest_reviews",)),
    ("ops-w2", ("score_run",)),
    ("ops-w3", ("export_pdf", "thumbs")),
    ("ops-w4", ("notify_email", "notify_push")),
    ("ops-w5", ("reindex_search", "import_csv")),
    ("ops-w6", ("thumbs", "purge_cache")),
    ("ops-w9a", ("sync_ads",)),
    ("ops-w9b", ("sync_ads",)),
)
"""Each with its queues; the last two are lost."""
LOST = frozenset({"ops-w9a", "ops-w9b"})
