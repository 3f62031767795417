"""Goes on with operations whose driver has fallen silent, so that none depends on the terminal that began it."""

from __future__ import annotations

from engine.clock import Clock
from engine.line import Line
from engine.operations import Carrier
from engine.streams import Store


class Continuer:
    """Carries one queue's operations that nobody else does; any number of workers may try."""

    def __init__(self, line: Line, store: Store, clock: Clock, consumer: str) -> None:
        self._line = line
        self._carrier = Carrier(line.queue, line.keys, store, clock, consumer)
        self._operation_id, self._wait_s = "", 0.0

    def interval_s(self) -> float:
        """Seconds to the next turn: by the operation's pace, or else the queue's interval of sweeps."""
        return self._wait_s if self._operation_id else self._line.sweep_ms / 1000

    async def once(self) -> None:
        """A batch is done of the operation that this worker has begun to carry, or of one that is silent, if any."""
        batch, self._wait_s = await self._carrier.turn(self._operation_id)
        goes_on = batch.answer == "ok" and batch.operation is not None and batch.operation.state == "running"
        self._operation_id = batch.operation.id if goes_on and batch.operation is not None else ""
