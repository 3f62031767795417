"""Sides of the benchmarks: a driver's process, its protocol and its tally, and how peers are installed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from benchmarks import install as installing
from benchmarks.cases.catalog import CASES
from benchmarks.drivers.base import FailedOnPurpose, Load
from benchmarks.drivers.handler import Handler
from benchmarks.drivers.outside import Outside
from benchmarks.drivers.peer import batches, places, send_all_here
from benchmarks.drivers.tally import RECORD, Tally
from benchmarks.drivers.without_limiter import cut
from benchmarks.sides import peers, side
from benchmarks.sides.catalog import FLOORS, all_sides, how_to_install
from benchmarks.sides.peers import PEERS, ROOT, Peer
from benchmarks.sides.side import Program, Side
from engine.streams.scripts import load

FAKE = """
from benchmarks.drivers.base import run

class Fake:
    async def open(self, url, options, tally):
        self.tally, self.jobs = tally, []
        print("a word on the side", file=__import__("sys").stderr)
        return {"name": "fake", "url": url, "colour": options["colour"]}
    async def enqueue(self, load):
        self.jobs += load.payloads()
    async def work(self, concurrency):
        assert concurrency == 3
        for job in self.jobs:
            self.tally.mark(job["n"])
        self.jobs = []
    async def stop(self):
        raise RuntimeError("it will not stop")
    async def close(self):
        pass

run(Fake())
"""
DEAD = "raise SystemExit('there is no such package')"
MUTE = "import sys; sys.stdin.read()"


def program(code: str) -> Program:
    """A side that is this code, run by the tests' own Python."""
    return Program("fake", (sys.executable, "-c", code), ROOT, {"colour": "red"})


def until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    """It has become true."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def have_begun(sides: list[Side], count: int) -> bool:
    return sum(worker.count() for worker in sides) == count


def is_gone(pid: int) -> bool:
    """It runs no more; whoever inherited it may not have noted its end yet."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return Path("/proc/self").exists()


def test_a_driver_is_told_what_to_do_and_its_jobs_are_counted(tmp_path: Path) -> None:
    """It says what it is, by its own options over the program's; each job that begins is in its tally, by its stamp."""
    with Side(program(FAKE), "redis://nowhere", tmp_path / "tally", {"colour": "blue"}) as fake:
        assert fake.about == {"name": "fake", "url": "redis://nowhere", "colour": "blue"}
        assert fake.do("enqueue", first=5, count=4, size=10, how="bulk") >= 0
        assert fake.do("work", concurrency=3) >= 0
        until(lambda: fake.count() == 4)
        assert [start.stamp_ns for start in fake.starts()] == [5, 6, 7, 8]
        assert [start.stamp_ns for start in fake.starts(after=3)] == [8]
        pid = fake.pid
    assert is_gone(pid)


def test_commands_are_answered_in_their_order(tmp_path: Path) -> None:
    """Several may be on their way; each answer belongs to the first that is not answered yet."""
    with Side(program(FAKE), "", tmp_path / "tally") as fake:
        fake.tell("enqueue", first=0, count=2, size=10, how="bulk")
        fake.tell("work", concurrency=3)
        assert fake.hear() >= 0
        assert fake.hear() >= 0
        until(lambda: fake.count() == 2)


def test_a_driver_that_fails_ends_the_measurement_with_its_own_words(tmp_path: Path) -> None:
    """Whether it fails as it starts or at a command; nothing of it is left."""
    with pytest.raises(RuntimeError, match="fake ended with 1: there is no such package"):
        Side(program(DEAD), "", tmp_path / "dead")
    failing = Side(program(FAKE), "", tmp_path / "failing")
    with pytest.raises(RuntimeError, match="it will not stop"), failing:
        failing.do("stop")
    assert failing.ended


def test_an_answer_is_waited_for_within_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that says nothing is given up, and is gone."""
    monkeypatch.setattr(side, "PATIENCE_S", 0.05)
    with pytest.raises(TimeoutError, match=r"fake did not answer within 0\.05 s"):
        Side(program(MUTE), "", tmp_path / "tally")


HANGING = """
import asyncio
from benchmarks.drivers import base

class Hanging:
    async def open(self, url, options, tally):
        return {"name": "fake"}
    async def enqueue(self, load):
        await asyncio.Event().wait()

