"""What the web application's operators ask for: a tenant's recent jobs, another try, an end, and room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from engine import Inspector, JobLine, SettingError, State

CancelAnswer = Literal["cancelled", "requested", "not_cancellable"]


async def get_recent_jobs(inspector: Inspector, queue: str, tenant_id: str, limit: int = 20) -> Sequence[JobLine]:
    """The tenant's newest jobs in any state, newest first; never one that is pruned. Raises UnknownQueue."""
    return await inspector.recent(queue, tenant_id, limit)


async def retry_job(inspector: Inspector, queue: str, job_id: str) -> bool:
    """The failed job waits again with all its attempts and the same payload; False if unknown or not failed.

    What its earlier attempts left stays in its trail. Raises UnknownQueue.
    """
    status = await inspector.show(queue, job_id)
    if status is None or status.state is not State.FAILED:
        return False
    return await inspector.requeue(queue, job_id) == "requeued"


async def cancel_job(inspector: Inspector, queue: str, job_id: str) -> CancelAnswer:
    """`cancelled` (it will not run), `requested` (its handler hears of it within a second) or `not_cancellable`.

    Raises UnknownQueue.
    """
    answer = await inspector.cancel(queue, job_id)
    return "not_cancellable" if answer == "unknown" else answer


async def clean_old_jobs(
    inspector: Inspector, queue: str, age: timedelta = timedelta(days=7)
) -> dict[Literal["completed", "failed", "cancelled"], int]:
    """Jobs that ended `age` ago or earlier are gone, with their trails; how many of each state.

    Raises UnknownQueue, or SettingError for an age that is no timedelta.
    """
    if not isinstance(age, timedelta):  # pyright: ignore[reportUnnecessaryIsInstance] - of callers without types
        raise SettingError(f"age must be a timedelta, as in timedelta(hours=24), not {age!r}")
    gone = await inspector.clean(queue, age.total_seconds())
    return {"completed": gone[State.COMPLETED], "failed": gone[State.FAILED], "cancelled": gone[State.CANCELLED]}
