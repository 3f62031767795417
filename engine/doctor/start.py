"""What a worker says once, at its start, of a server that may lose or refuse its jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable

from engine.doctor.server import Server, read_server
from engine.doctor.server_rules import judge_clock, judge_memory, judge_persistence, judge_version
from engine.streams import Store

_log = logging.getLogger("engine.worker")


def start_warnings(server: Server) -> list[str]:
    """A sentence for each thing that is wrong; what the server refuses to tell is `doctor`'s business."""
    found = [] if server.ahead_s is None else judge_clock(server.ahead_s)
    if server.info is not None:
        config = server.config or {}
        found += judge_version(server.info) + judge_memory(server.info) + judge_persistence(server.info, config)
    return [f"{one.subject}: {one.text}; mend it by: {one.mend}" for one in found if one.level != "ok"]


async def warn_at_start(store: Store, wall_s: Callable[[], float]) -> None:
    """What is wrong with the server is in the log; nothing here stops a worker."""
    for warning in start_warnings(await read_server(store, wall_s)):
        _log.warning(warning)
