"""An app whose jobs end in every way that a payload names, and write each execution down outside Redis.

Real workers run it as `python -m engine run --app tests.support.apps:app`; the environment gives them the ledger's
path (PLAY_LEDGER) and the settings of its queues as JSON (PLAY_QUEUE).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Literal, Unpack

import msgspec
from msgspec import Struct

from engine import App, Constant, Exponential, JobContext, Queue, Snooze, StartRefused, UnrecoverableError
from engine.registry import QueueSettings
from tests.support.ledger import Ledger

LEDGER_VARIABLE = "PLAY_LEDGER"
QUEUE_VARIABLE = "PLAY_QUEUE"
START_VARIABLE = "PLAY_START"
"""`slow` makes the app's start take long, `refuse` makes it refuse."""
EXIT_STATUS = 9
WAITS = Exponential(base_s=0.2)
ATTEMPTS = 4

Ending = Literal[
    "ok", "fail", "unrecoverable", "snooze", "sleep", "stubborn", "block", "exit", "big", "notes", "wait", "odd", "save"
]


class Play(Struct, frozen=True, rename="camel"):
    """What a job does; `times` is how often it goes wrong before it succeeds, or the size of a big result."""

    do: Ending = "ok"
    times: int = 1
    seconds: float = 0
    text: str = ""
    tenant_id: str = "t1"


class Played(Struct, frozen=True, rename="camel"):
    """What a job answers."""

    fence: int
    attempt: int
    text: str = ""


class Scene(Struct):
    """What the handlers share: where they write, the gate that `wait` waits for, and how many run at once."""

    ledger: Ledger
    gate: asyncio.Event
    running: int = 0
    most: int = 0


class OddError(BaseException):
    """No Exception: as what some libraries end a task with."""


async def play(job: JobContext[Scene], payload: Play) -> Played:
    """The ending that the payload names."""
    scene = job.resources
    scene.ledger.write("start", job.id, job.fence, job.attempt)
    scene.running += 1
    scene.most = max(scene.most, scene.running)
    try:
        await _ACTS[payload.do](job, payload)
    except asyncio.CancelledError:
        scene.ledger.write("told", job.id, job.fence, job.attempt)
        raise
    finally:
        scene.running -= 1
    scene.ledger.write("end", job.id, job.fence, job.attempt)
    return Played(job.fence, job.attempt, "x" * payload.times if payload.do == "big" else payload.text)


async def _fail(job: JobContext[Scene], payload: Play) -> None:
    if job.attempt <= payload.times:
        raise ValueError(payload.text or f"no, attempt {job.attempt}")


async def _fail_for_good(_job: JobContext[Scene], _payload: Play) -> None:
    raise UnrecoverableError("there is no way")


async def _snooze(job: JobContext[Scene], payload: Play) -> None:
    if job.snoozed_s < payload.times * payload.seconds:
        raise Snooze(payload.seconds, "later")


async def _sleep(_job: JobContext[Scene], payload: Play) -> None:
    await asyncio.sleep(payload.seconds)


async def _ignore_cancel(job: JobContext[Scene], payload: Play) -> None:
    ends = time.monotonic() + payload.seconds
    told = False
    while (left := ends - time.monotonic()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            if not told:
                job.resources.ledger.write("told", job.id, job.fence, job.attempt)
            told = True


async def _block(job: JobContext[Scene], payload: Play) -> None:
    if job.crashes < payload.times:
        time.sleep(payload.seconds)  # noqa: ASYNC251 - it blocks the loop on purpose


async def _exit(job: JobContext[Scene], payload: Play) -> None:
    if job.crashes < payload.times:
        os._exit(EXIT_STATUS)


async def _leave_notes(job: JobContext[Scene], payload: Play) -> None:
    job.log(f"first {payload.text}")
    job.progress("half", 50, processed=1, total=2)
    await job.checkpoint()
    job.log(f"second {payload.text}")
    job.progress("whole", 100, processed=2, total=2)


async def _wait(job: JobContext[Scene], _payload: Play) -> None:
    job.log("waiting at the gate")
    await job.resources.gate.wait()


async def _save(job: JobContext[Scene], payload: Play) -> None:
    """Leaves checkpoints one after the other."""
    ends = time.monotonic() + payload.seconds
    while time.monotonic() < ends:
        await job.checkpoint()
        await asyncio.sleep(0.01)


async def _end_oddly(_job: JobContext[Scene], _payload: Play) -> None:
    raise OddError("not an Exception")


_ACTS: dict[Ending, Callable[[JobContext[Scene], Play], Awaitable[None]]] = {
    "ok": _sleep,
    "sleep": _sleep,
    "big": _sleep,
    "fail": _fail,
    "unrecoverable": _fail_for_good,
    "snooze": _snooze,
    "stubborn": _ignore_cancel,
    "block": _block,
    "exit": _exit,
    "notes": _leave_notes,
    "wait": _wait,
    "odd": _end_oddly,
    "save": _save,
}


def add_jobs(queue: Queue) -> None:
    """The queue has the jobs of this module: one play under three policies."""
    queue.job(name="play", attempts=ATTEMPTS, backoff=WAITS, timeout_s=60)(play)
    queue.job(name="hurried", attempts=2, backoff=Constant(0.1), timeout_s=0.4, cancel_grace_s=0.4)(play)
    queue.job(name="once", attempts=1, timeout_s=60)(play)


def make_app(
    lifespan: Callable[[], AbstractAsyncContextManager[Scene]],
    *queues: str,
    slot: str | None = None,
    **settings: Unpack[QueueSettings],
) -> App:
    """An app with these queues (default: one, `play`), all with the same settings and jobs."""
    made = App(slot=slot, lifespan=lifespan)
    for name in queues or ("play",):
        add_jobs(made.queue(name, **settings))
    return made


@asynccontextmanager
async def _from_environment() -> AsyncGenerator[Scene]:
    match os.environ.get(START_VARIABLE):
        case "refuse":
            raise StartRefused("the stage is not built: type make stage")
        case "slow" | "stuck" as how:
            print("starting slowly", flush=True)  # noqa: T201 - the test reads it
            await asyncio.sleep(1 if how == "slow" else 3_600)
        case _:
            pass
    ledger = Ledger(Path(os.environ[LEDGER_VARIABLE]))
    try:
        yield Scene(ledger, asyncio.Event())
    finally:
        ledger.close()


def _settings() -> QueueSettings:
    return msgspec.json.decode(os.environ.get(QUEUE_VARIABLE, "{}"), type=QueueSettings)


app = make_app(_from_environment, "play", "other", slot="play", **_settings())
