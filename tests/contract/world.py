"""What a test of the contract needs of a world: hands, and somebody who makes jobs and works them."""

from __future__ import annotations

from typing import Any, Protocol, Unpack

from admin_tui.admin import Hands
from engine import Action, Chosen, JobDetail, JobLine, Listed, Matching, Operation, Plan
from engine.inspector import LimitSettings

QUEUE = "play"
OTHER = "other"
FRAME = 'File "/srv/app/reviews.py", line 12, in fetch\n    raise ValueError'


class Player(Protocol):
    """Makes and works the jobs of QUEUE, without a worker process; every call is a little later than the one before.

    All jobs have the name `work`, which the app does not know, unless they are put as `play`.
    """

    @property
    def hands(self) -> Hands:
        """The engine of this world."""
        ...

    def put(self, *ids: str, payload: str = "{}", delay_s: float = 0, tenant: str = "", name: str = "work") -> None:
        """These jobs wait, or are delayed."""
        ...

    def start(self, count: int = 1, consumer: str = "w1~1") -> list[str]:
        """The ids of the first jobs, which are active now."""
        ...

    def complete(self, job_id: str, result: str = "null") -> None:
        """The running job has completed."""
        ...

    def fail(self, job_id: str, message: str = "no", kind: str = "ValueError", stack: str = FRAME) -> None:
        """The running job has failed for good."""
        ...

    def retry(self, job_id: str, delay_s: float = 3600, message: str = "again") -> None:
        """The running job's attempt has failed, and another follows."""
        ...

    def log(self, job_id: str, text: str) -> None:
        """The running job has logged a line."""
        ...

    def configure(self, **settings: Unpack[LimitSettings]) -> None:
        """The app's own limits are these; only rate, burst and max_active."""
        ...

    def beat(self, label: str, queues: list[str], concurrency: dict[str, int]) -> None:
        """A worker tells of itself."""
        ...

    def expire(self, plan: Plan) -> None:
        """The plan's time is over."""
        ...

    def age(self, operation: Operation) -> None:
        """The time in which the operation can be undone is over."""
        ...


class World:
    """A player with what tests ask in a line."""

    def __init__(self, player: Player) -> None:
        self.player, self.hands = player, player.hands
        self.put, self.start, self.log, self.beat = player.put, player.start, player.log, player.beat

    def completed(self, *ids: str, result: str = "null", **put: Any) -> None:
        """These jobs have completed, in this order."""
        for job_id in ids:
            self.active(job_id, **put)
            self.player.complete(job_id, result)

    def failed(self, *ids: str, message: str = "no", kind: str = "ValueError", stack: str = FRAME, **put: Any) -> None:
        """These jobs have failed, in this order."""
        for job_id in ids:
            self.active(job_id, **put)
            self.player.fail(job_id, message, kind, stack)

    def active(self, *ids: str, **put: Any) -> None:
        """These jobs run; nothing else waits before them."""
        for job_id in ids:
            self.player.put(job_id, **put)
            assert self.player.start() == [job_id], "other jobs wait: put what must run before them"

    async def ids(self, listed: Listed, size: int = 100, **where: Any) -> list[str]:
        """The ids of a list's first rows."""
        return [row.id for row in (await self.hands.window(QUEUE, listed, size, **where)).rows]

    async def lines(self, listed: Listed) -> list[JobLine]:
        """A list's first rows."""
        return (await self.hands.window(QUEUE, listed, 100)).rows

    async def detail(self, job_id: str) -> JobDetail:
        """The job, which is there."""
        found = await self.hands.job(QUEUE, job_id)
        assert found is not None, f"{job_id} has no record"
        return found

    async def plan(self, action: Action, on: Chosen | Matching) -> Plan:
        """What the action would do."""
        return await self.hands.plan(QUEUE, action, on)

    async def done(self, plan: Plan, reason: str = "") -> Operation:
        """The plan's operation, carried out to its end."""
        operation = await self.hands.apply(plan, plan.will, reason)
        async for told in self.hands.carry_out(operation, per_s=1e6):
            operation = told
        return operation

    async def act(self, action: Action, listed: Listed, reason: str = "") -> Operation:
        """The action is done to all of a list."""
        return await self.done(await self.plan(action, Matching(listed)), reason)
