"""What `engine.testing` gives to the tests of apps, used as they would."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine import App, JobContext, Settings, State
from engine.testing import Bench, drain
from tests.support.stage import Plain

app = App()
counting = app.queue("counting")
more = app.queue("more")


@counting.job(attempts=1)
async def double(job: JobContext[None], payload: int) -> int:
    """Twice the number."""
    return payload * 2


@more.job()
async def triple(job: JobContext[None], payload: int) -> int:
    """Thrice the number."""
    return payload * 3


@pytest.fixture(scope="module")
def used(engine_redis_url: str) -> Iterator[list[str]]:
    """The prefixes that tests had; at the end nothing is left of them."""
    prefixes: list[str] = []
    yield prefixes
    with Plain(engine_redis_url) as store:
        assert [key for prefix in prefixes for key in store.command("KEYS", f"{prefix}:*")] == []


def test_a_bench_runs_what_was_put(engine_bench: Callable[[App], Bench]) -> None:
    """Put, drain, look; again and again, all queues or some."""
    bench = engine_bench(app)
    first = bench.client.enqueue(double, 2)
    second = bench.client.enqueue(triple, 2, delay_s=0.05)
    bench.drain(["counting"])
    assert bench.client.result(first) == 4
    status = bench.client.status("more", second.id)
    assert status is not None
    assert status.state is State.DELAYED
    bench.drain()
    assert bench.client.result(second) == 6
    bench.drain()


@pytest.mark.anyio
async def test_settings_serve_async_tests(engine_settings: Settings) -> None:
    """A client, a worker and an inspector meet on the keys that the settings name."""
    async with app.connect(engine_settings) as client, app.inspect(engine_settings) as inspector:
        ticket = await client.enqueue(double, 3)
        await drain(app, settings=engine_settings)
        assert await client.result(ticket) == 6
        assert (await inspector.counts("counting")).completed == 1


@pytest.mark.parametrize("time", [1, 2])
def test_each_test_has_keys_of_its_own(engine_settings: Settings, used: list[str], time: int) -> None:
    """Nothing is there that another test has left; `used` looks afterwards whether this one did."""
    assert engine_settings.prefix not in used
    used.append(engine_settings.prefix)
    with app.sync_client(engine_settings) as client:
        assert client.enqueue(double, time, job_id="same").created
