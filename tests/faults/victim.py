"""`python -m tests.faults.victim`: performs acts in processes of their own, each cut after its nth exchange with Redis.

Orders come as JSON lines on standard input; each is answered by the exit status of the process that it was given to,
negative for a signal. The processes are forked from this one, which has imported everything and has no thread.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Iterable
from itertools import count
from typing import Any, Literal, NoReturn
from unittest.mock import patch

import msgspec
from msgspec import Struct
from redis.exceptions import ConnectionError as ConnectionLost

from engine import Settings, Unreachable
from engine.streams import Store, SyncStore
from tests.faults.acts import ACTS
from tests.faults.play import app

Mode = Literal["death", "reply"]
"""What the cut costs: the process, or only the reply of that exchange."""
UNREACHABLE = 3


class Order(Struct, frozen=True):
    """An act to perform; `cut` is the number of the exchange after which it is cut, 0: never."""

    act: str
    ids: list[str]
    label: str
    cut: int = 0
    mode: Mode = "death"


class Knife:
    """Cuts this process, or loses a reply, once Redis has done what the nth exchange asked for."""

    def __init__(self, cut: int, mode: Mode) -> None:
        self._cut, self._mode = cut, mode
        self._numbers = count(1)

    def draw(self) -> None:
        """Every exchange of this process is counted from now on."""
        write, command = Store._write, SyncStore.command  # pyright: ignore[reportPrivateUsage]

        async def counted_write(store: Any) -> None:
            if next(self._numbers) != self._cut:
                await write(store)
                return
            await _answered(store)
            batch = list(store._queue)
            store._queue = deque(_deaf(request) for request in batch)
            await write(store)
            await _answered(store)
            store._sent.extend(batch)
            self._fall()

        def counted_command(store: SyncStore, *words: Any) -> Any:
            falls = next(self._numbers) == self._cut
            reply = command(store, *words)
            if falls:
                self._fall()
            return reply

        patch.object(Store, "_write", counted_write).start()
        patch.object(SyncStore, "command", counted_command).start()

    def _fall(self) -> NoReturn:
        if self._mode == "death":
            os.kill(os.getpid(), signal.SIGKILL)
        raise ConnectionLost("cut")


async def _answered(store: Any) -> None:
    """All that is on its way is answered."""
    if store._reading is not None:
        await asyncio.wait([store._reading])


def _deaf(request: Any) -> Any:
    """The same request, whose reply nobody hears."""
    return type(request)(request.words, request.call, asyncio.get_running_loop().create_future())


def perform(order: Order) -> int:
    """The exit status of a process to which the order was given."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    status = 1
    try:
        Knife(order.cut, order.mode).draw()
        settings = msgspec.structs.replace(Settings.from_environment(dict(os.environ)), worker_id=order.label)
        asyncio.run(_run(order, settings))
        status = 0
    except Unreachable:
        status = UNREACHABLE
    except BaseException:  # noqa: BLE001 - this process ends here, and says why
        traceback.print_exc()
    finally:
        os._exit(status)


async def _run(order: Order, settings: Settings) -> None:
    await ACTS[order.act].run(app, settings, order.ids)


def main(lines: Iterable[str]) -> None:
    """Every order was performed, one after the other."""
    for line in lines:
        status = perform(msgspec.json.decode(line, type=Order))
        print(status, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main(sys.stdin)
