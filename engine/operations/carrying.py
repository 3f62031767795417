"""Operations, batch by batch: whoever drives one, each batch is counted once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from engine.clock import Clock
from engine.errors import SettingError
from engine.journal import tell
from engine.registry import Queue
from engine.streams import Keys, Store
from engine.streams.commands import Batch, Deed, advance, cancel, next_batch, promote, requeue, revert, trash
from engine.views import Operation

BATCH = 25
"""Jobs in one batch: so that no call keeps Redis from others for more than some milliseconds."""
_MOST_WAIT_S = 0.5
"""Between two batches of a pace: a driver that is silent for long is taken for dead."""
_BUSY_S = 0.05
"""Between two looks while somebody else has the turn."""
_TOLD: dict[Deed, str] = {
    "retry": "requeue",
    "unretry": "revert",
    "uncancel": "revert",
    "unpromote": "revert",
}
"""The verbs of deeds that are called otherwise."""


def check_pace(per_s: float) -> None:
    """SettingError unless it is 0 (as fast as it goes) or so much that a driver is heard of often enough."""
    if not (per_s == 0 or 1 <= per_s < float("inf")):
        raise SettingError(f"a pace must be 0 (as fast as it goes) or at least 1 job a second, not {per_s:g}")


class Carrier:
    """Carries operations of one queue, under one name as their driver."""

    def __init__(self, queue: Queue, keys: Keys, store: Store, clock: Clock, driver: str) -> None:
        self._ttl_s, self._keys, self._store, self._clock = queue.options.tenant_ttl_s, keys, store, clock
        self._driver = driver

    async def turn(self, operation_id: str = "", per_s: float | None = None) -> tuple[Batch, float]:
        """A batch of the operation is done and counted, if it is this driver's; and for how many seconds to wait.

        Without an id it is one whose driver has been silent for 5 s. The batch names the operation as it is now.
        """
        size = BATCH if not per_s else max(1, min(BATCH, int(per_s * _MOST_WAIT_S)))
        call = next_batch(self._keys, self._clock.now_us(), operation_id, self._driver, size, per_s)
        batch = await self._store.run(call)
        if batch.operation is None or batch.answer != "ok":
            return batch, 0.0
        changed = await self._do(batch)
        for (job_id, *_), done in zip(batch.jobs, changed, strict=True):
            if done:
                tell(_TOLD.get(batch.deed, batch.deed), self._keys.queue, job_id)
        counting = advance(self._keys, self._clock.now_us(), batch.operation.id, batch.cursor, changed)
        operation = await self._store.run(counting)
        return batch.now(operation), batch.looked / batch.per_s if batch.per_s else 0.0

    async def carry(self, operation_id: str, per_s: float) -> AsyncGenerator[Operation]:
        """The operation after each batch, to its end, whoever does them."""
        before, due_s = None, self._clock.monotonic_s()
        while True:
            batch, wait_s = await self.turn(operation_id, per_s)
            if batch.operation is None:
                return
            if batch.operation != before:
                yield batch.operation
            before = batch.operation
            if batch.operation.state != "running":
                return
            due_s = max(due_s, self._clock.monotonic_s() - _MOST_WAIT_S) + wait_s
            await asyncio.sleep(_BUSY_S if batch.answer == "busy" else max(0.0, due_s - self._clock.monotonic_s()))

    async def _do(self, batch: Batch) -> Sequence[bool]:
        """Whether each job of the batch is so now; sent again it answers the same."""
        keys, clock_us, runs = self._keys, self._clock.now_us(), batch.runs
        if not runs:
            return []
        match batch.deed:
            case "retry":
                requeued = await self._store.run(requeue(keys, clock_us, self._ttl_s, runs))
                return [one.answer == "ok" for one in requeued]
            case "promote":
                promoted = await self._store.run(promote(keys, clock_us, runs))
                return [one.answer == "ok" for one in promoted]
            case "cancel":
                calls = [self._store.submit(cancel(keys, clock_us, *job)) for job in batch.jobs]
                return [answer in {"cancelled", "requested"} for answer in await asyncio.gather(*calls)]
            case "trash" | "restore" | "delete":
                return [one == "ok" for one in await self._store.run(trash(keys, clock_us, batch.deed, runs))]
            case "unretry":
                return [one == "ok" for one in await self._store.run(revert(keys, clock_us, "requeue", runs))]
            case "uncancel":
                return [one == "ok" for one in await self._store.run(revert(keys, clock_us, "cancel", runs))]
            case "unpromote":
                return [one == "ok" for one in await self._store.run(revert(keys, clock_us, "promote", runs))]
