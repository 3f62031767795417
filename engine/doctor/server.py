"""Is the server fit to keep jobs: what it tells of itself."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Mapping

from msgspec import Struct

from engine.doctor.context import Context, ask, pairs, user_of
from engine.doctor.finding import REDIS_CLI, Finding
from engine.doctor.server_rules import judge_clock, judge_memory, judge_persistence, judge_role, judge_version
from engine.streams import Store

_CONFIG = ("appendfsync", "save", "min-replicas-to-write")


class Server(Struct, frozen=True):
    """INFO, CONFIG and the clock of a server; None: it refuses to tell."""

    info: Mapping[str, str] | None
    config: Mapping[str, str] | None
    ahead_s: float | None
    """How far its clock is ahead of this machine's."""


async def read_server(store: Store, wall_s: Callable[[], float]) -> Server:
    """What the server tells of itself, in two round trips."""
    begun_s = wall_s()
    time = await ask(store, "TIME")
    here_s = (begun_s + wall_s()) / 2
    info, *config = await asyncio.gather(ask(store, "INFO"), *(ask(store, "CONFIG", "GET", name) for name in _CONFIG))
    told = {name: value for reply in config if reply is not None for name, value in pairs(reply).items()}
    return Server(
        info=None if info is None else _fields(info.decode(errors="replace")),
        config=None if None in config else told,
        ahead_s=None if time is None else int(time[0]) + int(time[1]) / 1_000_000 - here_s,
    )


def _fields(info: str) -> dict[str, str]:
    lines = (line.partition(":") for line in info.splitlines() if not line.startswith("#"))
    return {name: value for name, found, value in lines if found}


def judge_server(server: Server, user: str) -> list[Finding]:
    """Everything that the server's own words tell; `user` is who asks."""
    found: list[Finding] = []
    if server.info is None:
        found.append(
            Finding(
                "warn",
                "server",
                "INFO is refused to this user: version, persistence, memory and role were not checked",
                f"{REDIS_CLI} ACL SETUSER {shlex.quote(user)} +info   # as a user who may",
            )
        )
    else:
        config = server.config or {}
        found += judge_version(server.info) + judge_role(server.info, config)
        found += judge_persistence(server.info, config) + judge_memory(server.info)
    if server.config is None:
        found.append(
            Finding(
                "warn",
                "server",
                "CONFIG is refused (a managed Redis, or this user's rights): appendfsync, save and "
                "min-replicas-to-write were not checked; see that appendfsync is everysec or always",
                f"{REDIS_CLI} ACL SETUSER {shlex.quote(user)} '+config|get'   # as a user who may, or ask the provider",
            )
        )
    return found + ([] if server.ahead_s is None else judge_clock(server.ahead_s))


async def check_server(context: Context) -> list[Finding]:
    """Version, persistence, memory, role and clock of the server."""
    return judge_server(await read_server(context.store, context.wall_s), await user_of(context))
