"""What the doctor makes of what it has read: each finding, its level, and the command that mends it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import pytest

from engine import App, JobContext, Rate
from engine.doctor import Finding
from engine.doctor.consumers import Dead, judge_consumers
from engine.doctor.control import judge_control
from engine.doctor.finding import REDIS_CLI
from engine.doctor.keys import is_lost, judge_groups, judge_types
from engine.doctor.records import judge_records
from engine.doctor.server import Server, judge_server
from engine.doctor.server_rules import judge_clock, judge_memory, judge_persistence, judge_role, judge_version
from engine.doctor.start import start_warnings
from engine.doctor.traffic import judge_bad, judge_names, judge_suspects, judge_waiting
from engine.doctor.workers import judge_workers
from engine.loading import engine_command
from engine.streams import Keys
from engine.streams.commands import Mark
from engine.streams.reads import Odd
from engine.types import JobLine, QueueCounts, State, WorkerInfo

QUEUE = App().queue("q", rate=Rate(10))
K = Keys("p", "q", "q")
HOURS_US = 3_600_000_000
AOF = {"aof_enabled": "1"}
GOOD = {**AOF, "redis_version": "7.2.4", "maxmemory": "0", "role": "master", "connected_slaves": "0"}
CONTROL = {"lease_ms": "15000", "rate": "10", "fence": "5", "last_sweep": "5"}
STREAMS: dict[str, str] = dict.fromkeys(("again", "ready", "suspect"), "stream")


def only(found: list[Finding]) -> tuple[str, str]:
    """The level and the command of the one finding; every one that is not ok has a command."""
    (one,) = found
    assert one.text
    assert (one.mend == "") is (one.level == "ok")
    return one.level, one.mend


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"redis_version": "7.0.0"}, "ok"),
        ({"redis_version": "8.4.1"}, "ok"),
        ({"redis_version": "6.2.14"}, "fail"),
        ({"redis_version": "7.2.4", "valkey_version": "7.2.5"}, "ok"),
        ({"redis_version": "7.2.4", "valkey_version": "7.1.0"}, "fail"),
        ({"redis_version": "7.2.4", "valkey_version": "10.0.0"}, "ok"),
        ({"redis_version": "newest"}, "warn"),
        ({}, "warn"),
    ],
)
def test_version(info: Mapping[str, str], level: str) -> None:
    """Redis from 7.0 and Valkey from 7.2 on know every command; numbers are compared as numbers."""
    assert only(judge_version(info))[0] == level


@pytest.mark.parametrize(
    ("info", "config", "level", "mend"),
    [
        (AOF, {"appendfsync": "always"}, "ok", ""),
        (AOF, {"appendfsync": "everysec"}, "ok", ""),
        (AOF, {"appendfsync": "no"}, "warn", "appendfsync everysec"),
        (AOF, {}, "ok", ""),
        ({"aof_enabled": "0"}, {"save": ""}, "fail", "appendonly yes"),
        ({"aof_enabled": "0"}, {"save": "3600 1"}, "warn", "appendonly yes"),
        ({"aof_enabled": "0"}, {}, "warn", "appendonly yes"),
        ({}, {}, "warn", "appendonly yes"),
    ],
)
def test_persistence(info: Mapping[str, str], config: Mapping[str, str], level: str, mend: str) -> None:
    """What is lost by a restart decides the level; what CONFIG does not tell is no reason to cry."""
    found = only(judge_persistence(info, config))
    assert found[0] == level
    assert mend in found[1]


@pytest.mark.parametrize(
    ("field", "value", "level", "mend"),
    [
        ("aof_last_write_status", "err", "fail", f"{REDIS_CLI} CONFIG GET dir"),
        ("aof_last_bgrewrite_status", "err", "warn", f"{REDIS_CLI} BGREWRITEAOF"),
        ("rdb_last_bgsave_status", "err", "fail", f"{REDIS_CLI} BGSAVE"),
        ("loading", "1", "warn", f"{REDIS_CLI} INFO persistence"),
    ],
)
def test_a_disk_that_fails(field: str, value: str, level: str, mend: str) -> None:
    """Each failed write of the server's files is a finding of its own."""
    found = judge_persistence({**AOF, field: value}, {"appendfsync": "always"})
    assert found[0].level == "ok"
    assert only(found[1:])[0] == level
    assert only(found[1:])[1].startswith(mend)


