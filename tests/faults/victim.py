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
from collections.abc import Callable, Iterable, Sequence
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
        self._earlier = self._awaited = 0
        """How many replies come before those of the exchange that is cut, and how many are its own."""

    def draw(self) -> None:
        """Every exchange of this process is counted from now on."""
        send, hear, command = Store._send, Store._hear, SyncStore.command  # pyright: ignore[reportPrivateUsage]

        def counted_send(store: Any) -> None:
            before = len(store._sent)
            send(store)
            if (sent := len(store._sent) - before) and next(self._numbers) == self._cut:
                self._earlier, self._awaited = before, sent

        def cut_hear(store: Any, replies: Sequence[Any]) -> None:
            if not self._awaited:
                hear(store, replies)
                return
            earlier, cut = replies[: self._earlier], replies[self._earlier :]
            self._earlier -= len(earlier)
            hear(store, earlier)
            self._awaited -= len(cut)
            if not self._awaited:
                self._fall(lambda: store._lose(ConnectionLost("cut")))

        def counted_command(store: SyncStore, *words: Any) -> Any:
            falls = next(self._numbers) == self._cut
            reply = command(store, *words)
            if falls:
                self._fall(_raise_lost)
            return reply

        patch.object(Store, "_send", counted_send).start()
        patch.object(Store, "_hear", cut_hear).start()
        patch.object(SyncStore, "command", counted_command).start()

    def _fall(self, lose: Callable[[], None]) -> None:
        if self._mode == "death":
            os.kill(os.getpid(), signal.SIGKILL)
        lose()


def _raise_lost() -> NoReturn:
    raise ConnectionLost("cut")


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
