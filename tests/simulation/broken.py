"""Engines that are broken on purpose while a block lasts: a judge that finds nothing in them judges nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from engine import renewer
from engine.errors import EngineError
from engine.fetcher import Fetcher
from engine.renewer import Renewer
from engine.runner import Runner
from engine.settler import Settler
from engine.streams.commands import renew
from engine.sweeper import Sweeper

_flush = Settler.flush


async def _flush_once(settler: Settler, calls: list[Any]) -> None:
    try:
        await _flush(settler, calls)
    except EngineError:
        settler.take_all()
        raise


async def _sweep_nothing(_sweeper: Sweeper) -> None:
    return


def _renew_nothing(_renewer: Renewer) -> None:
    return


def _five_places(_fetcher: Fetcher, _line: object) -> int:
    return 5


def _give_nothing_back(_runner: Runner) -> list[Any]:
    return []


def _renew_without_strays(*words: Any, strays: bool, lease_ms: int) -> Any:
    return renew(*words, strays=False, lease_ms=lease_ms)


BROKEN: dict[str, tuple[object, str, object]] = {
    "no lease is renewed": (Renewer, "once", _renew_nothing),
    "no lease is ended": (Sweeper, "once", _sweep_nothing),
    "what was not answered is not sent again": (Settler, "flush", _flush_once),
    "a process takes five jobs whatever its places": (Fetcher, "_places", _five_places),
    "a worker that stops keeps what it holds": (Runner, "release_all", _give_nothing_back),
    "deliveries of lost replies are kept": (renewer, "renew", _renew_without_strays),
}


@contextmanager
def break_engine(how: str) -> Generator[None]:
    """The engine is broken so."""
    owner, name, instead = BROKEN[how]
    with patch.object(owner, name, instead):
        yield
