"""The doctor on servers that were set up wrong: each fault is found, and its command mends it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.embedded import EmbeddedValkey
from engine.streams import SyncStore
from tests.support.masked import open_masked
from tests.support.patient import Patient, open_patient
from tests.support.servers import scratch
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio
Start = Callable[..., EmbeddedValkey]


def obey(url: str, mend: str) -> None:
    """The command of a finding is done, as `redis-cli` would."""
    words = shlex.split(mend, comments=True)
    assert words[:3] == ["redis-cli", "-u", "$REDIS_URL"]
    store = SyncStore(url)
    try:
        store.command(*words[3:])
    finally:
        store.close()


async def first_file_written(patient: Patient) -> None:
    """The append-only file that was just turned on is whole: before that the server does not stop when told to."""

    def written() -> bool:
        told = dict(_lines(patient.rig.command("INFO", "persistence")))
        return told["aof_rewrite_in_progress"] == told["aof_rewrite_scheduled"] == "0"

    await eventually(written)


async def test_a_server_that_is_in_order(own_valkey: Start) -> None:
    """With an append-only file, noeviction and every right there is nothing to tell."""
    async with open_patient(own_valkey().url, "p") as patient:
        assert await patient.findings() == []


async def test_a_server_that_forgets(own_valkey: Start) -> None:
    """No file, eviction and memory that is nearly used up: three findings, whose commands make them go."""
    wrong = {"maxmemory-policy": "allkeys-lru", "appendonly": "no", "save": '""'}
    url = own_valkey(settings=wrong, maxmemory="100mb").url
    async with open_patient(url, "p") as patient:
        assert (await patient.about("nothing is written to disk")).level == "fail"
        assert (await patient.about("maxmemory-policy is allkeys-lru")).level == "fail"
        used = int(dict(_lines(patient.rig.command("INFO", "memory")))["used_memory"])
        patient.rig.command("CONFIG", "SET", "maxmemory", int(used * 1.05))
        assert (await patient.about("of maxmemory")).level == "warn"
        for found in await patient.findings():
            obey(url, found.mend)
        assert await patient.findings() == []
        patient.rig.command("CONFIG", "SET", "maxmemory", used // 2)
        assert "Redis refuses new jobs" in (await patient.about("of maxmemory")).text
        await first_file_written(patient)


async def test_a_server_that_only_takes_snapshots(own_valkey: Start) -> None:
    """It is told what a crash loses; a snapshot that fails is told too, and one that succeeds mends it."""
    url = own_valkey(settings={"appendonly": "no", "save": "3600 1"}).url
    async with open_patient(url, "p") as patient:
        patient.rig.command("SET", "p:something", 1)
        found = await patient.about("snapshots only")
        assert (found.level, "(1 changes by now)" in found.text) == ("warn", True)
        directory = Path(patient.rig.command("CONFIG", "GET", "dir")[1].decode())
        (directory / "dump.rdb").mkdir()
        patient.rig.command("BGSAVE")

        async def failed() -> bool:
            return any("the last snapshot failed" in one.text for one in await patient.findings())

        await eventually(failed)
        assert (await patient.about("the last snapshot failed")).level == "fail"
        (directory / "dump.rdb").rmdir()
        obey(url, (await patient.about("the last snapshot failed")).mend)

        async def mended() -> bool:
            return not await failed()

        await eventually(mended)
        obey(url, (await patient.about("snapshots only")).mend)
        assert await patient.findings() == []
        await first_file_written(patient)


async def test_a_file_without_fsync_and_a_replica(own_valkey: Start) -> None:
    """`appendfsync no` warns; a replica cannot take jobs, nor a primary that misses its replicas."""
    url = own_valkey(settings={"appendfsync": "no"}).url
    async with open_patient(url, "p") as patient:
        obey(url, (await patient.about("without fsync")).mend)
        patient.rig.command("REPLICAOF", "127.0.0.1", 1)
        found = await patient.about("it is a replica of 127.0.0.1:1")
        assert (found.level, found.mend) == ("fail", "export REDIS_URL=redis://127.0.0.1:1/0")
        patient.rig.command("REPLICAOF", "NO", "ONE")
        assert await patient.findings() == []
        patient.rig.command("CONFIG", "SET", "min-replicas-to-write", 1)
        found = await patient.about("refuses writes while fewer than 1 replicas keep up, and 0 do")
        assert found.level == "fail"
        obey(url, found.mend)
        assert await patient.findings() == []


async def test_an_old_version_and_a_broken_disk(own_valkey: Start) -> None:
    """A server that tells of an old version, and of failed writes and rewrites, is believed."""
    told = {
        b"valkey_version:9.": b"valkey_version:6.",
        b"aof_last_bgrewrite_status:ok\r\naof_rewrites:": b"aof_last_bgrewrite_status:err\r\naof_rewrite:",
        b"aof_last_write_status:ok\r\naof_last_cow_size:": b"aof_last_write_status:err\r\naof_last_cow_siz:",
    }
    url = own_valkey().url
    with scratch() as directory:
        async with open_masked(url, directory / "s", told) as masked, open_patient(url, "p", login=masked) as patient:
            assert (await patient.about("too old")).level == "fail"
            assert (await patient.about("the last rewrite")).level == "warn"
            assert (await patient.about("the last write")).level == "fail"


async def test_clocks(own_valkey: Start) -> None:
    """A machine an hour off is told; so are a fence and a sweep of the future."""
    url = own_valkey().url
    async with open_patient(url, "p", wall_s=lambda: time.time() - 3600) as patient:
        assert "3600.0 s ahead of this machine's" in (await patient.about("clock is")).text
    async with open_patient(url, "p") as patient:
        patient.rig.configure()
        ahead_us = time.time_ns() // 1000 + 60_000_000
        patient.rig.command("HSET", patient.rig.keys.control, "fence", ahead_us, "last_sweep", ahead_us)
        texts = [one.text for one in await patient.findings()]
        assert [text.split(" is ")[0] for text in texts] == ["its newest delivery", "its last sweep"]


async def test_rights(own_valkey: Start) -> None:
    """The rules that a finding asks for are those that were missing, whatever else the user may not do."""
    url = own_valkey().url
    login = url.replace("unix://", "unix://app:pw@")
    async with open_patient(url, "p") as patient:
        patient.rig.command("ACL", "SETUSER", "app", "on", ">pw", "~p:*", "+@all", "-xclaim", "-xinfo|consumers")
        async with open_patient(url, "p", login=login) as limited:
            found = await limited.about("may not use the commands xclaim, xinfo|consumers")
            assert "ACL SETUSER app '+xclaim' '+xinfo|consumers'   #" in found.mend
            obey(url, found.mend)
            assert await limited.findings() == []
            patient.rig.command("ACL", "SETUSER", "app", "resetkeys", "~p:{s}:*")
            found = await limited.about("keys such as p:workers")
            obey(url, found.mend)
            assert await limited.findings() == []


async def test_rights_to_the_keys_alone(own_valkey: Start) -> None:
    """A user of every command and other keys lacks the pattern, and nothing else is claimed."""
    url = own_valkey().url
    async with open_patient(url, "p") as patient:
        rules = ("+@all", "-@dangerous", "+info", "+config|get", "+sort", "~foo:*")
        patient.rig.command("ACL", "SETUSER", "app", "on", ">pw", *rules)
        async with open_patient(url, "p", login=url.replace("unix://", "unix://app:pw@")) as limited:
            found = await limited.about("user app may not use keys such as p:{s}:q:again, ")
            assert "ACL SETUSER app '~p:*'   #" in found.mend
            obey(url, found.mend)
            assert await limited.findings() == []


async def test_keys_that_may_only_be_read(own_valkey: Start) -> None:
    """Nothing tells keys that are only readable from commands that are missing: the mend grants both."""
    url = own_valkey().url
    async with open_patient(url, "p") as patient:
        patient.rig.command("ACL", "SETUSER", "app", "on", ">pw", "%R~p:*", "+@all")
        async with open_patient(url, "p", login=url.replace("unix://", "unix://app:pw@")) as limited:
            obey(url, (await limited.about("and keys such as p:workers")).mend)
            assert await limited.findings() == []


async def test_rights_of_the_doctor_alone(own_valkey: Start) -> None:
    """What only the doctor sends warns; once it is granted, everything is checked."""
    url = own_valkey().url
    async with open_patient(url, "p") as patient:
        patient.rig.command("ACL", "SETUSER", "app", "on", ">pw", "~p:*", "+@all", "-type", "-scan", "-zscan")
        async with open_patient(url, "p", login=url.replace("unix://", "unix://app:pw@")) as limited:
            found = await limited.about("user app may not use scan, type, zscan, which only the doctor needs")
            assert found.level == "warn"
            obey(url, found.mend)
            assert await limited.findings() == []


async def test_a_user_without_any_right(own_valkey: Start) -> None:
    """Nothing can be checked, and that is what is told: no finding is a crash, and each says what to do."""
    url = own_valkey().url
    async with open_patient(url, "p") as patient:
        patient.rig.command("ACL", "SETUSER", "app", "on", ">pw", "+ping")
        async with open_patient(url, "p", login=url.replace("unix://", "unix://app:pw@")) as limited:
            for lacks in ("the commands eval, evalsha", "and keys such as"):
                found = await limited.findings()
                assert all(one.mend for one in found)
                rights = [one for one in found if one.subject == "rights"]
                assert (rights[0].level, lacks in rights[0].text) == ("fail", True)
                for one in rights:
                    obey(url, one.mend)
            texts = [one.text for one in await limited.findings()]
            assert [text.split(" ")[0] for text in texts] == ["INFO", "CONFIG"], "what the doctor asks of the server"


async def test_a_managed_server(own_valkey: Start) -> None:
    """Where CONFIG is forbidden, the finding says what was not checked; everything else is."""
    url = own_valkey(settings={"rename-command": 'CONFIG ""'}).url
    async with open_patient(url, "p") as patient:
        found = await patient.findings()
        assert [(one.level, "CONFIG is refused" in one.text) for one in found] == [("warn", True)]


def _lines(info: bytes) -> list[tuple[str, str]]:
    lines = (line.partition(":") for line in info.decode().splitlines())
    return [(name, value) for name, found, value in lines if found]
