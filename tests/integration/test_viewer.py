"""What an operator's eyes see of a real server: in how many round trips, and with which rights."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import Matching, SettingError, Settings, State, StoreMisused
from engine.embedded import EmbeddedValkey
from engine.streams import SyncStore
from engine.views import Listed
from tests.support.apps import Play
from tests.support.stage import Plain, Stage, open_stage

pytestmark = pytest.mark.anyio

LISTS: list[Listed] = ["waiting", "delayed", "active", "completed", "failed", "cancelled", "trash"]
READS = ("+@read", "+eval_ro", "+evalsha_ro", "+time", "+select")


def calls(store: SyncStore) -> dict[str, int]:
    """How often each command has been called."""
    text: bytes = store.command("INFO", "commandstats")
    lines = [line.partition(":") for line in text.decode().splitlines() if line.startswith("cmdstat_")]
    return {name.removeprefix("cmdstat_"): int(rest.split(",")[0].removeprefix("calls=")) for name, _, rest in lines}


async def fill(stage: Stage) -> None:
    """Jobs that wait, are delayed, and have failed."""
    await stage.start()
    await stage.ended(await stage.put(Play("unrecoverable", text="password=hunter2"), "f"))
    await stage.stop()
    await stage.put_many(3, Play())
    await stage.put(Play(), "d", delay_s=60)


async def test_a_snapshot_is_one_script_for_each_slot(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """However many queues a slot has; the worker that was seen before costs no second round trip."""
    url = own_valkey(appendonly=False).url
    async with open_stage(url, "own", "play", "other", slot="both") as stage:
        await stage.start()
        first = await stage.inspector.snapshot()
        await stage.stop()
        store = SyncStore(url)
        before = calls(store)
        second = await stage.inspector.snapshot()
        after = calls(store)
        store.close()
        assert [queue.name for queue in second.queues] == ["play", "other"]
        assert (len(first.workers), len(second.workers)) == (1, 0)
        assert after.get("evalsha_ro", 0) + after.get("eval_ro", 0) - before.get("evalsha_ro", 0) == 1 + before.get(
            "eval_ro", 0
        )
        assert after["zrevrange"] - before["zrevrange"] == 1


async def test_minutes_that_are_over_are_asked_once(redis_url: str, prefix: str) -> None:
    """Each snapshot has them all the same."""
    async with open_stage(redis_url, prefix) as stage:
        await fill(stage)
        first, second = [await stage.inspector.snapshot(30) for _ in range(2)]
        counted = [[minute for minute in each.queues[0].minutes if minute is not None] for each in (first, second)]
        assert len(first.queues[0].minutes) == 30
        assert sum(minute.failed for minute in counted[0]) == sum(minute.failed for minute in counted[1]) == 1
        few = await stage.inspector.snapshot(1)
        assert len(few.queues[0].minutes) == 1
        with pytest.raises(SettingError, match="minutes must be between 1 and 250, not 0"):
            await stage.inspector.snapshot(0)


async def test_all_can_be_seen_with_rights_to_read_alone(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """And no more: the same user may change nothing; what it may not ask the server, it does not see."""
    server = own_valkey(appendonly=False)
    admin = SyncStore(server.url)
    async with open_stage(server.url, "own") as stage:
        await fill(stage)
        admin.command("ACL", "SETUSER", "eyes", "on", ">pw", "%R~own:*", *READS)
        url = server.url.replace("unix://", "unix://eyes:pw@")
        async with stage.app.inspect(Settings(redis_url=url, prefix="own")) as eyes:
            snapshot = await eyes.snapshot()
            assert snapshot.server is None
            assert snapshot.queues[0].counts.waiting == 3
            for listed in LISTS:
                await eyes.window("play", listed, 10)
                await eyes.search("play", Matching(listed, "data~x data.a:1 worker:w"))
            assert (await eyes.list("play", State.WAITING)).jobs
            detail = await eyes.job("play", "f")
            assert detail is not None
            assert detail.redacted >= 1
            assert (await eyes.explain("play", "j1")).verdict
            assert (await eyes.groups("play"))[0].jobs == 1
            assert (await eyes.waiters("play")).looked == 3
            assert (await eyes.log("play", "f")).entries
            assert await eyes.recent("play", "t1") == []
            assert await eyes.stats("play")
            assert (await eyes.audit()).entries == []
            with pytest.raises(StoreMisused):
                await eyes.pause("play")
        admin.command("ACL", "SETUSER", "eyes", "+info")
        async with stage.app.inspect(Settings(redis_url=url, prefix="own")) as eyes:
            server_view = (await eyes.snapshot()).server
            assert server_view is not None
            assert server_view.version.startswith(("Redis ", "Valkey "))
            assert (server_view.persistence, server_view.max_memory > 0) == ("none", True)
    admin.close()


async def test_a_worker_that_is_junk_costs_itself(redis_url: str, prefix: str) -> None:
    """The others are listed beside it."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.start()
        store = SyncStore(redis_url)
        store.command("ZADD", f"{prefix}:workers", 9_000_000_000_000, "junk", 9_000_000_000_000, "odd")
        store.command("SET", f"{prefix}:worker:junk", "hostile")
        store.command("HSET", f"{prefix}:worker:odd", "label", "x")
        for _ in range(2):
            assert [worker.label for worker in (await stage.inspector.snapshot()).workers] == ["here"]
        assert len(await stage.inspector.workers()) == 1
        store.command("DEL", f"{prefix}:worker:junk", f"{prefix}:worker:odd")
        store.close()


async def test_the_place_in_the_line_is_told(redis_url: str, prefix: str) -> None:
    """Of a waiting job, about how many are before it; the verdict is what `why` says."""
    async with open_stage(redis_url, prefix) as stage:
        await stage.put_many(4, Play())
        for n, ahead in ((0, 0), (3, 3)):
            found = await stage.inspector.explain("play", f"j{n}")
            assert found.checks[-1].text == f"about {ahead} wait before it"
            assert found.verdict == await stage.inspector.why("play", f"j{n}")
        assert (await stage.inspector.explain("play")).verdict == await stage.inspector.why("play")


@pytest.mark.parametrize("rank", [None, 0])
async def test_a_window_passes_over_ids_without_a_record(redis_url: str, prefix: str, rank: int | None) -> None:
    """However many of them another producer left at its beginning: the row behind their pages is shown."""
    async with open_stage(redis_url, prefix) as stage:
        await fill(stage)
        later_ms = await stage.inspector.now_ms() + 60_000
        bare = [word for n in range(45) for word in (later_ms + n, f"bare-{n}")]
        with Plain(redis_url) as store:
            store.command("ZADD", stage.keys().failed, *bare)
        window = await stage.inspector.window("play", "failed", 10, rank=rank)
        assert [row.id for row in window.rows] == ["f"]
        assert (window.total, window.below) == (46, "")
