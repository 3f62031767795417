"""What another producer may write into a queue: anything. Each kind of it, and what is to become of it.

Whatever it writes carries an id that begins with `x-`, by which it is found again. Nothing here goes through the
engine: these are the words of somebody who has only heard of its keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from engine.streams import Keys, SyncStore
from tests.support.wait import eventually_sync

MARK = b"x-"
Fate = Literal["bad", "noted", "failed", "completed", "put_off", "mended", "unmendable", "gone"]
"""`bad`: set aside with its bytes; `noted`: set aside, though there was no record to keep; `put_off`: delayed, since
another worker may know it; `mended`: the doctor names it, and after its repair it has completed, or nothing of it is
left; `unmendable`: the doctor names it, and leaves it to a person; `gone`: dropped without a word."""
_ESCAPES = "\x1b[31m\x1b]52;c;Zm9v\x07\x9b2J\u202e\u2028\x00\x7f\r\n"
"""Colours, a clipboard write, C1, bidi, line ends: what drives a terminal, or forges a line of a log."""
_DIGITS = "9" * 400
_YEAR_MS = 31_536_000_000
_FAR_MS = 4_000_000_000_000
_UNKNOWN_FOR_MS = 3_600_000

_ENTER = """
local entry = redis.call('XADD', KEYS[1], '*', ARGV[2], ARGV[3])
if redis.call('TYPE', KEYS[2]).ok == 'hash' then
  redis.call('HSET', KEYS[2], 'at', ARGV[1] .. ' ' .. entry)
end
"""
"""An entry and the record that names it, at one moment."""


class Vandal:
    """Writes single things into a queue's keys."""

    def __init__(self, store: SyncStore, keys: Keys) -> None:
        self.command, self.keys = store.command, keys

    def job_key(self, job_id: bytes) -> bytes:
        return self.keys.job.encode() + job_id

    def state(self, job_id: bytes) -> bytes | None:
        """What the record says of the job's state, if there is one that says something."""
        if self.command("TYPE", self.job_key(job_id)) != b"hash":
            return None
        found: bytes | None = self.command("HGET", self.job_key(job_id), "state")
        return found

    def record(self, job_id: bytes, **fields: str | bytes | None) -> None:
        """A record as the engine would have it, but for these fields; None leaves one out."""
        plain: dict[str, str | bytes | None] = {
            "name": "part",
            "payload": b"{}",
            "state": "waiting",
            "run": "1700000000000000",
            **fields,
        }
        words = [word for name, value in plain.items() if value is not None for word in (name, value)]
        self.command("HSET", self.job_key(job_id), *words)

    def entry(self, job_id: bytes, stream: str = "ready", field: str = "id") -> None:
        """An entry names the job; the record, if there is one, names it back."""
        self.command("EVAL", _ENTER, 2, getattr(self.keys, stream), self.job_key(job_id), stream, field, job_id)

    def waiting(self, job_id: bytes, **fields: str | bytes | None) -> None:
        """A record that waits, and its entry."""
        self.record(job_id, **fields)
        self.entry(job_id)


class Kind(Struct, frozen=True):
    """One kind of thing to write, the fate of it, and what its id holds beside the mark and a number."""

    write: Callable[[Vandal, bytes], object]
    fate: Fate
    more: bytes = b""


def _fields(fate: Fate, more: bytes = b"", /, **fields: str | bytes | None) -> Kind:
    return Kind(lambda vandal, job_id: vandal.waiting(job_id, **fields), fate, more)


def _list_record(vandal: Vandal, job_id: bytes) -> None:
    vandal.command("RPUSH", vandal.job_key(job_id), "name", _ESCAPES)
    vandal.entry(job_id)


def _text_record(vandal: Vandal, job_id: bytes) -> None:
    vandal.command("SET", vandal.job_key(job_id), "x" * 100_000)
    vandal.entry(job_id, "again")


def _odd_trail(vandal: Vandal, job_id: bytes) -> None:
    vandal.command("SET", vandal.keys.trail.encode() + job_id, "no stream")
    vandal.waiting(job_id, payload=b'{"do": "raise"}')


def _many_fields(vandal: Vandal, job_id: bytes) -> None:
    vandal.command("XADD", vandal.keys.ready, "*", _ESCAPES, job_id, "b", "c", "d", "e")


def _stale_entry(vandal: Vandal, job_id: bytes) -> None:
    vandal.record(job_id, state="completed", ended=f"{_FAR_MS}")
    vandal.command("ZADD", vandal.keys.completed, _FAR_MS, job_id)
    vandal.command("XADD", vandal.keys.suspect, "*", "id", job_id)


