"""Carries operations out, tells how far they are, and knows what can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from admin_tui.actions.targets import All, Jobs
from admin_tui.admin import Hands
from engine import Action, Operation, Plan


class Carrier:
    """One session's operations: those under way, and the last one that can be undone.

    Every call is awaited to its end; who no longer wants the answer drops it.
    """

    def __init__(self, hands: Hands, tell: Callable[[Operation], None]) -> None:
        self._hands, self._tell, self._closing = hands, tell, False
        self.under_way: dict[str, Operation] = {}
        self.last: Operation | None = None

    async def plan(self, action: Action, target: Jobs | All) -> Plan:
        """What the action would do to the target as it was shown."""
        return await self._hands.plan(target.queue, action, target.on)

    async def undo(self, operation: Operation) -> Plan:
        """What taking the operation back would do."""
        return await self._hands.undo(operation)

    async def carry(self, plan: Plan, reason: str = "") -> Operation:
        """The plan was carried out, or stopped, or is left to the workers; tells of each batch."""
        now = await self._hands.apply(plan, plan.will, reason)
        self.last = now
        self._keep(now)
        try:
            async with aclosing(self._hands.carry_out(now)) as batches:
                async for now in batches:
                    self._keep(now)
                    if self._closing:
                        break
        finally:
            self.under_way.pop(now.id, None)
        return now

    async def stop(self, operation: Operation) -> Operation:
        """No further batch of it is begun."""
        stopped = await self._hands.stop(operation)
        self._keep(stopped)
        return stopped

    def close(self) -> None:
        """What is under way is left to the workers after its present batch."""
        self._closing = True

    def _keep(self, operation: Operation) -> None:
        if operation.state == "running":
            self.under_way[operation.id] = operation
        else:
            self.under_way.pop(operation.id, None)
        if self.last is None or self.last.id == operation.id:
            self.last = operation
        self._tell(operation)