@pytest.mark.parametrize(
    ("policy", "most", "used", "levels"),
    [
        ("noeviction", 0, 10, ["ok"]),
        ("allkeys-lru", 0, 10, ["ok"]),
        ("noeviction", 100, 10, ["ok"]),
        ("allkeys-lru", 100, 10, ["fail"]),
        ("volatile-ttl", 100, 10, ["fail"]),
        ("noeviction", 100, 90, ["warn"]),
        ("noeviction", 100, 100, ["fail"]),
        ("allkeys-lfu", 100, 95, ["fail", "warn"]),
    ],
)
def test_memory(policy: str, most: int, used: int, levels: list[str]) -> None:
    """Only a server with a limit evicts or refuses; a policy that evicts is wrong whatever is used."""
    found = judge_memory({"maxmemory": f"{most}", "used_memory": f"{used}", "maxmemory_policy": policy})
    assert [one.level for one in found] == levels
    assert all(one.mend.startswith(f"{REDIS_CLI} CONFIG SET maxmemory") for one in found if one.level != "ok")


def test_a_larger_maxmemory_is_proposed_as_a_number_that_can_be_typed() -> None:
    """Twice what there is, in whole mebibytes."""
    info = {"maxmemory": f"{100 * 2**20}", "used_memory": f"{120 * 2**20}"}
    assert only(judge_memory(info))[1].startswith(f"{REDIS_CLI} CONFIG SET maxmemory 240mb")


def test_role() -> None:
    """A replica takes no jobs; a primary with replicas says what a failover may lose."""
    replica = {"role": "slave", "master_host": "10.0.0.1", "master_port": "6379"}
    assert only(judge_role(replica, {})) == ("fail", "export REDIS_URL=redis://10.0.0.1:6379/0")
    assert only(judge_role({"role": "master", "connected_slaves": "0"}, {}))[0] == "ok"
    (loose,) = judge_role({"role": "master", "connected_slaves": "2"}, {"min-replicas-to-write": "0"})
    (strict,) = judge_role({"role": "master", "connected_slaves": "2"}, {"min-replicas-to-write": "1"})
    assert ("may lose" in loose.text, "fewer than 1" in strict.text) == (True, True)


def test_replicas_that_are_missed() -> None:
    """A primary that refuses writes because too few replicas keep up fails the check, whether any is connected."""
    for connected in ("0", "2"):
        info = {"role": "master", "connected_slaves": connected, "min_slaves_good_slaves": "0"}
        assert only(judge_role(info, {"min-replicas-to-write": "1"}))[0] == "fail"
        assert only(judge_role(info, {"min-replicas-to-write": "0"}))[0] == "ok"


@pytest.mark.parametrize(("ahead_s", "level"), [(0, "ok"), (-1, "ok"), (1.01, "warn"), (-3600, "warn")])
def test_clock(ahead_s: float, level: str) -> None:
    """More than a second apart, in either direction, is told."""
    assert only(judge_clock(ahead_s))[0] == level


def test_what_a_server_refuses_to_tell() -> None:
    """Without INFO or CONFIG the findings say what was not checked; nothing else is guessed."""
    found = judge_server(Server(None, None, None), "app")
    assert [one.level for one in found] == ["warn", "warn"]
    assert ["INFO is refused" in found[0].text, "CONFIG is refused" in found[1].text] == [True, True]
    assert found[0].mend == f"{REDIS_CLI} ACL SETUSER app +info   # as a user who may"
    assert {one.level for one in judge_server(Server(GOOD, {"appendfsync": "always"}, 0.0), "app")} == {"ok"}


