"""Carries operations out, tells how far they are, and knows what can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from admin_tui.actions.targets import All, Jobs
from admin_tui.admin import Hands
from engine import Action, Operation, Plan


class Carrier:
    """One session's operations under way, by id, the newest last.

    Every call is awaited to its end; who no longer wants the answer drops it.
    """

    def __init__(self, hands: Hands, tell: Callable[[Operation], None]) -> None:
        self._hands, self._tell, self._closing = hands, tell, False
        self.under_way: dict[str, Operation] = {}

    async def plan(self, action: Action, target: Jobs | All) -> Plan:
        """What the action would do to the target as it was shown."""
        return await self._hands.plan(target.queue, action, target.on)

    async def undo(self, operation: Operation) -> Plan:
        """What taking the operation back would do, as it is by now."""
        newest = await self._hands.operation(operation.queue, operation.id)
        return await self._hands.undo(newest if newest is not None else operation)

    async def apply(self, plan: Plan, reason: str) -> Operation:
        """The plan is an operation, which nobody carries out yet."""
        return self._keep(await self._hands.apply(plan, plan.will, reason))

    async def carry(self, operation: Operation) -> Operation:
        """The operation is done or stopped, or is left to the workers; tells of each batch."""
        try:
            async with aclosing(self._hands.carry_out(operation)) as batches:
                async for now in batches:
                    operation = self._keep(now)
                    if self._closing:
                        break
        finally:
            self.under_way.pop(operation.id, None)
        return operation

    async def stop(self, operation: Operation) -> Operation:
        """No further batch of it is begun."""
        return self._keep(await self._hands.stop(operation))

    def close(self) -> None:
        """What is under way is left to the workers after its present batch."""
        self._closing = True

    def _keep(self, operation: Operation) -> Operation:
        if operation.state == "running":
            self.under_way[operation.id] = operation
        else:
            self.under_way.pop(operation.id, None)
        self._tell(operation)
        return operation
