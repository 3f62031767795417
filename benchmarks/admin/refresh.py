"""D1 to D3: what a refresh costs the server."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.admin.figure import Figure, quantile, spread
from benchmarks.admin.ground import Ground, Spent, cpu_s, metered, without_a_core
from benchmarks.admin.house import app, make_app
from benchmarks.admin.load import Size, fill
from engine import App, Settings, SystemClock, Viewer
from engine.streams import Store
from engine.streams.call import Arg
from engine.streams.connection import Connection, Hear, Lose, Open, connect_to

TIMES = 300
MANY = [f"many-{n:03d}" for n in range(200)]
MANY_PREFIX = "many"


async def measure(ground: Ground) -> list[Figure]:
    """The server's time and the round trips of a refresh, for ten queues and for 200."""
    ten = await _spent(ground, app, ground.settings, TIMES)
    fill(ground.client, Size(1_000, 200, 100), MANY, MANY_PREFIX)
    many_app = make_app(*MANY)
    many_settings = Settings(redis_url=ground.server.url, worker_id="bench", prefix=MANY_PREFIX)
    many = await _spent(ground, many_app, many_settings, TIMES // 5)
    share = await _share(ground)
    trips = [await _round_trips(app, ground.settings), await _round_trips(many_app, many_settings)]
    return [
        Figure(
            number="D1",
            what="server time of a refresh",
            measured=f"10 queues: {spread(_logged_ms(ten))}; 200 queues: {spread(_logged_ms(many))}; CPU of its thread "
            f"with the transport: p99 {quantile(_cpu_ms(ten), 0.99):.3g} and {quantile(_cpu_ms(many), 0.99):.3g} ms",
            gate="p99 <= 2 ms, 200 queues <= 15 ms",
            met=quantile(_logged_ms(ten), 0.99) <= 2 and quantile(_logged_ms(many), 0.99) <= 15,
            on=f"{ground.load}; 200 queues x 1,000 waiting; each command's time by the server's slow log",
            why=without_a_core(*ten, *many),
        ),
        Figure(
            number="D2",
            what="share of the server's core at one refresh a second",
            measured=f"{share:.2%}",
            gate="<= 0.5 %",
            met=share <= 0.005,
            on=f"CPU of the server's main thread over {TIMES} refreshes",
        ),
        Figure(
            number="D3",
            what="round trips of a refresh",
            measured=f"10 queues: {trips[0]}, 200 queues: {trips[1]}",
            gate="1, whatever the number of queues; a test",
            met=trips == [1, 1],
            on="times that something was sent and its replies were awaited",
        ),
    ]


async def _spent(ground: Ground, looked_at: App, settings: Settings, times: int) -> list[Spent]:
    """What the server spent on each refresh."""
    found: list[Spent] = []
    async with looked_at.inspect(settings) as eyes:
        await eyes.snapshot()
        for _ in range(times):
            with metered(ground.client) as spent:
                await eyes.snapshot()
            found.append(spent)
    return found


def _logged_ms(found: Sequence[Spent]) -> list[float]:
    return [spent.total_us / 1000 for spent in found]


def _cpu_ms(found: Sequence[Spent]) -> list[float]:
    return [spent.cpu_us / 1000 for spent in found]


async def _share(ground: Ground) -> float:
    async with app.inspect(ground.settings) as eyes:
        await eyes.snapshot()
        before = cpu_s(ground.client)
        for _ in range(TIMES):
            await eyes.snapshot()
        return (cpu_s(ground.client) - before) / TIMES


async def _round_trips(looked_at: App, settings: Settings) -> int:
    """The most of twenty refreshes."""
    sends = Sends()
    store = Store(settings.redis_url, connect=sends.connect)
    eyes = Viewer(looked_at.queues, store, settings.prefix, SystemClock())
    most = 0
    for n in range(21):
        before = sends.count
        await eyes.snapshot()
        most = max(most, sends.count - before) if n else 0  # the first one learns of workers and scripts
    await store.close()
    return most


class Sends:
    """Counts what is sent over connections: each time the replies are awaited, so it is a round trip."""

    def __init__(self) -> None:
        self.count = 0

    def connect(self, url: str, timeout_s: float) -> Open:
        """How connections are opened whose sends are counted."""
        opening = connect_to(url, timeout_s)

        async def counted(hear: Hear, lose: Lose) -> Connection:
            connection = await opening(hear, lose)
            send = connection.send

            def count(commands: Sequence[Sequence[Arg]]) -> None:
                self.count += 1
                send(commands)

            connection.send = count  # type: ignore[method-assign]
            return connection

        return counted