base.ORPHAN_S = 0.05
base.run(Hanging())
"""


def test_a_driver_ends_with_who_tells_it_what_to_do(tmp_path: Path) -> None:
    """Also in the middle of a command that has no end, as when its server is gone too."""
    command = b'{"do": "enqueue", "first": 0, "count": 1, "size": 1, "how": "bulk"}'
    words = [sys.executable, "-c", HANGING, "redis://nowhere", "{}", str(tmp_path / "tally")]
    ended = subprocess.run(words, input=command, cwd=ROOT, capture_output=True, check=False, timeout=30)
    assert (ended.returncode, ended.stdout) == (1, b'{"name": "fake"}\n')


def test_a_killed_driver_is_closed_without_a_word(tmp_path: Path) -> None:
    """An outage is part of a case: what began before it stays counted."""
    with Side(program(FAKE), "", tmp_path / "tally") as fake:
        fake.do("enqueue", first=0, count=2, size=10, how="bulk")
        fake.do("work", concurrency=3)
        until(lambda: fake.count() == 2)
        fake.kill()
        assert fake.ended
    assert fake.count() == 2


def test_two_workers_of_the_loop_share_what_was_enqueued(tmp_path: Path) -> None:
    """A real driver without Redis: each job begins once, on one of the two, again after a stop."""
    loop = Program("loop", (sys.executable, "-m", "benchmarks.drivers.loop"), ROOT)
    with (
        Side(loop, "", tmp_path / "a") as producer,
        Side(loop, "", tmp_path / "b") as one,
        Side(loop, "", tmp_path / "c") as other,
    ):
        for first in (0, 2_500):
            producer.do("enqueue", first=first, count=2_500, size=10, how="bulk")
            for worker in (one, other):
                worker.do("work", concurrency=10)
            until(partial(have_begun, [one, other], first + 2_500))
            for worker in (one, other):
                worker.do("stop")
        stamps = [start.stamp_ns for worker in (one, other) for start in worker.starts()]
    assert len(set(stamps)) == 5_000


MARKING = """
import os, sys, threading
from pathlib import Path
from benchmarks.drivers.tally import Tally

tally = Tally(Path(sys.argv[1]))

def mark(first):
    for n in range(first, first + 20_000):
        tally.mark(n)

