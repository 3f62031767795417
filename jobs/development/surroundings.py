"""What the worker needs around it: servers, unless some are configured, and the environment that names them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from engine import SettingError
from engine.embedded import EmbeddedServer, EmbeddedValkey
from jobs.credentials import KEY_VARIABLE, new_key
from jobs.embedded import EmbeddedPostgres

_REDIS_VARIABLES = ("REDIS_URL", "REDIS_HOST")


class Surroundings(Struct, frozen=True):
    """What was started and set here; everything else is configured already."""

    servers: dict[str, EmbeddedServer]
    env: dict[str, str]


def missing_servers(env: Mapping[str, str]) -> list[str]:
    """Which servers `env` does not name: both or none. SettingError if it names one of them.

    A worker between somebody's Redis and a database of its own would fail jobs whose tenants it cannot know; one
    between somebody's database and a Redis of its own would call runs dead whose jobs it cannot see.
    """
    redis = any(env.get(name) for name in _REDIS_VARIABLES)
    if redis != bool(env.get("DATABASE_URL")):
        named, other = ("REDIS_URL", "DATABASE_URL") if redis else ("DATABASE_URL", "REDIS_URL")
        raise SettingError(
            f"{named} is set and {other} is not: jobs and runs belong together, so set both, or neither to have both "
            "servers started (an empty value in the environment hides one of .env.local)"
        )
    return [] if redis else ["Valkey", "PostgreSQL"]


def start_missing(stack: ExitStack, directory: Path, env: Mapping[str, str]) -> Surroundings:
    """Valkey, PostgreSQL and a key serve from the directory until the stack is closed, where `env` names none."""
    missing = missing_servers(env)
    servers: dict[str, EmbeddedServer] = {}
    started: dict[str, str] = {}
    if "Valkey" in missing:
        servers["Valkey"] = valkey = EmbeddedValkey(directory / "valkey")
        started["REDIS_URL"] = stack.enter_context(valkey).url
    if "PostgreSQL" in missing:
        servers["PostgreSQL"] = postgres = EmbeddedPostgres(directory / "postgres")
        started["DATABASE_URL"] = stack.enter_context(postgres).url
    if not env.get(KEY_VARIABLE):
        started[KEY_VARIABLE] = _kept_key(directory / "connectors.key")
    return Surroundings(servers, started)


def write_exports(path: Path, env: Mapping[str, str]) -> None:
    """A shell that reads the file has these variables; only this user can read it, for there is a key among them."""
    _write_private(path, "".join(f"export {name}={shlex.quote(value)}\n" for name, value in env.items()))


def _kept_key(path: Path) -> str:
    """The key of the last time: the database of then holds what it encrypted."""
    if not path.exists():
        _write_private(path, new_key() + "\n")
    return path.read_text().strip()


def _write_private(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
    except OSError as error:
        raise SettingError(f"{path} cannot be written: {error.strerror}; choose a place by --directory") from error
