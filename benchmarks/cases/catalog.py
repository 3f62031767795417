"""Every case by name."""

from __future__ import annotations

from benchmarks.case import Case
from benchmarks.cases import distance, drain, enqueue, latency, limiter, memory, real, recovery

KINDS = (drain, enqueue, latency, limiter, recovery, memory, distance, real)
CASES: dict[str, Case] = {case.name: case for kind in KINDS for case in kind.CASES}
