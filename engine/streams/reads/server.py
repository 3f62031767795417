"""What Redis says of itself, from the text of INFO."""

from __future__ import annotations

from engine.views import ServerView

INFO = ("INFO", "server", "memory", "persistence", "stats", "clients")
"""The command whose reply `decode_server` takes."""
_CHECKS = ("aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status")


def decode_server(text: bytes) -> ServerView:
    """Version, memory, persistence; what the server does not tell is empty or 0."""
    lines = (line.partition(":") for line in text.decode(errors="replace").splitlines())
    told = {name: value for name, colon, value in lines if colon}
    return ServerView(
        version=_version(told),
        used_memory=_number(told, "used_memory"),
        max_memory=_number(told, "maxmemory"),
        policy=told.get("maxmemory_policy", ""),
        persistence=_persistence(told),
        evicted=_number(told, "evicted_keys"),
        clients=_number(told, "connected_clients"),
    )


def _version(told: dict[str, str]) -> str:
    if "valkey_version" in told:
        return f"Valkey {told['valkey_version']}"
    return f"Redis {told['redis_version']}" if "redis_version" in told else ""


def _persistence(told: dict[str, str]) -> str:
    """INFO has no save points: where a snapshot was written or read since the start, there are some."""
    with_aof = told.get("aof_enabled") == "1"
    with_snapshots = _number(told, "rdb_saves") > 0 or _number(told, "rdb_last_load_keys_loaded") > 0
    with_snapshots = with_snapshots or told.get("rdb_last_bgsave_status", "ok") != "ok"
    kind = "aof" if with_aof else "snapshots" if with_snapshots else "none"
    failing = any(told.get(name, "ok") != "ok" for name in _CHECKS)
    return f"{kind} failing" if failing and kind != "none" else kind


def _number(told: dict[str, str], name: str) -> int:
    value = told.get(name, "")
    return int(value) if value.isdigit() else 0
