"""The doctor on queues whose keys were damaged, or that nobody works: each fault is found, and a repair mends it."""

from __future__ import annotations

import shlex
import time
from collections.abc import AsyncIterator
from itertools import count

import pytest
from msgspec.structs import replace

from engine.doctor.finding import REDIS_CLI
from engine.doctor.marks import batches
from engine.streams import Registry
from engine.streams.commands import NewJob
from tests.support import damage
from tests.support.damage import marks
from tests.support.patient import Patient, open_patient
from tests.support.whole import check_whole, everything

pytestmark = pytest.mark.anyio
REPAIR = "python -m engine doctor --repair --queue q"


@pytest.fixture
async def patient(redis_url: str, prefix: str) -> AsyncIterator[Patient]:
    """A queue on the shared server, configured, without a worker; consumers count as dead at once."""
    async with open_patient(redis_url, prefix, silent_ms=0) as patient:
        patient.rig.clock.advance(3_600)
        patient.rig.configure()
        yield patient


async def texts(patient: Patient) -> list[str]:
    """What is told of the queue and of workers that is not in order."""
    return [one.text for one in await patient.findings() if one.subject.startswith(("queue", "worker"))]


def beat(patient: Patient, label: str, pid: int, *, version: str = "1", age_s: float = 0) -> str:
    """A worker process of the queue has told of itself; its consumer's name."""
    registry, consumer = Registry(patient.context.settings.prefix), f"{label}~{pid}"
    now_ms = int(time.time() * 1000)
    fields = {"label": label, "host": "h", "pid": pid, "queues": '["q"]', "concurrency": '{"q":2}', "version": version}
    told = {**fields, "started": now_ms - pid * 1_000, "seen": now_ms - round(age_s * 1000)}
    patient.rig.command("HSET", registry.worker(consumer), *(word for pair in told.items() for word in pair))
    patient.rig.command("ZADD", registry.workers, now_ms, consumer)
    return consumer


async def test_a_queue_that_is_in_order(patient: Patient) -> None:
    """A queue with a live worker, jobs in each state and trails has nothing to tell, and a repair mends nothing."""
    consumer = beat(patient, "w", 1)
    patient.rig.enqueue("a", "b", "c")
    held, done, _ = patient.rig.take(3, consumer)
    patient.rig.note(held, "log", b"a line")
    patient.rig.settle(done, "complete", b"1")
    patient.rig.enqueue("late", delay_s=90)
    before = everything(patient.rig)
    assert await texts(patient) == []
    assert await patient.repair() == []
    assert everything(patient.rig) == before


async def test_jobs_that_nobody_works(patient: Patient) -> None:
    """Without a live worker waiting jobs fail the check; a paused queue says so; a worker mends both."""
    patient.rig.enqueue("a")
    beat(patient, "dead", 1, age_s=20)
    found = await patient.about("no live worker works it; 1 waiting")
    assert (found.level, found.mend) == ("fail", "python -m engine run --queues q")
    patient.rig.pause()
    assert (await patient.about("it is paused")).mend == "python -m engine resume q"
    patient.rig.pause(paused=False)
    beat(patient, "w", 2)
    assert await texts(patient) == []


async def test_twins_and_versions(patient: Patient) -> None:
    """Two live processes of one label are told; so are two versions, by the process to stop."""
    beat(patient, "w", 11)
    beat(patient, "w", 12)
    twins = await patient.about("2 live processes call themselves w")
    assert (twins.level, twins.mend.startswith("kill -TERM ")) == ("warn", True)
    assert "h pid 12, h pid 11" in twins.text
    beat(patient, "w", 12, age_s=20)
    beat(patient, "new", 5, version="2")
    assert (await patient.about("versions 1, 2 work side by side")).mend.startswith("kill -TERM 11 ")


async def test_dead_consumers(patient: Patient) -> None:
    """Those that hold nothing are deleted by a repair; what others hold waits for a sweep, and stays."""
    patient.rig.enqueue("a")
    patient.rig.take(1, "holds~1")
    patient.rig.take(1, "empty~1")
    patient.rig.take(1, beat(patient, "alive", 1))
    found = await patient.about("deliveries that workers hold that no longer beat: 1 (holds~1)")
    assert "the sweep hands them back" in found.text
    mended = await patient.repair()
    assert [(one.id, "held nothing" in one.text) for one in mended] == [("empty~1", True)]
    names = {fields[1] for fields in patient.rig.command("XINFO", "CONSUMERS", patient.rig.keys.ready, "workers")}
    assert names == {b"holds~1", b"alive~1"}


