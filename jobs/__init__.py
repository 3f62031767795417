"""Pick'd's two jobs: `ingest_reviews` fetches reviews, `score_run` scores them. `app` is what a worker runs."""

from jobs.extras import explain

try:
    from jobs.app import app, ingest_reviews, score_run
    from jobs.enqueue import enqueue_ingest_reviews, enqueue_score_run, get_job_status
    from jobs.manage import cancel_job, clean_old_jobs, get_recent_jobs, retry_job
    from jobs.payloads import IngestResult, IngestReviews, ScoreResult, ScoreRun
except ModuleNotFoundError as error:
    explain(error)
    raise

__all__ = [
    "IngestResult",
    "IngestReviews",
    "ScoreResult",
    "ScoreRun",
    "app",
    "cancel_job",
    "clean_old_jobs",
    "enqueue_ingest_reviews",
    "enqueue_score_run",
    "get_job_status",
    "get_recent_jobs",
    "ingest_reviews",
    "retry_job",
    "score_run",
]
