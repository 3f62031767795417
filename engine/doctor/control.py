"""Does `control` hold what this app configures, and was it written by a clock that is right; pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from engine.doctor.context import some
from engine.doctor.finding import REDIS_CLI, Finding
from engine.registry import Queue

_SKEW_US = 1_000_000
_NUMBER = re.compile(r"\d{1,16}(\.\d{1,20})?(e[+-]?\d{1,2})?")
_TEXTS = {"paused", "turn", "gate"}
"""Fields that hold no number."""


def judge_control(
    queue: Queue, control: Mapping[str, str], now_us: int, key: str = "the key of control"
) -> list[Finding]:
    """What is no number, moments in the server's future, and settings of another version of the app."""
    if "lease_ms" not in control:
        return []
    numbers = {name: float(value) for name, value in control.items() if _NUMBER.fullmatch(value)}
    return (
        _judge_junk(queue, control, numbers, key)
        + _judge_clock(queue, numbers, now_us)
        + _judge_settings(queue, numbers)
    )


def _judge_junk(queue: Queue, control: Mapping[str, str], numbers: Mapping[str, float], key: str) -> list[Finding]:
    """Fields that hold no number where the engine keeps one: another producer wrote them."""
    names = sorted(control.keys() - numbers.keys() - _TEXTS)
    if not names:
        return []
    held = [f"{name} {control[name][:30]!a}" for name in names]
    text = f"its settings hold what is no number; it is not used: {some(held)}"
    mend = f"{REDIS_CLI} HDEL {shlex.quote(key)} {' '.join(shlex.quote(name) for name in names)}"
    return [Finding("warn", f"queue {queue.name}", text, mend)]


def _judge_clock(queue: Queue, control: Mapping[str, float], now_us: int) -> list[Finding]:
    what = {"fence": "its newest delivery", "last_sweep": "its last sweep"}
    found: list[Finding] = []
    for field, name in what.items():
        ahead_us = control.get(field, 0) - now_us
        if ahead_us > _SKEW_US:
            text = (
                f"{name} is {ahead_us / 1_000_000:.0f} s in the future: the server's clock stepped back; delayed jobs "
            )
            text += "and recovery wait for it"
            mend = "timedatectl   # on the server's host: is the clock synchronised?"
            found.append(Finding("warn", f"queue {queue.name}", text, mend))
    return found


def _judge_settings(queue: Queue, control: Mapping[str, float]) -> list[Finding]:
    limits = queue.limits()
    wanted = {name: float(getattr(limits, name)) for name in limits.__struct_fields__}
    other = [
        f"{name} {control[name]:g} and not {value:g}"
        for name, value in wanted.items()
        if name in control and control[name] != value
    ]
    if not other:
        return []
    text = f"its workers were configured by another version of the app: {some(other)}"
    mend = f"python -m engine run --queues {queue.name}   # restart its workers with this version"
    return [Finding("warn", f"queue {queue.name}", text, mend)]