async def test_dead_consumers_without_a_worker(patient: Patient) -> None:
    """Nobody sweeps: the finding says so."""
    patient.rig.take(1, "empty~1")
    assert (await patient.about("no worker runs to sweep them")).mend == REPAIR
    patient.rig.enqueue("a")
    patient.rig.take(1, "holds~1")
    assert (await patient.about("no worker runs to take them back")).mend == "python -m engine run --queues q"


async def test_a_queue_in_another_slot(patient: Patient) -> None:
    """Jobs in the slot that the queue had before are found, and the empty one is told as harmless."""
    rig, prefix = patient.rig, patient.context.settings.prefix
    rig.command("ZADD", Registry(prefix).queues, 0, "old/q", 0, "s/q", 0, "old/another")
    assert (await patient.about("it is on record in slot 'old', which is empty")).level == "warn"
    rig.command("XADD", f"{prefix}:{{old}}:q:ready", "*", "id", "a")
    found = await patient.about("jobs in slot 'old', while this app looks in 's': 1")
    assert (found.level, "--drain" in found.mend) == ("fail", True)


async def test_settings_of_another_version(patient: Patient) -> None:
    """What another version of the app has configured is named, value by value."""
    patient.rig.configure(lease_ms=5_000, max_crashes=9)
    found = await patient.about("configured by another version")
    assert "lease_ms 5000 and not 15000, max_crashes 9 and not 3" in found.text


async def test_a_suspect_that_waits(patient: Patient) -> None:
    """A job that crashed its workers and has waited for ten minutes is named."""
    patient.rig.enqueue("a")
    entry = f"{int(time.time() * 1000) - 700_000}-0"
    patient.rig.command("XDEL", patient.rig.keys.ready, patient.rig.record("a")["at"].split()[1])
    patient.rig.command("XADD", patient.rig.keys.suspect, entry, "id", "a")
    patient.rig.command("HSET", patient.rig.keys.job + "a", "at", f"suspect {entry}", "crashes", 2)
    assert "job a crashed its workers before and has waited 11 minutes" in (await patient.about("crashed its")).text


async def test_what_was_set_aside(patient: Patient) -> None:
    """Records that no worker could read are counted, and the command shows them."""
    patient.rig.enqueue("a")
    patient.rig.command("HDEL", patient.rig.keys.job + "a", "payload")
    assert (await patient.about("jobs whose record no worker can read: 1 (a)")).level == "fail"
    patient.rig.take()
    found = await patient.about("jobs that could not be read and were set aside: 1")
    assert found.mend.startswith(f"{REDIS_CLI} XRANGE '{patient.rig.keys.bad}' - + COUNT 10")


async def test_a_record_of_another_type(patient: Patient) -> None:
    """The command moves it out of the way, so that a repair drops what names it; nothing of it is lost."""
    beat(patient, "w", 1)
    patient.rig.enqueue("a")
    patient.rig.command("DEL", patient.rig.keys.job + "a")
    patient.rig.command("SET", patient.rig.keys.job + "a", "hostile")
    found = await patient.about("jobs whose record no worker can read: 1 (a)")
    words = shlex.split(found.mend, comments=True)[3:]
    assert words == ["RENAMENX", patient.rig.keys.job + "a", "lost:q:a"]
    aside = f"{patient.context.settings.prefix}:aside"
    patient.rig.command(*words[:2], aside)
    await patient.repair()
    assert (await texts(patient), patient.rig.command("GET", aside)) == ([], b"hostile")


async def test_jobs_that_the_app_does_not_know(patient: Patient) -> None:
    """Waiting and delayed jobs of other names are told beside those that a worker runs."""
    beat(patient, "w", 1)
    patient.rig.enqueue("a")
    patient.rig.enqueue_jobs(NewJob("b", "newer", b"{}"), NewJob("c", "older", b"{}", 60_000))
    found = await patient.about("jobs whose names this app does not know: 2 (newer, older)")
    assert (found.level, await texts(patient)) == ("warn", [found.text])


async def test_a_key_of_another_type(patient: Patient) -> None:
    """The queue is not looked at any further, and a repair leaves it alone; moved away, it is rebuilt."""
    patient.rig.enqueue("a")
    patient.rig.command("DEL", patient.rig.keys.ready)
    patient.rig.command("SET", patient.rig.keys.ready, "hostile")
    found = await patient.about(f"its key {patient.rig.keys.ready} holds a string, not a stream")
    assert (found.level, await texts(patient)) == ("fail", [found.text])
    assert await patient.repair() == []
    patient.rig.command("RENAME", patient.rig.keys.ready, f"{patient.context.settings.prefix}:lost")
    assert [one.id for one in await patient.repair()] == ["", "a"]
    check_whole(patient.rig)


