"""An app with one job that fails until it is told not to, and one that sleeps: what an operator's hands are tried on.

`python -m engine run --app tests.support.till:app`; the environment names the file (TILL_TOLD) whose being there
tells the job.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from msgspec import Struct

from engine import App, Constant, JobContext, Keep, days

TOLD_VARIABLE = "TILL_TOLD"


class Bill(Struct, rename="camel"):
    """Whose bill, and what is written on it."""

    tenant_id: str = "t1"
    text: str = ""
    seconds: float = 0.0


app = App(slot="till")
till = app.queue("till", concurrency=20, group_by="tenantId", keep_completed=Keep(days(1)), sweep_s=0.5)
night = app.queue("night", concurrency=2, group_by="tenantId")


@till.job(attempts=2, backoff=Constant(0.05), timeout_s=60)
async def settle(job: JobContext[None], payload: Bill) -> str:
    """Fails until it is told."""
    job.log(f"settling for {payload.tenant_id}")
    await asyncio.sleep(payload.seconds)
    if not Path(os.environ[TOLD_VARIABLE]).exists():  # noqa: ASYNC240 - a file of the machine, looked at once
        raise ConnectionError(payload.text or "the bank does not answer")
    return "settled"


@till.job(attempts=1, timeout_s=60)
async def ring(job: JobContext[None], payload: Bill) -> str:
    """Does nothing, quickly: the load."""
    return payload.text


@night.job(attempts=1, timeout_s=600)
async def sleep(job: JobContext[None], payload: Bill) -> str:
    """Sleeps."""
    job.log("asleep")
    await asyncio.sleep(payload.seconds)
    return "awake"
