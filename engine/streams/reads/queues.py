"""Reads of whole queues."""

from __future__ import annotations

import re
from typing import Any

from engine.streams.call import Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.streams.reads.jobs import pairs
from engine.types import Keep, QueueCounts
from engine.views import Histogram, Limit, LimitsView, MinuteStats

_BEYOND = 9e15
"""No setting, level or time of the engine is as large."""
_COUNT = re.compile(rb"\d{1,16}")
_BUCKET = re.compile(r"\d{1,3}")


def counts(k: Keys, clock_us: int, keep_completed: Keep, keep_failed: Keep) -> Call[QueueCounts]:
    """How many jobs are in each state now; ended ones within what is kept."""
    ages = [int(keep.age_s * 1000) for keep in (keep_completed, keep_failed, keep_completed)]

    return build("counts", k, [clock_us, *ages], lambda reply: decode_counts(k.queue, reply))


def decode_counts(queue: str, reply: list[bytes]) -> QueueCounts:
    """The eight numbers that a script tallied of the queue."""
    waiting, delayed, active, completed, failed, cancelled, paused, oldest_ms = (int(n) for n in reply)
    return QueueCounts(
        queue=queue,
        waiting=waiting,
        delayed=delayed,
        active=active,
        completed=completed,
        failed=failed,
        cancelled=cancelled,
        paused=bool(paused),
        oldest_waiting_ms=oldest_ms if oldest_ms >= 0 else None,
    )


def limits(k: Keys, clock_us: int, concurrency: int) -> Call[LimitsView]:
    """What decides now whether the queue's jobs may start; `concurrency` is the configured number of places."""
    return build("limits", k, [clock_us], lambda reply: decode_limits(k.queue, concurrency, reply))


def decode_limits(queue: str, concurrency: int, reply: list[Any]) -> LimitsView:
    """Of the time, the numbers of active jobs and suspects, and what control and the shared bucket hold."""
    now_us, active, suspects = int(reply[0]), int(reply[1]), int(reply[2])
    control, bucket = pairs(reply[3]), pairs(reply[4])

    def limit(name: str) -> Limit:
        return Limit(_positive(control.get(name)), _positive(control.get(f"set:{name}")))

    view = LimitsView(
        queue=queue,
        at_ms=now_us // 1000,
        configured="lease_ms" in control,
        paused="paused" in control,
        active=active,
        suspects=suspects,
        rate=limit("rate"),
        burst=limit("burst"),
        shared_rate=limit("shared_rate"),
        shared_burst=limit("shared_burst"),
        max_active=limit("max_active"),
        concurrency=Limit(concurrency, _positive(control.get("set:concurrency"))),
    )
    return view.with_tokens(
        _level(view.rate, view.burst, control, now_us), _level(view.shared_rate, view.shared_burst, bucket, now_us)
    )


def _positive(value: bytes | None) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _number(value: bytes | None) -> float | None:
    """The number, as the scripts read it: None for whatever else another producer may have written."""
    try:
        number = float(value if value is not None else "nan")
    except ValueError:
        return None
    return number if 0 <= number < _BEYOND else None


def _level(rate: Limit, burst: Limit, bucket: dict[str, bytes], now_us: int) -> float | None:
    """How many tokens a bucket holds now, as `acquire` counts them; None without a limit."""
    if rate.now is None:
        return None
    full = burst.now or 1.0
    tokens, stamp_us = _number(bucket.get("tokens")), _number(bucket.get("stamp"))
    if tokens is None or stamp_us is None:
        return full
    elapsed_us = max(0, now_us - stamp_us)
    return min(full, (tokens + elapsed_us * rate.now) / 1_000_000)


def stats(k: Keys, clock_us: int, minutes: int, back: int = 0) -> Call[list[MinuteStats]]:
    """The counters of so many minutes, newest first, the newest `back` minutes ago."""

    def decode(reply: list[Any]) -> list[MinuteStats]:
        return [_minute(int(reply[i]), pairs(reply[i + 1])) for i in range(0, len(reply), 2)]

    return build("stats", k, [clock_us, minutes, back], decode, items=minutes)


def _minute(number: int, fields: dict[str, bytes]) -> MinuteStats:
    tally: dict[str, int] = {}
    histograms: dict[str, dict[int, int]] = {"wait": {}, "run": {}}
    for name, value in fields.items():
        kind, _, bucket = name.partition(":")
        if not _COUNT.fullmatch(value) or (bucket and not (kind in histograms and _BUCKET.fullmatch(bucket))):
            continue  # another producer's: the scripts count around it
        if bucket:
            histograms[kind][int(bucket)] = int(value)
        else:
            tally[name] = int(value)
    return MinuteStats(number * 60_000, tally, Histogram(histograms["wait"]), Histogram(histograms["run"]))
