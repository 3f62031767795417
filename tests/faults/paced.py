"""The app of the limiter's row: jobs of no work in two queues of one slot; each start is in the ledger.

Workers run it as `python -m engine run --app tests.faults.paced:app`; the environment names the ledger's file.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from engine import App, Constant, JobContext, Keep, Rate, days
from tests.support.apps import LEDGER_VARIABLE
from tests.support.ledger import Ledger

APP = "tests.faults.paced:app"
LEFT, RIGHT = "left", "right"
QUEUES = (LEFT, RIGHT)
CONFIGURED = Rate(10, burst=1)
"""The rate of the queue `left`, unless another is set at run time."""
LEASE_S, SWEEP_S = 2.0, 0.5
_CONCURRENCY = 4


class Beat(Struct, frozen=True):
    """How often the job fails before it completes: each attempt is a start."""

    fails: int = 0


@asynccontextmanager
async def open_ledger() -> AsyncGenerator[Ledger]:
    """The ledger that the environment names."""
    ledger = Ledger(Path(os.environ[LEDGER_VARIABLE]))
    try:
        yield ledger
    finally:
        ledger.close()


async def beat(job: JobContext[Ledger], payload: Beat) -> None:
    """The start is in the ledger."""
    job.resources.write("start", job.id, job.fence, job.attempt)
    if job.attempt <= payload.fails:
        raise ValueError("again")


app = App(slot="paced", lifespan=open_ledger)
for _name, _rate in ((LEFT, CONFIGURED), (RIGHT, None)):
    app.queue(
        _name,
        rate=_rate,
        concurrency=_CONCURRENCY,
        lease_s=LEASE_S,
        sweep_s=SWEEP_S,
        keep_completed=Keep(days(1)),
        keep_failed=Keep(days(1)),
    ).job(name="beat", attempts=3, backoff=Constant(0.05))(beat)