threads = [threading.Thread(target=mark, args=(first,)) for first in (0, 20_000)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if child := os.fork():
    os.waitpid(child, 0)
else:
    mark(40_000)
"""


def test_a_tally_loses_nothing_between_threads_and_processes(tmp_path: Path) -> None:
    """Threads that mark at once, and a fork of a process that marks, all append to one file, until they end."""
    path = tmp_path / "tally"
    subprocess.run([sys.executable, "-W", "ignore", "-c", MARKING, path], cwd=ROOT, check=True, timeout=30)
    stamps = [stamp for _, stamp in RECORD.iter_unpack(path.read_bytes())]
    assert sorted(stamps) == list(range(60_000))


SERVERS_OWN_BENCH = """#!/bin/sh
echo "$@" >> "$0.told"
echo "redis-benchmark 7.4.1"
"""


def test_the_servers_own_bench_is_a_floor_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told the server, how many and how many in flight; without it there is no such side, and it is told how."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert all_sides()["redis-benchmark"] is None
    assert how_to_install("redis-benchmark") == "put redis-benchmark on the PATH"
    assert how_to_install("saq") == "python -m benchmarks install saq"
    bench = tmp_path / "redis-benchmark"
    bench.write_text(SERVERS_OWN_BENCH)
    bench.chmod(0o700)
    found = all_sides()["redis-benchmark"]
    assert found is not None
    assert not CASES["drain"].takes(found)
    assert CASES["enqueue-bulk"].takes(found)
    with Side(found, "redis://127.0.0.1:7001", tmp_path / "tally") as floor:
        assert (floor.about["name"], floor.about["version"]) == ("redis-benchmark", "7.4.1")
        floor.do("enqueue", first=0, count=40, size=3, how="bulk")
    told = (tmp_path / "redis-benchmark.told").read_text().splitlines()[-1]
    assert told.startswith('-p 7001 -q -c 1 -n 40 -P 250 XADD floor * p {"tenantId": "tenant-0"')


class Marks(Tally):
    """A tally without a file."""

    def mark(self, stamp_ns: int = 0) -> None:
        pass


def test_a_tenth_of_a_load_fails_once(tmp_path: Path) -> None:
    """The handler of every Python side fails the first time for each tenth job, and says `done` else."""
    handler = Handler({}, Marks(tmp_path))
    failed: list[int] = []
    for payload in Load(first=1, count=40, size=1, how="bulk", fails=True).payloads():
        try:
            assert handler.run_here(payload) == "done"
        except FailedOnPurpose:
            failed.append(payload["n"])
            assert handler.run_here(payload) == "done"
    assert failed == [10, 20, 30, 40]


def test_loads_of_a_client_without_a_bulk_api() -> None:
    """A bulk is a thousand together; a client that blocks sends one after the other, or by threads."""
    assert [len(batch) for batch in batches(Load(0, 2_500, 1, "bulk"))] == [1_000, 1_000, 500]
    assert [len(batch) for batch in batches(Load(0, 50, 200_000, "bulk"))] == [20, 20, 10]
    sent: list[int] = []
    send_all_here(Load(0, 50, 1, "bulk"), lambda payload: sent.append(payload["n"]))
    assert sent == list(range(50))
    send_all_here(Load(50, 50, 1, "concurrent"), lambda payload: sent.append(payload["n"]))
    assert sorted(sent) == list(range(100))


def test_threads_are_as_many_as_jobs_that_wait() -> None:
    """The catalog may say that fewer are faster, but a handler that waits keeps a place of its own."""
    assert places(100, {}) == 100
    assert places(100, {"threads": 8}) == 8
    assert places(4, {"threads": 8}) == 4
    assert places(100, {"threads": 8, "holds_s": 1.0}) == 100


WORKER = """
import sys, threading
from benchmarks.drivers.outside import inside
told = inside()
told.handler.run_here({"at": 7, "n": 0, "fails": False})
told.ready()
threading.Event().wait()
"""


def outside(folder: Path) -> Outside:
    return Outside("redis://nowhere", {}, Tally(folder / "tally"))


def test_a_worker_that_a_command_starts_marks_the_same_tally_and_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ready when it says so; a stop leaves nothing of it."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    worker = outside(tmp_path)
    worker.start(["-c", WORKER])
    until(lambda: (tmp_path / "tally").exists() and (tmp_path / "tally").stat().st_size == RECORD.size)
    worker.stop()
    worker.stop()


def test_a_worker_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    """Its exit status is told."""
    with pytest.raises(RuntimeError, match="did not start; its exit status is 3"):
        outside(tmp_path).start(["-c", "raise SystemExit(3)"])


def test_a_worker_ends_with_its_driver(tmp_path: Path) -> None:
    """A driver that is killed cannot stop its worker; the worker sees that nobody holds its input any more."""
    code = f"""
import sys, time
from pathlib import Path
from benchmarks.drivers.outside import Outside
from benchmarks.drivers.tally import Tally
worker = Outside("", {{}}, Tally(Path({str(tmp_path / "tally")!r})))
worker.start(["-c", {WORKER!r}])
print('{{"pid": "%d"}}' % worker._process.pid, flush=True)
time.sleep(100)
"""
    driver = Side(program(code), "", tmp_path / "driver")
    pid = int(driver.about["pid"])
    assert not is_gone(pid)
    driver.kill()
    driver.end()
    until(lambda: is_gone(pid))


def test_every_side_has_what_the_page_prints() -> None:
    """A driver, exact versions, settings and their page, what it lacks; this project is first, the floors are last."""
    assert list(all_sides()) == ["engine", *(peer.name for peer in PEERS), "floor", "loop", "redis-benchmark"]
    for peer in PEERS:
        driver = ROOT / "benchmarks" / "drivers" / f"{peer.driver}{'.mjs' if peer.node else '.py'}"
        assert driver.is_file(), peer.name
        assert all("@" in package if peer.node else "==" in package for package in peer.packages), peer.name
        assert peer.settings
        assert peer.lacks
        assert "." in peer.page
    assert all(floor.lacks for floor in FLOORS)


@pytest.fixture
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "FOLDER", tmp_path)


def peer(name: str, *, node: bool) -> Peer:
    return Peer(
        name=name,
        packages=("nothing==1",),
        driver="loop",
        settings="none",
        page="none",
        lacks=("everything",),
        node=node,
    )


@pytest.mark.usefixtures("_empty_folder")
def test_a_peer_that_cannot_be_installed_is_left_out_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on; a peer is no side until its environment is there."""
    monkeypatch.setenv("PATH", "")
    said: list[str] = []
    assert not installing.install([peer("js", node=True)], said.append)
    assert said[-1].endswith("is not installed, and is left out of comparisons: there is no npm; install it first")
    assert peer("js", node=True).program is None


@pytest.mark.usefixtures("_empty_folder")
def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    """As long as the catalog asks for the same packages."""
    there = peer("py", node=False)
    (tmp_path / "py" / "bin").mkdir(parents=True)
    (tmp_path / "py" / "bin" / "python").touch()
    (tmp_path / "py" / installing.MARK).write_text("nothing==1")
    said: list[str] = []
    assert installing.install([there], said.append)
    assert said == ["py: is installed (nothing==1)"]
    found = there.program
    assert found is not None
    assert found.command == (str(tmp_path / "py" / "bin" / "python"), "-m", "benchmarks.drivers.loop")


def test_an_engine_without_a_limiter_asks_for_no_rate() -> None:
    """The cuts fit the script as it is, and leave no setting of a rate and no bucket that is read."""
    without = cut()
    assert without.sha != load("acquire").sha
    for word in ("'rate'", "'set:burst'", "shared_rate", "= read_bucket("):
        assert word in load("acquire").text
        assert word not in without.text