def _delayed(score: str) -> Kind:
    fate: Fate = "gone" if score == "-inf" else "mended"
    return Kind(lambda vandal, job_id: vandal.command("ZADD", vandal.keys.delayed, score, job_id), fate)


def _active(value: str, *, record: bool = False) -> Kind:
    def write(vandal: Vandal, job_id: bytes) -> None:
        if record:
            vandal.record(job_id, state="active", at="ready 5-5")
        vandal.command("HSET", vandal.keys.active, job_id, value)

    return Kind(write, "mended")


def _indexed(name: str) -> Kind:
    return Kind(lambda vandal, job_id: vandal.command("ZADD", getattr(vandal.keys, name), _FAR_MS, job_id), "mended")


def _lonely_trail(vandal: Vandal, job_id: bytes) -> None:
    vandal.command("XADD", vandal.keys.trail.encode() + job_id, "*", "kind", "log", "text", _ESCAPES)


def _at_work(spoil: Callable[[Vandal, bytes], object], fate: Fate) -> Kind:
    """The record is spoilt while a worker runs the job."""

    def write(vandal: Vandal, job_id: bytes) -> None:
        vandal.waiting(job_id, payload=b'{"seconds": 0.5}')
        eventually_sync(lambda: vandal.state(job_id) == b"active", within_s=10)
        spoil(vandal, job_id)

    return Kind(write, fate)


def _spoil_numbers(vandal: Vandal, job_id: bytes) -> None:
    junk = ("attempts", _ESCAPES, "progress", b"\xff", "due", "never")
    vandal.command("HSET", vandal.job_key(job_id), *junk)


def _delete(vandal: Vandal, job_id: bytes) -> None:
    vandal.command("DEL", vandal.job_key(job_id))


def _replace(vandal: Vandal, job_id: bytes) -> None:
    _delete(vandal, job_id)
    vandal.command("RPUSH", vandal.job_key(job_id), "x")


KINDS: dict[str, Kind] = {
    "list-record": Kind(_list_record, "bad"),
    "text-record": Kind(_text_record, "bad"),
    "no-record": Kind(lambda vandal, job_id: vandal.entry(job_id), "noted"),
    "other-field": Kind(lambda vandal, job_id: vandal.entry(job_id, field="job"), "noted"),
    "many-fields": Kind(_many_fields, "noted"),
    "no-payload": _fields("bad", payload=None),
    "no-name": _fields("bad", name=None),
    "no-run": _fields("bad", run=None),
    "run-of-400-digits": _fields("bad", run=_DIGITS),
    "run-of-letters": _fields("bad", run="yesterday"),
    "attempts-of-400-digits": _fields("bad", attempts=_DIGITS),
    "attempts-negative": _fields("bad", attempts="-5"),
    "crashes-in-hex": _fields("bad", crashes="0x10"),
    "crashes-negative": _fields("bad", crashes="-1"),
    "snoozed-a-fraction": _fields("bad", snoozed="1.5"),
    "snoozed-not-a-number": _fields("bad", snoozed="nan"),
    "name-no-text": _fields("bad", name=b"\xff\xfe"),
    "id-no-text": _fields("bad", b"\xc3\x28\xff"),
    "payload-no-json": _fields("failed", payload=b"{no json" + _ESCAPES.encode()),
    "payload-no-text": _fields("failed", payload=b'{"do": "\xff\xfe"}'),
    "payload-empty": _fields("failed", payload=b""),
    "payload-null": _fields("failed", payload=b"null"),
    "payload-deep": _fields("failed", payload=b"[" * 100_000),
    "payload-deep-object": _fields("failed", payload=b'{"do":' * 50_000),
    "payload-other-type": _fields("failed", payload=b'{"do": 5}'),
    "payload-unknown-word": _fields("failed", payload=b'{"do": "\\u001b[31m"}'),
    "payload-nan": _fields("failed", payload=b'{"seconds": NaN}'),
    "payload-huge-number": _fields("failed", payload=b'{"seconds": 1e' + b"9" * 400 + b"}"),
    "payload-large": _fields("completed", payload=b'{"pad": "' + b"x" * 300 * 1024 + b'"}'),
    "payload-odd-field": _fields("completed", payload=b'{"\\u001b[31m\\u009b\\u202e": 1}'),
    "payload-names-twice": _fields("completed", payload=b'{"do": "exit", "do": "work"}'),
    "name-unknown": _fields("put_off", name="nobody-knows"),
    "name-of-escapes": _fields("put_off", name=_ESCAPES),
    "name-unknown-for-an-hour": _fields("failed", name=f"{_ESCAPES}!", snoozed=f"{_UNKNOWN_FOR_MS}"),
    "id-of-escapes": _fields("completed", _ESCAPES.replace("\0", "").encode()),
    "trail-no-stream": Kind(_odd_trail, "completed"),
    "entry-of-an-ended-job": Kind(_stale_entry, "completed"),
    "numbers-spoilt-at-work": _at_work(_spoil_numbers, "completed"),
    "deleted-at-work": _at_work(_delete, "gone"),
    "replaced-at-work": _at_work(_replace, "unmendable"),
    "state-unknown": _fields("unmendable", state=_ESCAPES),
    "waiting-without-an-entry": Kind(lambda vandal, job_id: vandal.record(job_id), "mended"),
    "delayed-without-a-record": _delayed(f"{_FAR_MS}"),
    "delayed-for-ever": _delayed("inf"),
    "delayed-since-ever": _delayed("-inf"),
    "active-without-sense": _active(_ESCAPES),
    "active-empty": _active(""),
    "active-no-entry": _active("5 ready zzz - nobody"),
    "active-entry-of-400-digits": _active(f"5 ready {_DIGITS}-1 - nobody"),
    "active-no-stream": _active("5 nowhere 1-1 - nobody"),
    "active-fence-of-400-digits": _active(f"{_DIGITS} ready 1-1 - nobody"),
    "active-job-without-sense": _active("junk", record=True),
    "completed-without-a-record": _indexed("completed"),
    "failed-without-a-record": _indexed("failed"),
    "trail-without-a-record": Kind(_lonely_trail, "mended"),
}

