from __future__ import annotations

import pytest

from benchmarks.admin.refresh import Sends
from engine import App, JobContext, Spec, SystemClock, Viewer
from engine.config import Settings
from engine.streams import Store
from tests.support.apps import Play

pytestmark = pytest.mark.anyio


async def never(job: JobContext[None], payload: Play) -> None:
    """Is not run."""


@pytest.mark.parametrize("queues", [1, 40])
async def test_a_refresh_is_one_round_trip_whatever_the_number_of_queues(
    redis_url: str, prefix: str, queues: int
) -> None:
    """D3: counts, limits, minutes, workers and the server of one slot are asked for and answered at once."""
    app = App(slot="one")
    jobs = [app.queue(f"q{n}").job(name="play")(never) for n in range(queues)]
    settings = Settings(redis_url=redis_url, prefix=prefix)
    async with app.connect(settings) as client:
        for job in jobs:
            await client.enqueue_many(job, [Spec(Play()) for _ in range(3)])
    sends = Sends()
    store = Store(redis_url, connect=sends.connect)
    eyes = Viewer(app.queues, store, prefix, SystemClock())
    await eyes.snapshot()
    before = sends.count
    snapshot = await eyes.snapshot()
    await store.close()
    assert sends.count - before == 1
    assert [queue.counts.waiting for queue in snapshot.queues] == [3] * queues
