"""The app whose workers the faults hit: each job makes one effect at the fenced sink, or ends its process.

Workers run it as `python -m engine run --app tests.faults.play:app`; the environment names the ledger's file, the
book's database and the settings of the queue.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from engine import App, Constant, JobContext
from engine.registry import QueueSettings
from tests.faults.book import Sink, open_sink
from tests.support.apps import EXIT_STATUS, LEDGER_VARIABLE, QUEUE_VARIABLE
from tests.support.ledger import Ledger

APP = "tests.faults.play:app"
BOOK_VARIABLE = "PLAY_BOOK"
QUEUE = "play"
ATTEMPTS = 3
HURRY_S, HURRY_GRACE_S = 0.5, 0.3
"""Timeout and grace of the jobs `hurried`."""
PATIENT_ATTEMPTS, PATIENT_WAIT_S = 100, 0.5
"""How often jobs `patient` are tried, and how long they wait in between: they outlast what they need."""
_MEGABYTE = 1 << 20
_ROOM_BYTES = 64 * _MEGABYTE

Do = Literal["work", "note", "raise", "stubborn", "block", "exit", "segfault", "hog", "hungry", "spin", "linger"]


class Part(Struct, frozen=True):
    """What a job does, and for how long."""

    do: Do = "work"
    seconds: float = 0.0
    open_s: float = 0.0
    """For how long the transaction of its effect stays open."""


class Performed(Struct, frozen=True):
    """What a job answers: which delivery it was."""

    fence: int


class Cast(Struct):
    """What the handlers share."""

    ledger: Ledger
    sink: Sink


async def perform(job: JobContext[Cast], part: Part) -> Performed:
    """The part is played and its effect offered; each step is in the ledger."""
    cast = job.resources
    cast.ledger.write("start", job.id, job.fence, job.attempt)
    try:
        await _ACTS[part.do](job, part)
        await cast.sink.offer(job.id, job.run, job.fence, part.open_s)
    except asyncio.CancelledError:
        cast.ledger.write("told", job.id, job.fence, job.attempt)
        raise
    cast.ledger.write("end", job.id, job.fence, job.attempt)
    return Performed(job.fence)


async def _work(_job: JobContext[Cast], part: Part) -> None:
    await asyncio.sleep(part.seconds)


async def _note(job: JobContext[Cast], part: Part) -> None:
    job.log("begins")
    job.progress("half", 50)
    await asyncio.sleep(part.seconds)
    await job.checkpoint()
    job.log("ends")


async def _raise(job: JobContext[Cast], _part: Part) -> None:
    if job.attempt < ATTEMPTS:
        raise ValueError(f"no, attempt {job.attempt}")


async def _ignore_cancel(job: JobContext[Cast], part: Part) -> None:
    ends = time.monotonic() + part.seconds
    told = False
    while (left := ends - time.monotonic()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            if not told:
                job.resources.ledger.write("told", job.id, job.fence, job.attempt)
            told = True


async def _block(_job: JobContext[Cast], part: Part) -> None:
    time.sleep(part.seconds)  # noqa: ASYNC251 - it blocks the loop on purpose


async def _exit(_job: JobContext[Cast], part: Part) -> None:
    await asyncio.sleep(part.seconds)
    os._exit(EXIT_STATUS)


async def _segfault(_job: JobContext[Cast], part: Part) -> None:
    await asyncio.sleep(part.seconds)
    ctypes.string_at(0)


async def _hog(_job: JobContext[Cast], part: Part) -> None:
    """Where memory has run out the kernel kills who asks for more: so does this, once its own limit refuses."""
    await asyncio.sleep(part.seconds)
    try:
        _fill_memory()
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)


async def _hunger(_job: JobContext[Cast], part: Part) -> None:
    await asyncio.sleep(part.seconds)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        _fill_memory()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _fill_memory() -> None:
    """Raises MemoryError: little more than what the process has may be taken from now on."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + _ROOM_BYTES, hard))
    taken: list[bytes] = []
    while True:
        taken.append(bytes(_MEGABYTE))


async def _spin(_job: JobContext[Cast], _part: Part) -> None:
    while True:
        pass


_ACTS: dict[Do, Callable[[JobContext[Cast], Part], Awaitable[None]]] = {
    "work": _work,
    "linger": _work,
    "note": _note,
    "raise": _raise,
    "stubborn": _ignore_cancel,
    "block": _block,
    "exit": _exit,
    "segfault": _segfault,
    "hog": _hog,
    "hungry": _hunger,
    "spin": _spin,
}


@asynccontextmanager
async def _from_environment() -> AsyncGenerator[Cast]:
    ledger = Ledger(Path(os.environ[LEDGER_VARIABLE]))
    try:
        async with open_sink(os.environ[BOOK_VARIABLE]) as sink:
            yield Cast(ledger, sink)
    finally:
        ledger.close()


def _settings() -> QueueSettings:
    return msgspec.json.decode(os.environ.get(QUEUE_VARIABLE, "{}"), type=QueueSettings)


def make_app(settings: QueueSettings) -> App:
    """The app with these settings of its queue `play`: one handler under three policies."""
    made = App(slot=QUEUE, lifespan=_from_environment)
    queue = made.queue(QUEUE, **settings)
    queue.job(name="part", attempts=ATTEMPTS, backoff=Constant(0.1), timeout_s=60)(perform)
    queue.job(name="hurried", attempts=1, timeout_s=HURRY_S, cancel_grace_s=HURRY_GRACE_S)(perform)
    queue.job(name="patient", attempts=PATIENT_ATTEMPTS, backoff=Constant(PATIENT_WAIT_S), timeout_s=60)(perform)
    return made


app = make_app(_settings())
