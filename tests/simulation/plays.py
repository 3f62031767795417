"""The jobs of a schedule: each does what its payload names, for virtual seconds, and writes into the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct

from engine import App, Constant, Exponential, JobContext, Snooze, State, UnrecoverableError
from engine.errors import LeaseLost
from engine.registry import QueueOptions
from engine.types import Rate
from tests.simulation.ledger import Ledger, Sink
from tests.simulation.process import Process

Act = Literal["ok", "fail", "unrecoverable", "snooze", "save", "slow", "stubborn", "block", "hang", "exit"]
ATTEMPTS = {"play": 3, "hurried": 2}
TIMEOUT_S, GRACE_S = 2.0, 1.0
"""Of the hurried job."""
SLOT = "s"


class Play(Struct, frozen=True):
    """What a job does; `times` is how often it goes wrong before it succeeds."""

    act: Act = "ok"
    times: int = 0
    seconds: float = 0.0


class Played(Struct, frozen=True):
    """What a job answers."""

    fence: int


class Stage(Struct):
    """What the handlers of one process share."""

    process: Process
    ledger: Ledger
    sink: Sink


async def perform(job: JobContext[Stage], play: Play) -> Played:
    """The act that the payload names, with one effect at its end."""
    stage, key = job.resources, (job.queue, job.id)
    execution = stage.ledger.begin(stage.process, key, job.run, job.fence, job.attempt)
    stage.sink.claim(key, job.fence)
    try:
        await _ACTS[play.act](job, play)
    except (Exception, asyncio.CancelledError) as error:
        stage.ledger.end(execution, type(error).__name__)
        raise
    stage.sink.write(key, job.run, job.fence)
    stage.ledger.end(execution, "done")
    return Played(job.fence)


def job_of(play: Play) -> str:
    """The name of the job that plays it: the hurried one for those that shall reach their timeout."""
    return "hurried" if play.act in ("slow", "stubborn", "hang") else "play"


def expected_end(play: Play) -> tuple[State, int]:
    """How a run of it ends if nobody cancels it and no worker dies of it, and after how many attempts."""
    most = ATTEMPTS[job_of(play)]
    match play.act:
        case "fail":
            return (State.COMPLETED, play.times + 1) if play.times < most else (State.FAILED, most)
        case "unrecoverable":
            return State.FAILED, 1
        case "slow" | "stubborn":
            return State.FAILED, most
        case _:
            return State.COMPLETED, 1


def make_app(queues: dict[str, QueueOptions], shared: Rate | None) -> App:
    """An app with these queues, each with both jobs."""
    app = App(slot=SLOT, rate=shared)
    for name, options in queues.items():
        queue = app.queue(name, **{field: getattr(options, field) for field in options.__struct_fields__})
        queue.job(name="play", attempts=ATTEMPTS["play"], backoff=Exponential(base_s=0.5), timeout_s=120)(perform)
        queue.job(
            name="hurried",
            attempts=ATTEMPTS["hurried"],
            backoff=Constant(0.5),
            timeout_s=TIMEOUT_S,
            cancel_grace_s=GRACE_S,
        )(perform)
    return app


async def _sleep(_job: JobContext[Stage], play: Play) -> None:
    await asyncio.sleep(play.seconds)


async def _fail(job: JobContext[Stage], play: Play) -> None:
    await asyncio.sleep(play.seconds)
    if job.attempt <= play.times:
        raise ValueError("no")


async def _fail_for_good(_job: JobContext[Stage], play: Play) -> None:
    await asyncio.sleep(play.seconds)
    raise UnrecoverableError("never")


async def _snooze(job: JobContext[Stage], play: Play) -> None:
    if job.snoozed_s < play.times * play.seconds:
        raise Snooze(play.seconds)


async def _save(job: JobContext[Stage], play: Play) -> None:
    for n in range(play.times + 1):
        job.log(f"line {n}")
        job.progress("saving", n * 10)
        try:
            await job.checkpoint()
        except LeaseLost:
            # Not the play's own error: its settle is refused whatever it says.
            return
        await asyncio.sleep(play.seconds)


async def _ignore_cancel(_job: JobContext[Stage], play: Play) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + play.seconds
    while (left := ends - loop.time()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            continue


async def _block(job: JobContext[Stage], play: Play) -> None:
    if job.crashes < play.times:
        await job.resources.process.block(play.seconds)


async def _exit(job: JobContext[Stage], play: Play) -> None:
    await asyncio.sleep(play.seconds)
    if job.crashes < play.times:
        job.resources.process.die()
        await asyncio.get_running_loop().create_future()


_ACTS: dict[Act, Callable[[JobContext[Stage], Play], Awaitable[None]]] = {
    "ok": _sleep,
    "fail": _fail,
    "unrecoverable": _fail_for_good,
    "snooze": _snooze,
    "save": _save,
    "slow": _sleep,
    "stubborn": _ignore_cancel,
    "block": _block,
    "hang": _block,
    "exit": _exit,
}
