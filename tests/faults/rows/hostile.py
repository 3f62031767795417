"""F14: another producer writes anything into the keys, among healthy jobs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random

from msgspec.structs import replace

from engine import Settings
from engine.clock import SystemClock
from engine.doctor import Context
from engine.doctor.records import find_odd
from engine.streams import Store
from tests.faults.crew import Crew, open_crew
from tests.faults.figures import Figures, Limits, RowReport
from tests.faults.house import House, Task, open_house
from tests.faults.judge import judge
from tests.faults.plan import Plan
from tests.faults.play import QUEUE, Part
from tests.faults.rows.playing import play_row
from tests.faults.vandal import KINDS, MARK, Fate, Vandal, clear, spoil_control, spoil_the_rest
from tests.support.wait import eventually
from tests.support.workers import WorkerProcess

TITLE = "hostile records, entries and settings among healthy jobs"
_WORKERS = 2
_HEALTHY_EACH = 2
"""So many healthy jobs are put with each hostile thing."""
_BEHIND = 20
"""So many hostile things later they have ended."""
_REST_EACH = 20
_COMMANDS = (
    ("jobs", QUEUE, "--state", "delayed"),
    ("jobs", QUEUE, "--state", "failed"),
    ("events", QUEUE),
    ("why", QUEUE),
    ("limit", QUEUE),
    ("stats", QUEUE),
    ("doctor",),
    ("doctor", "--repair"),
    ("doctor", "--json"),
    ("workers",),
)
_CALM_S = 3.0
_UNSAFE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
"""Unicode's categories of what drives a terminal or ends a line."""
_STATES: dict[Fate, bytes] = {"failed": b"failed", "completed": b"completed", "put_off": b"delayed"}


def run(plan: Plan) -> RowReport:
    """Healthy jobs all completed; each hostile thing came to what it should; nobody crashed, spun or was blocked."""
    rounds = _rounds(plan)
    limits = Limits(
        at_most={
            "otherwise": 0,
            "bad_without_bytes": 0,
            "unnamed": 0,
            "unmended": 0,
            "unsafe_characters": 0,
            "tracebacks": 0,
            "commands_broken": 0,
            "repeated_executions": 0,
            "failed": 0,
            "cpu_share_max": 0.25,
            "lines_a_second_max": 30,
        },
        at_least={"hostile": rounds * len(KINDS), "completed": rounds * len(KINDS) * _HEALTHY_EACH},
    )
    return play_row(plan, TITLE, limits, _play)


def _rounds(plan: Plan) -> int:
    """How often each kind of thing is written; `bad` keeps about a thousand entries."""
    return plan.size(small=1, ci=10, release=40)


async def _play(plan: Plan) -> tuple[Figures, bool]:
    async with open_house(plan, concurrency=10) as house:
        vandal = Vandal(house.store, house.keys)
        async with open_crew(house, _WORKERS) as crew:
            fates = await _write(house, vandal, _rounds(plan), plan.random("hostile"))
            more = await _look(house, crew, fates)
            clear(vandal)
            drained = await house.drain(within_s=30)
            workers = list(crew.at_work)
            await crew.let_go()
        more |= _count_told([worker.log.read_bytes() for worker in workers])
        evidence = await house.evidence()
    healthy = replace(
        evidence,
        executions=[entry for entry in evidence.executions if not entry.id.startswith(MARK.decode())],
        effects=[effect for effect in evidence.effects if not effect.id.startswith(MARK.decode())],
    )
    return judge(healthy).with_more(**more), drained