JUNK = ("junk", "", _DIGITS, f"-{_DIGITS}", "-1", "nan", "inf", "1e999", _ESCAPES)
_CONTROL = (
    *("lease_ms", "sweep_ms", "max_crashes", "rate", "burst", "max_active", "shared_rate", "shared_burst"),
    *("set:rate", "set:burst", "set:max_active", "set:concurrency", "set:shared_rate", "set:shared_burst"),
    *("fence", "tokens", "stamp", "last_sweep", "reclaim_from", "turn", "turn_until"),
)


def spoil_control(vandal: Vandal, n: int) -> None:
    """One of the fields of `control`, and of the bucket that the slot shares, is junk."""
    field, junk = _CONTROL[n % len(_CONTROL)], JUNK[n // len(_CONTROL) % len(JUNK)]
    vandal.command("HSET", vandal.keys.control, field, junk)
    if field in ("tokens", "stamp"):
        vandal.command("HSET", vandal.keys.bucket, field, junk)


def spoil_the_rest(vandal: Vandal, now_us: int) -> None:
    """The wake list is full; events, statistics of these minutes, and the list of workers hold junk."""
    vandal.command("LPUSH", vandal.keys.wake, *["junk"] * 500)
    vandal.command("XADD", vandal.keys.events, "*", _ESCAPES, b"\xff\xfe", b"\xfe", "x", "complete", _ESCAPES)
    for minute in range(now_us // 60_000_000, now_us // 60_000_000 + 3):
        vandal.command(
            "HSET", f"{vandal.keys.stats}{minute}", "acquire", "junk", "complete", _DIGITS, "wait:3", _ESCAPES
        )
    vandal.command("ZADD", f"{vandal.keys.prefix}:workers", now_us // 1000, b"x-\xff" + _ESCAPES.encode())
    vandal.command("HSET", f"{vandal.keys.prefix}:worker:x-other", "pid", "junk", _ESCAPES, _ESCAPES)
    vandal.command("ZADD", f"{vandal.keys.prefix}:workers", now_us // 1000, "x-other")


def clear(vandal: Vandal) -> None:
    """Nothing that carries the mark is left, nor what was set aside."""
    for base in (vandal.keys.job, vandal.keys.trail):
        for key in vandal.command("KEYS", base.encode() + MARK + b"*"):
            vandal.command("DEL", key)
    for name in ("delayed", "completed", "failed", "cancelled"):
        for member in vandal.command("ZRANGE", getattr(vandal.keys, name), 0, -1):
            if member.startswith(MARK):
                vandal.command("ZREM", getattr(vandal.keys, name), member)
    vandal.command("DEL", vandal.keys.bad)