async def test_a_lost_group(patient: Patient) -> None:
    """It is found while no worker runs, and made anew; what was active in it runs again, uncharged."""
    patient.rig.enqueue("a", "b")
    patient.rig.take(1, "w~1")
    damage.lose_group(patient.rig, "")
    assert (await patient.about("its stream ready has lost the group 'workers'")).mend == REPAIR
    assert (await patient.repair())[0].text == "its streams, groups and settings are there again"
    assert [(d.id, d.crashes) for d in patient.rig.take()] == [("a", 0), ("b", 0)]


async def test_lost_settings(patient: Patient) -> None:
    """A control hash that is gone is written again as the app configures it."""
    patient.rig.enqueue("a")
    before = patient.rig.control()
    patient.rig.command("DEL", patient.rig.keys.control)
    assert patient.rig.acquire().status == "reset"
    assert (await patient.about("its settings are gone")).mend == REPAIR
    assert len(await patient.repair()) == 1
    del before["fence"]
    assert patient.rig.control() == before
    assert [d.id for d in patient.rig.take()] == ["a"]


async def test_a_lost_stream(patient: Patient) -> None:
    """It is rebuilt from records in the order of their enqueues, however many there are."""
    ids = [f"j{n}" for n in range(600)]
    for start in range(0, 600, 250):
        patient.rig.enqueue(*ids[start : start + 250])
    damage.lose_stream(patient.rig, "")
    assert (await patient.about("its stream ready is gone")).mend == REPAIR
    assert (
        "waiting jobs that no stream will hand over, so that they never run: 600"
        in (await patient.about("waiting jobs")).text
    )
    mended = await patient.repair()
    assert [one.id for one in mended[1:]] == ids
    assert patient.rig.waiting_in("ready") == ids
    check_whole(patient.rig)
    assert await patient.repair() == []


async def test_every_damage_is_found_and_mended(patient: Patient) -> None:
    """After each way of losing, copying or moving keys the doctor has a finding, and after its repair none."""
    beat(patient, "w", 1)
    for number, harm in enumerate(damage.DAMAGES):
        waiting, active, ended = (f"{state}{number}" for state in ("waiting", "active", "ended"))
        patient.rig.enqueue(ended, active)
        for delivery in patient.rig.take(2, "w~1"):
            if delivery.id == ended:
                patient.rig.settle(delivery, "complete", b"1")
        patient.rig.enqueue(waiting)
        for job_id in (waiting, active, ended):
            harm(patient.rig, job_id)
        assert await texts(patient) != [], harm.__name__
        assert await patient.repair() != [], harm.__name__
        assert await texts(patient) == [], harm.__name__
        for delivery in patient.rig.take(10, "w~1"):
            patient.rig.settle(delivery, "complete", b"1")
        check_whole(patient.rig)


async def test_the_doctor_looks_at_everything(patient: Patient) -> None:
    """Its pages name every record, trail, member and entry, whatever bytes their ids are; progress is told in time."""
    rig = patient.rig
    hostile = ["*", "[a-z]", "a\nb", "{x}", "\u202e", "job:1"]
    rig.enqueue(*hostile, *(f"j{n}" for n in range(200)))
    for delivery in rig.take(40):
        rig.note(delivery, "log", b"x")
        rig.settle(delivery, "retry" if delivery.id in hostile else "complete", b"1", delay_s=60)
    rig.take(20)
    rig.command("ZADD", rig.keys.failed, 1, b"\xff\xfe")
    looked = [mark async for batch in batches(patient.context, rig.keys) for mark in batch]
    assert set(looked) == set(marks(rig))
    assert len(looked) >= len(set(looked))


class Racing:
    """A clock by which each look takes a second."""

    def __init__(self) -> None:
        self._seconds = count()

    def now_us(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return next(self._seconds)


async def test_progress_is_told(patient: Patient) -> None:
    """On a big queue a line says every few seconds how far the doctor is."""
    for start in range(0, 1_000, 250):
        patient.rig.enqueue_jobs(*(NewJob(f"j{n}", "work", b"{}") for n in range(start, start + 250)))
    context = replace(patient.context, clock=Racing())
    assert sum([len(batch) async for batch in batches(context, patient.rig.keys)]) == 2_000
    assert patient.told[0] == "queue q: looked at 200 records and places so far"