async def _write(house: House, vandal: Vandal, rounds: int, random: Random) -> dict[bytes, Fate]:
    """Everything is written, with healthy jobs between, which end meanwhile; the fate of each thing by its id."""
    names = [name for name in KINDS for _ in range(rounds)]
    random.shuffle(names)
    fates: dict[bytes, Fate] = {}
    for n, name in enumerate(names):
        job_id = MARK + f"{name}-{n}".encode() + KINDS[name].more
        fates[job_id] = KINDS[name].fate
        KINDS[name].write(vandal, job_id)
        spoil_control(vandal, n)
        if n % _REST_EACH == 0:
            spoil_the_rest(vandal, time.time_ns() // 1000)
        beside = enumerate(_healthy(n, n + 1))
        await house.put_all([Task(each, Part("work", 0.02), 0.3 * (i % 2)) for i, each in beside])
        if not await _settled(partial(house.have_ended, _healthy(n - _BEHIND - 5, n - _BEHIND))):
            break  # something blocks the queue: the figures tell it, more things would only hide what did
    await _settled(partial(house.have_ended, _healthy(len(names) - _BEHIND - 5, len(fates))))
    return fates


def _healthy(first: int, last: int) -> list[str]:
    """The ids of the healthy jobs that are put beside these hostile things."""
    return [f"h{n}-{i}" for n in range(max(0, first), last) for i in range(_HEALTHY_EACH)]


async def _look(house: House, crew: Crew, fates: Mapping[bytes, Fate]) -> dict[str, float]:
    """What has become of the hostile things, before and after a repair, and what the workers do meanwhile."""
    vandal = Vandal(house.store, house.keys)
    await _settled(partial(_are_none, _otherwise, vandal, fates))
    otherwise = _otherwise(vandal, fates)
    odd = await _odd_ids(house)
    left = {job_id for job_id, fate in fates.items() if fate in ("mended", "unmendable")}
    await _settled(partial(_nobody_wakes, vandal))
    calm = await _watch_calm(crew.at_work)
    shown = [("status", QUEUE, job_id.decode(errors="replace")) for job_id in fates][:: max(1, len(fates) // 8)]
    told = [await asyncio.to_thread(house.theatre.engine, *words) for words in (*_COMMANDS, *shown)]
    await _settled(partial(_are_none, _unmended, vandal, fates))
    still_odd = await _odd_ids(house)
    left_to_a_person = {job_id for job_id, fate in fates.items() if fate in ("unmendable", "bad")}
    unmended = _unmended(vandal, fates) | (still_odd - left_to_a_person)
    set_aside = dict(_read_bad(vandal))
    return {
        "hostile": len(fates),
        "otherwise": len(otherwise),
        "bad_without_bytes": sum(fate == "bad" and not set_aside.get(job_id) for job_id, fate in fates.items()),
        "unnamed": len(left - odd),
        "unmended": len(unmended),
        "commands_broken": sum(_is_broken(each) for each in told),
        **{f"broken_{each.args[3]}": 1.0 for each in told if _is_broken(each)},
        **{f"as_{fate}": count for fate, count in Counter(fates.values()).items()},
        **{f"not_{name}": 1.0 for name in sorted({_name(each) for each in otherwise | (left - odd) | unmended})},
        **calm,
    }


async def _settled(condition: Callable[[], Awaitable[bool]]) -> bool:
    """Whether the condition came to hold in time: what does not hold is counted afterwards."""
    try:
        return await eventually(condition, within_s=20, every_s=0.05)
    except AssertionError:
        return False


async def _nobody_wakes(vandal: Vandal) -> bool:
    """Whether the wake-ups that were strewn have been heard."""
    return bool(vandal.command("LLEN", vandal.keys.wake) <= 1)


async def _are_none(
    find: Callable[[Vandal, Mapping[bytes, Fate]], set[bytes]], vandal: Vandal, fates: Mapping[bytes, Fate]
) -> bool:
    return not find(vandal, fates)


def _name(job_id: bytes) -> str:
    """Which kind of thing this is the id of."""
    return job_id.removeprefix(MARK).decode(errors="replace").rstrip().rpartition("-")[0]


def _otherwise(vandal: Vandal, fates: Mapping[bytes, Fate]) -> set[bytes]:
    """The things that came to something else than they should, those aside that only a repair mends."""
    set_aside = dict(_read_bad(vandal))
    found = {job_id for job_id, fate in fates.items() if fate in ("bad", "noted") and job_id not in set_aside}
    for fate, state in _STATES.items():
        found |= {job_id for job_id, its in fates.items() if its == fate and vandal.state(job_id) != state}
    return found


def _unmended(vandal: Vandal, fates: Mapping[bytes, Fate]) -> set[bytes]:
    """The things that a repair mends, and that have neither completed nor gone."""
    mended = {job_id for job_id, fate in fates.items() if fate == "mended"}
    return {job_id for job_id in mended if vandal.state(job_id) not in (None, b"completed")}


def _read_bad(vandal: Vandal) -> list[tuple[bytes, bytes]]:
    """The ids that were set aside, and the bytes that were kept of each."""
    entries = [fields for _, fields in vandal.command("XRANGE", vandal.keys.bad, "-", "+")]
    return [(fields[1], dict(zip(fields[::2], fields[1::2], strict=True))[b"bytes"]) for fields in entries]


async def _odd_ids(house: House) -> set[bytes]:
    """The hostile ids that the doctor's audit names."""
    store = Store(house.theatre.url)
    settings = Settings(redis_url=house.theatre.url, prefix=house.theatre.prefix)
    queue = house.app.queues[QUEUE]
    context = Context(
        store=store, settings=settings, queues={QUEUE: queue}, clock=SystemClock(), wall_s=time.time, tell=print
    )
    try:
        return {odd.mark.id for odd in await find_odd(context, queue) if odd.mark.id.startswith(MARK)}
    finally:
        await store.close()


async def _watch_calm(workers: Sequence[WorkerProcess]) -> dict[str, float]:
    """How much of a core each worker takes, and how many lines it writes, once there is nothing left to do."""
    before = [(_cpu_s(worker.pid), len(worker.lines(""))) for worker in workers]
    began = time.monotonic()
    await asyncio.sleep(_CALM_S)
    took_s = time.monotonic() - began
    pairs = list(zip(workers, before, strict=True))
    return {
        "cpu_share_max": round(max(_cpu_s(worker.pid) - cpu_s for worker, (cpu_s, _) in pairs) / took_s, 3),
        "lines_a_second_max": max(len(worker.lines("")) - lines for worker, (_, lines) in pairs) / took_s,
    }


def _cpu_s(pid: int) -> float:
    """Seconds of processor time that the process has taken; user and system are the 14th and 15th of its fields."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _is_broken(ended: subprocess.CompletedProcess[str]) -> bool:
    """Whether a command ended in any other way than by its answer, or let something through to the terminal."""
    text = ended.stdout + ended.stderr
    return ended.returncode not in (0, 1) or "Traceback" in text or _unsafe(text) > 0


def _unsafe(text: str) -> int:
    return sum(unicodedata.category(each) in _UNSAFE for each in text if each != "\n")


def _count_told(logs: Sequence[bytes]) -> dict[str, float]:
    """What is in the workers' logs that may not be: tracebacks, and characters that drive terminals or end lines."""
    texts = [log.decode() for log in logs]
    return {
        "unsafe_characters": sum(_unsafe(text) for text in texts),
        "tracebacks": sum(text.count("Traceback") for text in texts),
        "log_lines": sum(text.count("\n") for text in texts),
    }
