"""The two worlds that every test of the contract runs in."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from engine.streams import SyncStore
from tests.contract.fake_world import FakePlayer
from tests.contract.real_world import RealPlayer, make_app, settings
from tests.contract.world import World
from tests.support.loops import one_loop

anyio_backend = one_loop


@pytest.fixture(scope="session", autouse=True)
def server(redis_url: str) -> str:
    """The shared server runs before the first test begins, and is none that it has left behind."""
    return redis_url


@pytest.fixture(params=["fake", "real"])
async def world(request: pytest.FixtureRequest, server: str) -> AsyncGenerator[World]:
    """The fake, or the engine on a real server."""
    if request.param == "fake":
        yield World(FakePlayer())
        return
    prefix: str = request.getfixturevalue("prefix")
    app, store = make_app(), SyncStore(server)
    try:
        async with app.inspect(settings(server, prefix)) as hands:
            yield World(RealPlayer(app, store, prefix, hands))
    finally:
        store.close()
