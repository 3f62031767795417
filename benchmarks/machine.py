"""What the figures were measured on."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

import redis
from msgspec import Struct

import engine


class Machine(Struct, frozen=True):
    """The processor, the system and the versions of what every side shares."""

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    engine: str
    """Its version, and a digest of its source: two runs with the same one measured the same engine."""
    redis_py: str
    server: str
    load: float
    """The load average of the minute before the run: what else the machine did."""


def look(server: str) -> Machine:
    """This machine, and the server that was found on it."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gb=round(memory_gb, 1),
        system=f"{platform.system()} {'.'.join(platform.release().split('.')[:2])} {platform.machine()}",
        python=platform.python_version(),
        engine=f"{engine.VERSION}+{_source()}",
        redis_py=redis.__version__,
        server=server,
        load=round(os.getloadavg()[0], 2),
    )


def _source() -> str:
    digest = hashlib.sha256()
    folder = Path(engine.__file__).parent
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".lua"}):
        digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:8]


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
