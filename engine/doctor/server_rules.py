"""What INFO, CONFIG and the clock of a server mean to a store of jobs; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.doctor.finding import REDIS_CLI, Finding

_OLDEST = {"redis": (7, 0), "valkey": (7, 2)}
_NEARLY_FULL = 0.9
_SKEW_S = 1.0
_SET = f"{REDIS_CLI} CONFIG SET"


def judge_version(info: Mapping[str, str]) -> list[Finding]:
    """Whether the server knows the commands that the engine uses."""
    kind = "valkey" if "valkey_version" in info else "redis"
    text = info.get(f"{kind}_version", "")
    name = f"{kind.capitalize()} {text}"
    found = re.match(r"(\d+)\.(\d+)", text)
    upgrade = "redis-server --version   # install Redis 7.0 or Valkey 7.2, or later, and start that"
    if found is None:
        return [Finding("warn", "server", "it does not tell its version; Redis 7.0 or Valkey 7.2 is needed", upgrade)]
    oldest = _OLDEST[kind]
    if (int(found[1]), int(found[2])) < oldest:
        wanted = f"{kind.capitalize()} {oldest[0]}.{oldest[1]}"
        return [Finding("fail", "server", f"{name} is too old: {wanted} or later is needed", upgrade)]
    return [Finding("ok", "server", name)]


def judge_role(info: Mapping[str, str], config: Mapping[str, str]) -> list[Finding]:
    """Whether the server takes writes, and what a failover could lose."""
    if info.get("role") == "slave":
        primary = f"{info.get('master_host', 'HOST')}:{info.get('master_port', 'PORT')}"
        text = f"it is a replica of {primary} and refuses writes: no job can be stored or run here"
        return [Finding("fail", "server", text, f"export REDIS_URL=redis://{primary}/0")]
    wanted, good = config.get("min-replicas-to-write", "0"), info.get("min_slaves_good_slaves")
    if good is not None and int(good) < int(wanted):
        text = f"it refuses writes while fewer than {wanted} replicas keep up, and {good} do: no job is stored or run"
        mend = f"{_SET} min-replicas-to-write {good}   # or start replicas, and see that they keep up"
        return [Finding("fail", "server", text, mend)]
    replicas = info.get("connected_slaves", "0")
    if replicas == "0":
        return [Finding("ok", "server", "a primary without replicas")]
    if wanted == "0":
        text = f"a primary, replicas: {replicas}; writes do not wait for them, so a failover may lose the newest"
    else:
        text = f"a primary, replicas: {replicas}; it refuses writes with fewer than {wanted}"
    return [Finding("ok", "server", text)]


def judge_persistence(info: Mapping[str, str], config: Mapping[str, str]) -> list[Finding]:
    """What a restart or a power cut would lose."""
    found = [_judge_files(info, config)]
    if info.get("aof_last_write_status", "ok") != "ok":
        text = "the last write of the append-only file failed: the disk is full or broken, and Redis refuses writes"
        found.append(Finding("fail", "persistence", text, f"{REDIS_CLI} CONFIG GET dir   # make room on that disk"))
    if info.get("aof_last_bgrewrite_status", "ok") != "ok":
        text = "the last rewrite of the append-only file failed: the file only grows"
        found.append(Finding("warn", "persistence", text, f"{REDIS_CLI} BGREWRITEAOF   # once the disk has room"))
    if info.get("rdb_last_bgsave_status", "ok") != "ok":
        text = "the last snapshot failed; while save points are set, Redis refuses writes until one succeeds"
        found.append(Finding("fail", "persistence", text, f"{REDIS_CLI} BGSAVE   # once its directory can be written"))
    if info.get("loading", "0") != "0":
        text = "the server is still reading its data from disk"
        found.append(Finding("warn", "persistence", text, f"{REDIS_CLI} INFO persistence   # wait for loading:0"))
    return found


def _judge_files(info: Mapping[str, str], config: Mapping[str, str]) -> Finding:
    if info.get("aof_enabled") == "1":
        match config.get("appendfsync"):
            case "always":
                return Finding("ok", "persistence", "append-only file, fsync always: no answered write is lost")
            case "everysec":
                return Finding("ok", "persistence", "append-only file, fsync everysec: a power cut may lose a second")
            case "no":
                text = "append-only file without fsync: a power cut may lose half a minute of jobs and results"
                return Finding("warn", "persistence", text, f"{_SET} appendfsync everysec")
            case _:
                return Finding("ok", "persistence", "append-only file")
    mend = f"{_SET} appendonly yes   # and in its configuration file, to last"
    if config.get("save") == "":
        return Finding("fail", "persistence", "nothing is written to disk: a restart of Redis loses every job", mend)
    changes = info.get("rdb_changes_since_last_save", "an unknown number of")
    text = f"snapshots only: a crash loses what was written since the last one ({changes} changes by now)"
    return Finding("warn", "persistence", text, mend)


def judge_memory(info: Mapping[str, str]) -> list[Finding]:
    """Whether the server may forget jobs, or is about to refuse them."""
    most, used = int(info.get("maxmemory", "0")), int(info.get("used_memory", "0"))
    policy = info.get("maxmemory_policy", "noeviction")
    if most == 0:
        return [Finding("ok", "memory", "no maxmemory: nothing is evicted")]
    found: list[Finding] = []
    if policy != "noeviction":
        what = "jobs, queues and all" if policy.startswith("allkeys") else "heartbeats and the replies of enqueues"
        text = f"maxmemory-policy is {policy}: when memory is full, Redis deletes {what} without a word"
        found.append(Finding("fail", "memory", text, f"{_SET} maxmemory-policy noeviction"))
    share = f"{used / most:.0%} of maxmemory ({most / 2**20:.0f} MiB) is used"
    more = f"{_SET} maxmemory {max(1, round(max(most, used) * 2 / 2**20))}mb   # or keep fewer ended jobs"
    if used >= most:
        found.append(Finding("fail", "memory", f"{share}: Redis refuses new jobs", more))
    elif used >= most * _NEARLY_FULL:
        found.append(Finding("warn", "memory", f"{share}: soon Redis will refuse new jobs", more))
    return found or [Finding("ok", "memory", f"{share}, and nothing is evicted")]


def judge_clock(ahead_s: float) -> list[Finding]:
    """Whether this machine and the server agree on the time."""
    if abs(ahead_s) <= _SKEW_S:
        return [Finding("ok", "clock", "the server's clock and this machine's agree to a second")]
    way = "ahead of" if ahead_s > 0 else "behind"
    text = f"the server's clock is {abs(ahead_s):.1f} s {way} this machine's: shown times and log lines disagree"
    return [Finding("warn", "clock", text, "timedatectl   # on both machines: is the clock synchronised?")]
