"""The app whose queues are filled: ten queues of one slot, none of which is ever worked."""

from __future__ import annotations

from msgspec import Struct

from engine import App, JobContext, Keep, Rate, UnrecoverableError, days

SLOT = "house"
FULL = "ingest_reviews"
"""The queue of which every job has its record."""
OTHERS = (
    "export_pdf",
    "notify_email",
    "notify_push",
    "reindex",
    "score_run",
    "send_digest",
    "sync_ads",
    "thumbs",
    "webhooks",
)


class Work(Struct, rename="camel"):
    """A payload as the load has it."""

    tenant_id: str
    connector_id: str
    since_date: str


def make_app(*names: str) -> App:
    """An app with these queues, each with a job `work`."""
    made = App(slot=SLOT)
    for name in names:
        queue = made.queue(
            name,
            concurrency=5,
            group_by="tenantId",
            rate=Rate(50),
            keep_completed=Keep(days(1)),
            keep_failed=Keep(days(30)),
        )
        queue.job(name="work", attempts=5)(_never)
    return made


async def _never(job: JobContext[None], payload: Work) -> None:
    raise UnrecoverableError("the load is looked at, not worked")


app = make_app(FULL, *OTHERS)
