"""Does `control` hold what this app configures, and was it written by a clock that is right; pure."""

from __future__ import annotations

from collections.abc import Mapping

from engine.doctor.context import some
from engine.doctor.finding import Finding
from engine.registry import Queue

_SKEW_US = 1_000_000


def judge_control(queue: Queue, control: Mapping[str, str], now_us: int) -> list[Finding]:
    """Moments that lie in the server's future, and settings of another version of the app."""
    if "lease_ms" not in control:
        return []
    return _judge_clock(queue, control, now_us) + _judge_settings(queue, control)


def _judge_clock(queue: Queue, control: Mapping[str, str], now_us: int) -> list[Finding]:
    what = {"fence": "its newest delivery", "last_sweep": "its last sweep"}
    found: list[Finding] = []
    for field, name in what.items():
        ahead_us = int(control.get(field, "0")) - now_us
        if ahead_us > _SKEW_US:
            text = (
                f"{name} is {ahead_us / 1_000_000:.0f} s in the future: the server's clock stepped back; delayed jobs "
            )
            text += "and recovery wait for it"
            mend = "timedatectl   # on the server's host: is the clock synchronised?"
            found.append(Finding("warn", f"queue {queue.name}", text, mend))
    return found


def _judge_settings(queue: Queue, control: Mapping[str, str]) -> list[Finding]:
    limits = queue.limits()
    wanted = {name: float(getattr(limits, name)) for name in limits.__struct_fields__}
    other = [
        f"{name} {control[name]} and not {value:g}"
        for name, value in wanted.items()
        if name in control and float(control[name]) != value
    ]
    if not other:
        return []
    text = f"its workers were configured by another version of the app: {some(other)}"
    mend = f"python -m engine run --queues {queue.name}   # restart its workers with this version"
    return [Finding("warn", f"queue {queue.name}", text, mend)]
