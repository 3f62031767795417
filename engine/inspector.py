"""The operator's hands: what changes jobs and queues. The command line uses nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict, Unpack

from engine.errors import SettingError
from engine.journal import tell
from engine.streams.commands import (
    MAX_BATCH,
    PRUNED,
    Requeued,
    cancel,
    number,
    pause,
    promote,
    prune,
    requeue,
    set_limits,
)
from engine.types import CancelAnswer, JobLine, Keep, Rate, State
from engine.viewer import Viewer

RequeueAnswer = Literal["requeued", "not_failed", "unknown"]
PromoteAnswer = Literal["promoted", "not_delayed", "unknown"]


class LimitSettings(TypedDict, total=False):
    """What can be set at run time; None takes back what was set."""

    rate: float | None
    burst: int | None
    max_active: int | None
    concurrency: int | None
    shared_rate: float | None
    shared_burst: int | None


_WHOLE = ("burst", "max_active", "concurrency", "shared_burst")
LIMITS = tuple(LimitSettings.__annotations__)


class Inspector(Viewer):
    """Reads and operates an app's queues; made by `App.inspect`."""

    async def requeue(self, queue: str, job_id: str) -> RequeueAnswer:
        """The failed or cancelled job waits again as a new run, with all its attempts and its earlier trail."""
        status = await self.show(queue, job_id)
        if status is None:
            return "unknown"
        [answer] = await self._requeue(queue, [(job_id, status.run)])
        return {"ok": "requeued", "not": "not_failed", "unknown": "unknown"}[answer.answer]  # type: ignore[return-value]

    async def requeue_many(self, queue: str, jobs: Sequence[JobLine]) -> int:
        """Those of the listed runs that are still failed or cancelled wait again; how many do."""
        answers: list[Requeued] = []
        for i in range(0, len(jobs), MAX_BATCH):
            answers += await self._requeue(queue, [(job.id, job.run) for job in jobs[i : i + MAX_BATCH]])
        return sum(answer.answer == "ok" for answer in answers)

    async def _requeue(self, queue: str, runs: Sequence[tuple[str, int]]) -> Sequence[Requeued]:
        ttl_s = self._find(queue).options.tenant_ttl_s
        answers = await self._store.run(requeue(self._keys(queue), self._clock.now_us(), ttl_s, runs))
        for (job_id, _), answer in zip(runs, answers, strict=True):
            if answer.answer == "ok":
                tell("requeue", queue, job_id)
        return answers

    async def promote(self, queue: str, job_id: str) -> PromoteAnswer:
        """The delayed job waits no longer for its time."""
        status = await self.show(queue, job_id)
        if status is None:
            return "unknown"
        if status.state is not State.DELAYED:
            return "not_delayed"
        call = promote(self._keys(queue), self._clock.now_us(), [(job_id, status.run)])
        [answer] = await self._store.run(call)
        if answer.answer == "ok":
            tell("promote", queue, job_id)
        return {"ok": "promoted", "not": "not_delayed", "unknown": "unknown"}[answer.answer]  # type: ignore[return-value]

    async def cancel(self, queue: str, job_id: str) -> CancelAnswer:
        """`cancelled`, `requested` (it runs: it is told), `not_cancellable` (it ended) or `unknown`."""
        status = await self.show(queue, job_id)
        if status is None:
            return "unknown"
        answer = await self._store.run(cancel(self._keys(queue), self._clock.now_us(), job_id, status.run))
        if answer == "cancelled":
            tell("cancel", queue, job_id)
        return answer

    async def clean(self, queue: str, age_s: float, states: Sequence[State] = PRUNED) -> dict[State, int]:
        """Jobs of these ended states that ended longer than `age_s` ago are gone, record and trail; how many of each.

        Works in batches, so that no call holds up the server.
        """
        if not 0 <= age_s < 10**10:
            raise SettingError(f"the age must be 0 s or more and finite, not {age_s}")
        live = [state for state in states if state not in PRUNED]
        if live:
            raise SettingError(f"only ended jobs can be cleaned, not {live[0]}: choose {', '.join(PRUNED)}")
        total = dict.fromkeys(states, 0)
        keep = {state: Keep(age_s) for state in states}
        while True:
            pruned = (await self._store.run(prune(self._keys(queue), self._clock.now_us(), keep))).ended
            for state in total:
                total[state] += pruned[state]
            if max(pruned.values()) < MAX_BATCH:
                return total

    async def pause(self, queue: str) -> bool:
        """Nothing of the queue is acquired any more; what runs goes on. True if it was not paused."""
        changed = await self._store.run(pause(self._keys(queue), paused=True))
        if changed:
            tell("pause", queue)
        return changed

    async def resume(self, queue: str) -> bool:
        """The queue is acquired again; True if it was paused."""
        changed = await self._store.run(pause(self._keys(queue), paused=False))
        if changed:
            tell("resume", queue)
        return changed

    async def set_limits(self, queue: str, **settings: Unpack[LimitSettings]) -> bool:
        """These limits hold from now on, over the configured ones and also for workers that start later.

        The shared ones hold for all queues of the slot. None takes back what was set. A rate brings its burst with it,
        unless one is given beside it: a tenth of a second's worth, at least 1. True if something changed.
        """
        texts = {name: _text(name, value) for name, value in _with_bursts(settings).items()}
        own = {name: text for name, text in texts.items() if not name.startswith("shared_")}
        shared = {name: text for name, text in texts.items() if name.startswith("shared_")}
        slot = self._find(queue).slot
        changed = False
        for name, other in self._queues.items():
            values = {**shared, **own} if name == queue else shared if other.slot == slot else {}
            if values:
                changed = await self._store.run(set_limits(self._keys(name), values)) or changed
        return changed

    async def reset_limits(self, queue: str) -> bool:
        """The configured limits hold again; True if others had been set."""
        return await self.set_limits(queue, **LimitSettings(**dict.fromkeys(LIMITS)))  # type: ignore[typeddict-item]


def _with_bursts(settings: LimitSettings) -> dict[str, object]:
    """The settings with the burst of each rate: the configured burst is that of the configured rate."""
    found: dict[str, object] = dict(settings)
    for rate, burst in (("rate", "burst"), ("shared_rate", "shared_burst")):
        if rate in found and burst not in found:
            value = found[rate]
            _text(rate, value)
            found[burst] = Rate(value).burst_size if isinstance(value, int | float) else None
    return found


def _text(name: str, value: object) -> str:
    if name not in LIMITS:
        raise SettingError(f"no limit {name!r}; the limits: {', '.join(LIMITS)}")
    if value is None:
        return ""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 10**9:
        raise SettingError(f"{name} must be above 0 and finite, not {value!r}; to stop the queue, pause it")
    if name in _WHOLE and value != int(value):
        raise SettingError(f"{name} must be a whole number, not {value!r}")
    return number(int(value) if name in _WHOLE else float(value))
