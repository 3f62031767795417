"""Settings from the environment and `.env.local`, checked before anything starts."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from msgspec import Struct

from engine.errors import EnqueueUnknown, SettingError, StoreMisused, Unreachable

_LEVELS = ("fatal", "error", "warn", "info", "debug", "trace")
_FORMATS = ("", "json", "text")
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)\Z")
_QUOTED = re.compile(r"""(["'])(.*?)\1\s*(?:#.*)?\Z""")
_REFUSES_WRITES = {  # by the words of the server, whose first one the client cuts off
    "read only replica": "is a replica and refuses writes",
    "good replicas": "refuses writes, as it misses its replicas",
}
_ASK = "`python -m engine doctor` says what to do"
_USER = re.compile(r"[\w.-]*\Z")
_LABEL = re.compile(r"[^\s~\x00-\x1f\x7f-\x9f]{1,100}\Z")


class Settings(Struct, frozen=True):
    """What the engine takes from its surroundings."""

    redis_url: str = "redis://localhost:6379/0"
    worker_id: str = ""
    log_level: str = "info"
    prefix: str = "pickd"
    log_format: str = ""
    """`json` or `text`; empty: text on a terminal, JSON elsewhere."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> Settings:
        """The settings of `env` (default: the process's own and `.env.local`); SettingError names a bad one."""
        env = read_environment() if env is None else env
        level = env.get("LOG_LEVEL", "").lower() or "info"
        if level not in _LEVELS:
            raise SettingError(f"LOG_LEVEL={level}: use one of {', '.join(_LEVELS)}")
        log_format = env.get("LOG_FORMAT", "").lower()
        if log_format not in _FORMATS:
            raise SettingError(f"LOG_FORMAT={log_format}: use json or text, or leave it out")
        label = env.get("WORKER_ID") or default_worker_id()
        if not _LABEL.match(label):
            raise SettingError(f"WORKER_ID={label!r}: use at most 100 characters, without spaces or '~'")
        return cls(
            redis_url=_redis_url(env),
            worker_id=label,
            log_level=level,
            prefix=env.get("ENGINE_PREFIX", "pickd"),
            log_format=log_format,
        )


def read_environment(directory: Path | None = None) -> dict[str, str]:
    """The variables of `.env.local` in the directory (default: the working one), overridden by the process's own."""
    path = (directory or Path.cwd()) / ".env.local"
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read: {error}") from error
    return {**parse_env(text, path.name), **os.environ}


def parse_env(text: str, name: str = ".env.local") -> dict[str, str]:
    """NAME=value lines; quotes keep spaces and '#', otherwise ' #' begins a comment. SettingError names a bad line."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.match(line)
        if not found:
            raise SettingError(f"{name} line {number}: write NAME=value")
        quoted = _QUOTED.match(found[2])
        values[found[1]] = quoted[2] if quoted else re.split(r"(?:^|\s)#", found[2], maxsplit=1)[0].strip()
    return values


def default_worker_id() -> str:
    """host-pid-random: a label that names the process to a person."""
    host = re.sub(r"[\s~]", "-", socket.gethostname()) or "host"
    return f"{host}-{os.getpid()}-{secrets.token_hex(2)}"


def safe_url(url: str) -> str:
    """The URL without its password, for messages; also one that is none because of what is in its password."""
    found = url.find("://") + 3 if "://" in url else 0
    scheme, rest = url[:found], url[found:]
    login, at, place = rest.rpartition("@")
    user = login.split(":", 1)[0]
    hidden = f"{user if _USER.match(user) else ''}:***{at}" if at else ""
    return scheme + hidden + re.sub(r"(password=)[^&]*", r"\1***", place)


def no_redis(settings: Settings, error: Unreachable) -> Unreachable:
    """The error of a command that found no Redis: where it looked, and what to do."""
    reason = str(error).removeprefix("Redis does not answer: ").rstrip(".")
    for words, meaning in _REFUSES_WRITES.items():
        if words in reason:
            where = safe_url(settings.redis_url)
            again = "; the jobs may be stored: enqueue the same ids again" if isinstance(error, EnqueueUnknown) else ""
            return Unreachable(f"Redis at {where} {meaning}: {_ASK}{again}")
    return Unreachable(f"no Redis at {safe_url(settings.redis_url)} ({reason}): start it, or set REDIS_URL")


def refused(settings: Settings, error: StoreMisused) -> StoreMisused:
    """The error of a command that Redis refuses to serve: where, and what to check."""
    reason = str(error).removeprefix("Redis: ").rstrip(".")
    if "WRONGTYPE" in reason:
        return StoreMisused("a key of this queue holds another type than it should: `python -m engine doctor` names it")
    check = "" if ": check " in reason else "; check REDIS_URL and the user's rights"
    return StoreMisused(f"Redis at {safe_url(settings.redis_url)} refuses: {reason}{check}")


def _redis_url(env: Mapping[str, str]) -> str:
    if url := env.get("REDIS_URL"):
        return check_redis_url(url)
    host = env.get("REDIS_HOST") or "localhost"
    port = _number(env, "REDIS_PORT", 6379, 65_535)
    db = _number(env, "REDIS_DB", 0, 1_000_000)
    password = env.get("REDIS_PASSWORD")
    login = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{login}{f'[{host}]' if ':' in host else host}:{port}/{db}"


def check_redis_url(url: str) -> str:
    """The URL, if Redis can be reached by it; SettingError says what is wrong, without its password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The parser's own words may hold a part of the password.
        raise SettingError(
            f"REDIS_URL={safe_url(url)} is no URL: give the port as a number, and write '/', '?', '#', '[' and ']' of "
            "a password as %2F, %3F, %23, %5B and %5D"
        ) from None
    if parts.scheme != "unix" and url.count("@") > 1:
        # Where the password would end is a guess, and a wrong guess would show a part of it.
        raise SettingError("REDIS_URL holds '@' more than once: write those of the password as %40, and '/' as %2F")
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise SettingError(f"REDIS_URL={safe_url(url)}: use redis://, rediss:// or unix://")
    if parts.scheme == "unix" and not parts.path:
        raise SettingError("REDIS_URL=unix://: name the socket's path")
    if parts.scheme != "unix" and (not parts.hostname or port == 0):
        raise SettingError(f"REDIS_URL={safe_url(url)}: name a host")
    if parts.scheme != "unix" and parts.path.strip("/") and not parts.path.strip("/").isdigit():
        raise SettingError(f"REDIS_URL={safe_url(url)}: the path is the database's number")
    return url


def _number(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
        raise SettingError(f"{name}={text!r}: use a whole number up to {most}")
    return int(text)