def test_a_worker_warns_of_the_same() -> None:
    """At its start it says what may lose jobs, with the command, and nothing of what could not be read."""
    bad = {**GOOD, "redis_version": "6.2.0", "aof_enabled": "0", "maxmemory": "9", "maxmemory_policy": "allkeys-lru"}
    told = start_warnings(Server(bad, {"save": ""}, 7.0))
    assert [line.partition(":")[0] for line in told] == ["clock", "server", "memory", "persistence"]
    assert f"mend it by: {REDIS_CLI} CONFIG SET appendonly yes" in told[3]
    assert start_warnings(Server(None, None, None)) == []
    assert start_warnings(Server(GOOD, None, 0.0)) == []


def test_wrong_types() -> None:
    """Each key that holds something else is named with the command that moves it away and loses nothing."""
    types = {**STREAMS, "active": "none", "ready": "string", "wake": "set"}
    found = judge_types(K, types)
    assert [one.level for one in found] == ["fail", "fail"]
    assert found[0].mend.startswith(f"{REDIS_CLI} RENAMENX 'p:{{q}}:q:ready' lost:q:ready")


def test_groups() -> None:
    """A stream, a group or the settings that are gone; a queue that nobody has worked has lost nothing."""
    groups = dict.fromkeys(STREAMS, "0-0")
    assert only(judge_groups(QUEUE, STREAMS, groups, CONTROL))[0] == "ok"
    assert not is_lost(groups, CONTROL)
    fresh = dict.fromkeys(STREAMS, "none")
    assert only(judge_groups(QUEUE, fresh, {}, {"fence": "7"}))[0] == "ok"
    assert not is_lost({}, {})
    repair = "python -m engine doctor --repair --queue q"
    assert only(judge_groups(QUEUE, STREAMS, groups, {"fence": "7"})) == ("warn", repair)
    assert is_lost(groups, {})
    part = {"again": "0-0", "suspect": "0-0"}
    assert only(judge_groups(QUEUE, STREAMS, part, CONTROL)) == ("fail", repair)
    assert only(judge_groups(QUEUE, {**STREAMS, "ready": "none"}, part, CONTROL)) == ("fail", repair)
    assert is_lost(part, CONTROL)


def test_control() -> None:
    """A fence or a sweep of the future, and settings of another version of the app."""
    assert judge_control(QUEUE, CONTROL, HOURS_US) == []
    assert judge_control(QUEUE, {}, HOURS_US) == []
    for field in ("fence", "last_sweep"):
        (found,) = judge_control(QUEUE, {**CONTROL, field: f"{2 * HOURS_US}"}, HOURS_US)
        assert (found.level, "3600 s in the future" in found.text) == ("warn", True)
    (found,) = judge_control(QUEUE, {**CONTROL, "rate": "5"}, HOURS_US)
    assert "rate 5 and not 10" in found.text
    assert found.mend.startswith("python -m engine run --queues q")
    junk = {"fence": "9" * 400, "set:rate": "\x1b[31m", "turn": "w1~1", "paused": "1"}
    (found,) = judge_control(QUEUE, {**CONTROL, **junk}, HOURS_US, "p:{q}:q:control")
    assert (found.level, "\x1b" in found.text) == ("warn", False)
    assert found.mend.endswith("HDEL 'p:{q}:q:control' fence set:rate")


def worker(label: str, pid: int, version: str = "1", started: int = 0) -> WorkerInfo:
    return WorkerInfo(f"{label}~{pid}", label, "host", pid, ["q"], {"q": 2}, version, started, 0)


def test_workers() -> None:
    """Twins are named by their process, and versions side by side by the one to stop."""
    assert only(judge_workers([worker("a", 1), worker("b", 2)]))[0] == "ok"
    level, mend = only(judge_workers([worker("a", 1), worker("a", 2)]))
    assert (level, mend.startswith("kill -TERM 2 ")) == ("warn", True)
    level, mend = only(judge_workers([worker("a", 1, "1"), worker("b", 2, "2", started=9)]))
    assert (level, mend.startswith("kill -TERM 1 ")) == ("warn", True)


