"""Pick'd's two jobs: `ingest_reviews` fetches reviews, `score_run` scores them. `app` is what a worker runs.

Names are loaded when first used, so that the launcher and the simulator start without the jobs' libraries.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.app import app, ingest_reviews, score_run
    from jobs.enqueue import enqueue_ingest_reviews, enqueue_score_run, get_job_status
    from jobs.payloads import IngestResult, IngestReviews, ScoreResult, ScoreRun

__all__ = [
    "IngestResult",
    "IngestReviews",
    "ScoreResult",
    "ScoreRun",
    "app",
    "enqueue_ingest_reviews",
    "enqueue_score_run",
    "get_job_status",
    "ingest_reviews",
    "score_run",
]

_HOMES = {
    "jobs.app": ("app", "ingest_reviews", "score_run"),
    "jobs.enqueue": ("enqueue_ingest_reviews", "enqueue_score_run", "get_job_status"),
    "jobs.payloads": ("IngestResult", "IngestReviews", "ScoreResult", "ScoreRun"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'jobs' has no attribute {name!r}")
    return getattr(import_module(home), name)
