"""What an error of Redis or of the way to it means to the engine."""

from __future__ import annotations

import asyncio
import re

from redis import exceptions

from engine.errors import EngineError, StoreError, StoreFull, StoreMisused, StoreReset, Unreachable

# uvloop raises RuntimeError, and not OSError, when a transport is already closed.
LINK_ERRORS = (exceptions.ConnectionError, exceptions.TimeoutError, OSError, asyncio.TimeoutError, RuntimeError)

_IN_SCRIPT = re.compile(r"\s*script: .*\Z")
"""How Redis ends the text of an error that came up in a script."""

_NO_DISK = "Redis refuses writes, as it cannot write to its disk: `python -m engine doctor` says what to do"

_BY_WORD: dict[str, type[EngineError]] = {
    "OOM": StoreFull,
    "MISCONF": StoreFull,
    "NOGROUP": StoreReset,
    "UNBLOCKED": StoreReset,
    "LOADING": Unreachable,
    "BUSY": Unreachable,
    "TRYAGAIN": Unreachable,
    "CLUSTERDOWN": Unreachable,
    "MASTERDOWN": Unreachable,
    "NOREPLICAS": Unreachable,
    "READONLY": Unreachable,
    "WRONGTYPE": StoreMisused,
    "NOPERM": StoreMisused,
    "ACL": StoreMisused,
    "NOAUTH": StoreMisused,
    "WRONGPASS": StoreMisused,
    "CROSSSLOT": StoreMisused,
}
_BY_CLASS: dict[type[Exception], type[EngineError]] = {
    exceptions.OutOfMemoryError: StoreFull,
    exceptions.BusyLoadingError: Unreachable,
    exceptions.ReadOnlyError: Unreachable,
    exceptions.TryAgainError: Unreachable,
    exceptions.ClusterDownError: Unreachable,
    exceptions.MasterDownError: Unreachable,
    exceptions.NoPermissionError: StoreMisused,
    exceptions.AuthenticationError: StoreMisused,
    exceptions.ClusterCrossSlotError: StoreMisused,
}


def to_engine_error(error: Exception) -> EngineError:
    """The engine's error that says what Redis's error means; its text is kept."""
    for known, meaning in _BY_CLASS.items():
        # While it connects, the client wraps what Redis answered in an error of the link.
        if isinstance(error, known) or isinstance(error.__cause__, known):
            return _as(meaning, str(error))
    if isinstance(error, LINK_ERRORS):
        return Unreachable(f"Redis does not answer: {error}")
    text = str(error)
    if text.startswith("DB index"):
        return StoreMisused(f"Redis: {text}: check REDIS_DB or the number in REDIS_URL")
    # The client may have cut the first word off, and scripts wrap the text: look for it anywhere.
    first = text.split(" ", 1)[0]
    for word, meaning in _BY_WORD.items():
        if first == word or f" {word} " in f" {text} ":
            return StoreFull(_NO_DISK) if word == "MISCONF" else _as(meaning, text)
    return StoreError(f"Redis: {text}")


def _as(meaning: type[EngineError], text: str) -> EngineError:
    if meaning is StoreFull:
        reason = _IN_SCRIPT.sub("", text).rstrip(".")
        return StoreFull(f"Redis stores nothing more ({reason}): raise maxmemory, or clean ended jobs")
    return meaning(f"Redis: {text}")


def is_elsewhere(error: Exception) -> bool:
    """Whether this server is no primary (any more): only a new connection can find the one that is."""
    known = isinstance(error, exceptions.ReadOnlyError | exceptions.MasterDownError)
    return known or str(error).startswith(("READONLY", "MASTERDOWN"))


def is_unknown_script(error: Exception) -> bool:
    """Whether Redis has not seen this script since it started."""
    return isinstance(error, exceptions.NoScriptError) or str(error).startswith("NOSCRIPT")