def test_consumers() -> None:
    """What is empty is swept if somebody sweeps; what is held comes back if somebody sweeps."""
    empty, holding = Dead(b"old~1", 0), Dead(b"\xff~2", 3)
    assert judge_consumers(QUEUE, [], swept=False) == []
    assert only(judge_consumers(QUEUE, [empty], swept=True))[0] == "ok"
    assert only(judge_consumers(QUEUE, [empty], swept=False)) == ("warn", "python -m engine doctor --repair --queue q")
    assert only(judge_consumers(QUEUE, [holding], swept=False)) == ("warn", "python -m engine run --queues q")
    (found,) = judge_consumers(QUEUE, [holding], swept=True)
    assert (found.level, "within 15 s" in found.text, "\\xff~2" in found.text) == ("warn", True, True)


def test_waiting() -> None:
    """Jobs without a live worker fail, a pause warns, an idle queue is fine."""

    def counted(waiting: int, *, paused: bool = False) -> QueueCounts:
        return QueueCounts("q", waiting, 0, 0, 0, 0, 0, paused)

    assert only(judge_waiting(QUEUE, counted(3), [])) == ("fail", "python -m engine run --queues q")
    assert only(judge_waiting(QUEUE, counted(0), []))[0] == "ok"
    assert only(judge_waiting(QUEUE, counted(3), [worker("a", 1)]))[0] == "ok"
    assert only(judge_waiting(QUEUE, counted(3, paused=True), [])) == ("warn", "python -m engine resume q")


def test_suspects_and_bad_records() -> None:
    """A suspect that waits ten minutes is told; so is what was set aside, with the way to look at it."""
    assert judge_suspects(QUEUE, None, "") == judge_suspects(QUEUE, 599_999, "a") == []
    assert only(judge_suspects(QUEUE, 600_000, "a"))[0] == "warn"
    assert judge_bad(K, 0) == []
    assert only(judge_bad(K, 2))[1].startswith(f"{REDIS_CLI} XRANGE 'p:{{q}}:q:bad' - + COUNT 10")


def test_records() -> None:
    """One finding for each kind of fault, with each id once and the first three by name."""
    odd = [Odd(Mark(b"j%d" % (n % 5)), "undelivered", "waiting", n) for n in range(10)]
    level, mend = only(judge_records(K, odd))
    assert (level, mend) == ("fail", "python -m engine doctor --repair --queue q")
    assert judge_records(K, odd)[0].text.endswith(": 5 (j0, j1, j2 and 2 more)")
    level, mend = only(judge_records(K, [Odd(Mark(b"a b"), "unreadable", "", 0)]))
    assert (level, mend.startswith(f"{REDIS_CLI} HGETALL 'p:{{q}}:q:job:a b'")) == ("fail", True)
    assert only(judge_records(K, []))[0] == "ok"


def test_a_record_of_another_type() -> None:
    """HGETALL could not show it: it is moved out of the way, whole."""
    _, mend = only(judge_records(K, [Odd(Mark(b"a b"), "unreadable", "", 0)], "string"))
    assert shlex.split(mend, comments=True)[3:] == ["RENAMENX", "p:{q}:q:job:a b", "lost:q:a b"]
    assert mend.endswith("   # it is a string, no record; then doctor --repair")


def line(job_id: str, name: str) -> JobLine:
    return JobLine(job_id, name, State.DELAYED, 1, 0, 0, None, None, None)


def test_names() -> None:
    """Jobs that no handler is for are counted, each name once; one without a name is another finding's."""
    app = App()

    @app.queue("q").job()
    async def known(job: JobContext[None], payload: dict[str, int]) -> None: ...

    jobs = [line("a", "known"), line("b", "new"), line("c", "new"), line("d", "old"), line("e", "")]
    (found,) = judge_names(app.queues["q"], jobs)
    assert (found.level, "app does not know: 3 (new, old);" in found.text) == ("warn", True)
    assert found.mend.startswith("python -m engine run --queues q   # with a version of the app")
    assert judge_names(app.queues["q"], jobs[:1]) == judge_names(app.queues["q"], []) == []


def test_commands_that_name_the_app() -> None:
    """Each command of the engine in what mends a finding is called as the user called the doctor."""
    found = Finding("fail", "q", "text", "python -m engine resume q").by(engine_command("a b:app"))
    assert found.mend == "python -m engine --app 'a b:app' resume q"
    assert found.by(engine_command(None)) == found
    assert Finding("ok", "q", "text").by("x").mend == ""
