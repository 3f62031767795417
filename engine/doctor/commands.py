"""Every command that the engine and its scripts send, by the kind of key that it is for; KEY stands for the key.

A test reads the scripts and the code, and fails if one is missing here or left over.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.streams import Keys, Registry

KEYLESS = ("PING", "TIME", "EVAL return 0", "EVALSHA hash 0", "EVAL_RO return 0", "EVALSHA_RO hash 0")
STREAM = (
    "XADD KEY * id a",
    "XDEL KEY 1-1",
    "XACK KEY workers 1-1",
    "XLEN KEY",
    "XRANGE KEY - +",
    "XREVRANGE KEY + -",
    "XPENDING KEY workers",
    "XCLAIM KEY workers c 0 1-1",
    "XREADGROUP GROUP workers c STREAMS KEY >",
    "XGROUP CREATE KEY workers 0",
    "XGROUP DELCONSUMER KEY workers c",
    "XINFO GROUPS KEY",
    "XINFO CONSUMERS KEY workers",
)
LOG = ("XADD KEY * id a", "XRANGE KEY - +", "XREVRANGE KEY + -", "XREAD COUNT 1 STREAMS KEY 0")
ZSET = (
    "ZADD KEY 1 a",
    "ZREM KEY a",
    "ZCARD KEY",
    "ZCOUNT KEY 0 1",
    "ZRANGE KEY 0 1",
    "ZRANGEBYSCORE KEY 0 1",
    "ZREVRANGE KEY 0 1",
    "ZRANK KEY a",
    "ZREVRANK KEY a",
    "ZSCORE KEY a",
)
GROUPS = ("ZADD KEY 1 a", "ZREM KEY a", "ZCARD KEY", "ZRANGEBYSCORE KEY 0 1", "ZPOPMIN KEY 1")
ERROR_GROUP = ("HSET KEY f v", "HMGET KEY f", "UNLINK KEY")
TENANT = ("ZADD KEY 1 a", "ZREM KEY a", "ZREVRANGE KEY 0 1", "ZREMRANGEBYRANK KEY 0 1", "EXPIRE KEY 1")
HASH = (
    "HSET KEY f v",
    "HGET KEY f",
    "HMGET KEY f",
    "HGETALL KEY",
    "HDEL KEY f",
    "HLEN KEY",
    "HEXISTS KEY f",
    "HSETNX KEY f v",
)
RECORD = ("HSET KEY f v", "HMGET KEY f", "HGETALL KEY", "HDEL KEY f", "DEL KEY", "UNLINK KEY", "DUMP KEY", "EXISTS KEY")
TRAIL = ("XADD KEY * kind log", "XRANGE KEY - +", "UNLINK KEY", "EXISTS KEY")
STATS = ("HINCRBY KEY f 1", "HGETALL KEY", "EXPIRE KEY 1")
OP = ("GET KEY", "SET KEY v")
WAKE = ("LLEN KEY", "LPUSH KEY 1", "BLPOP KEY 1")
WORKERS = ("ZADD KEY 1 a", "ZREM KEY a", "ZRANGE KEY 0 1", "ZREMRANGEBYSCORE KEY 0 1")
WORKER = ("HSET KEY f v", "EXPIRE KEY 1", "DEL KEY", "EXISTS KEY", "HGETALL KEY")

BOOK = ("XADD KEY * id a", "XREVRANGE KEY + -")
OPERATIONS = ("ZADD KEY 1 a", "ZREVRANGE KEY 0 1", "ZREMRANGEBYSCORE KEY 0 1", "ZREMRANGEBYRANK KEY 0 1")
OPERATING = ("ZADD KEY 1 a", "ZREM KEY a", "ZRANGE KEY 0 1", "ZSCORE KEY a")
OPERATION = ("HSET KEY f v", "HGET KEY f", "HGETALL KEY", "HDEL KEY f", "PERSIST KEY", "PEXPIRE KEY 1")
FROZEN = (
    "RPUSH KEY a",
    "LPOP KEY 1",
    "LRANGE KEY 0 1",
    "LLEN KEY",
    "LTRIM KEY 0 1",
    "UNLINK KEY",
    "PERSIST KEY",
    "PEXPIRE KEY 1",
)

READING = {"dump", "exists", "get", "llen", "lrange", "type"}.union(
    ("xlen", "xrange", "xrevrange", "xpending", "xinfo|groups", "xinfo|consumers"),
    ("zcard", "zcount", "zrange", "zrangebyscore", "zrevrange", "zrank", "zrevrank", "zscore", "zscan"),
    ("hget", "hmget", "hgetall", "hlen", "hexists", "hscan"),
)
"""The commands on a key that change nothing and wait for nothing, by the names that rules give them."""


def own_commands(k: Keys) -> list[list[str]]:
    """Each command as its words, with a key of the queue in the place of KEY."""
    registry = Registry(k.prefix)
    by_key: list[tuple[str, tuple[str, ...]]] = [
        *((key, STREAM) for key in (k.again, k.ready, k.suspect)),
        *((key, LOG) for key in (k.events, k.bad)),
        *((key, ZSET) for key in (k.delayed, k.completed, k.failed, k.cancelled, k.trash)),
        (k.groups, GROUPS),
        (f"{k.group}0123456789ab", ERROR_GROUP),
        (f"{k.tenant}t", TENANT),
        *((key, HASH) for key in (k.active, k.control, k.bucket)),
        (f"{k.job}id", RECORD),
        (f"{k.trail}id", TRAIL),
        (f"{k.stats}1", STATS),
        (k.op("op"), OP),
        (k.wake, WAKE),
        (k.audit, BOOK),
        (k.operations, OPERATIONS),
        (k.operating, OPERATING),
        (f"{k.operation}id", OPERATION),
        (f"{k.frozen}id", FROZEN),
        (registry.workers, WORKERS),
        (registry.queues, WORKERS),
        (registry.worker("c"), WORKER),
    ]
    return [words for key, texts in [("", KEYLESS), *by_key] for words in _for_key(key, texts)]


def doctors_commands(k: Keys) -> list[list[str]]:
    """What only the doctor sends to look at keys, in the same form."""
    by_key: list[tuple[str, tuple[str, ...]]] = [
        *((key, ("TYPE KEY",)) for key in (k.again, k.ready, k.suspect, k.events, k.bad, k.audit)),
        *((key, ("TYPE KEY", "ZSCAN KEY 0")) for key in (k.delayed, k.completed, k.failed, k.cancelled, k.trash)),
        (k.active, ("TYPE KEY", "HSCAN KEY 0")),
        *((key, ("TYPE KEY",)) for key in (k.control, k.bucket, k.wake, k.groups, k.operations, k.operating)),
        (f"{k.job}id", ("TYPE KEY",)),
    ]
    return [words for key, texts in [("", ("SCAN 0",)), *by_key] for words in _for_key(key, texts)]


def _for_key(key: str, texts: Iterable[str]) -> list[list[str]]:
    return [[key if word == "KEY" else word for word in text.split()] for text in texts]
