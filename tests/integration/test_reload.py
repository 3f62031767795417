"""`run --reload`: a worker that starts anew with its source, and takes nothing from its jobs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.streams import Keys, SyncStore
from engine.streams.reads import show
from engine.types import JobStatus
from tests.support.owner import gone
from tests.support.servers import scratch
from tests.support.wait import eventually_sync
from tests.support.workers import Theatre, WorkerProcess, open_theatre

SERVICE = """
import asyncio

from engine import App, JobContext
from work import SECONDS, TEXT

app = App(slot="s")
queue = app.queue("q")


@queue.job(attempts=1)
async def work(job: JobContext[None], payload: int) -> str:
    job.log(f"began {TEXT}")
    await asyncio.sleep(SECONDS)
    return TEXT
"""


class Workshop:
    """A folder with a service, a worker that watches it, and a way to see its jobs."""

    def __init__(self, theatre: Theatre) -> None:
        self.theatre, self.folder = theatre, theatre.directory / "source"
        self.folder.mkdir()
        (self.folder / "service.py").write_text(SERVICE)
        self.write("old", 0)
        theatre.env |= {"ENGINE_APP": "service:app", "PYTHONPATH": f"{theatre.env['PYTHONPATH']}:{self.folder}"}

    def write(self, text: str, seconds: float, *, name: str = "work.py") -> None:
        """The source says what a job answers, and how long it takes."""
        # A whole file at once, as editors do it: a half-written one would be imported.
        draft = self.folder / f".{name}.draft"
        draft.write_text(f"SECONDS = {seconds}\nTEXT = {text!r}\n")
        draft.replace(self.folder / name)

    def put(self, job_id: str) -> None:
        """The job is stored."""
        done = self.theatre.engine("enqueue", "q", "1", "--id", job_id)
        assert done.returncode == 0, done.stderr

    def status(self, job_id: str) -> JobStatus:
        """What is known of a job."""
        store = SyncStore(self.theatre.url)
        try:
            status = store.run(show(Keys(self.theatre.prefix, "s", "q"), job_id))
        finally:
            store.close()
        assert status is not None
        return status

    def result(self, job_id: str) -> Any:
        """What the job answered, once it has ended."""
        eventually_sync(lambda: self.status(job_id).state.ended, within_s=15)
        return self.status(job_id).returnvalue


@pytest.fixture
def workshop(redis_url: str, prefix: str) -> Iterator[Workshop]:
    """A workshop of its own."""
    with scratch() as directory, open_theatre(redis_url, prefix, directory) as theatre:
        yield Workshop(theatre)


def worker_pid(reloader: WorkerProcess) -> int:
    """The process that works, a child of the one that watches."""
    (child,) = Path(f"/proc/{reloader.pid}/task/{reloader.pid}/children").read_text().split()
    return int(child)


def await_ready(reloader: WorkerProcess, times: int) -> None:
    """A worker has become ready so many times."""
    eventually_sync(lambda: len(reloader.lines("ready worker=")) >= times, within_s=15)


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def test_a_running_job_goes_on_in_new_code_uncharged(workshop: Workshop) -> None:
    """A change gives the job two seconds, then it is given back; the new worker runs the new code, first attempt."""
    workshop.write("old", 60)
    with workshop.theatre.worker("--reload", "--reload-dir", "source") as reloader:
        workshop.put("long")
        eventually_sync(lambda: workshop.status("long").logs)
        before = worker_pid(reloader)
        workshop.write("new", 0)
        assert workshop.result("long") == "new"
        status = workshop.status("long")
        assert (status.attempts_made, status.crashes) == (1, 0), "the one that completed"
        assert [line.split()[-1] for line in status.logs] == ["old", "new"]
        assert worker_pid(reloader) != before
        assert reloader.lines("source/work.py changed: the worker starts anew")
        reloader.signal(signal.SIGINT)
        assert reloader.wait() == 0


def test_a_broken_source_is_shown_and_waited_out(workshop: Workshop) -> None:
    """A syntax error ends the worker, not the one who watches: mended, the jobs run."""
    with workshop.theatre.worker("--reload", "--reload-dir", "source") as reloader:
        (workshop.folder / "work.py").write_text("SECONDS = (\n")
        reloader.await_line("source/work.py line 1: ")
        reloader.await_line("the worker ended by itself (exit 2): it starts again when a source file changes")
        workshop.write("mended", 0)
        workshop.put("a")
        assert workshop.result("a") == "mended"
        assert reloader.stop() == 0


def test_a_killed_worker_is_told_of_and_comes_with_the_next_change(workshop: Workshop) -> None:
    """Killed, it stays away until a file changes; a file in a new folder counts."""
    with workshop.theatre.worker("--reload", "--reload-dir", "source") as reloader:
        pid = worker_pid(reloader)
        os.kill(pid, signal.SIGKILL)
        reloader.await_line("the worker ended by itself (killed by SIGKILL)")
        (workshop.folder / "package").mkdir()
        (workshop.folder / "package" / "more.py").write_text("MORE = 1\n")
        await_ready(reloader, 2)
        assert reloader.stop() == 0


def test_what_is_no_source_changes_nothing(workshop: Workshop) -> None:
    """Caches, environments, hidden folders and other files are not looked at."""
    environment = workshop.folder / "env"
    environment.mkdir()
    (environment / "pyvenv.cfg").touch()
    (workshop.folder / ".data").mkdir()
    (workshop.folder / "__pycache__").mkdir(exist_ok=True)
    with workshop.theatre.worker("--reload", "--reload-dir", "source") as reloader:
        pid = worker_pid(reloader)
        for place in (environment, workshop.folder / ".data", workshop.folder / "__pycache__"):
            (place / "x.py").write_text("1\n")
        (workshop.folder / "notes.txt").write_text("x")
        (workshop.folder / ".#work.py").write_text("x")
        workshop.write("new", 0)
        await_ready(reloader, 2)
        told = [record["message"] for record in reloader.records(logger="engine.reload")]
        assert told == ["the worker starts", "source/work.py changed: the worker starts anew"]
        assert worker_pid(reloader) != pid
        assert reloader.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_end_is_the_workers_own(workshop: Workshop, number: signal.Signals) -> None:
    """Told to stop, its job ends within the grace, and its status is that of the whole."""
    workshop.write("done", 0.7)
    with workshop.theatre.worker("--reload", "--reload-dir", "source") as reloader:
        workshop.put("a")
        eventually_sync(lambda: workshop.status("a").logs)
        pid = worker_pid(reloader)
        reloader.signal(number)
        assert reloader.wait() == 0
        assert gone(pid)
    assert workshop.status("a").returnvalue == "done"


def test_a_second_signal_gives_back_at_once(workshop: Workshop) -> None:
    """Nobody waits for the grace a second time asked."""
    workshop.write("never", 60)
    with workshop.theatre.worker("--reload", "--reload-dir", "source", "--grace", "50") as reloader:
        workshop.put("a")
        eventually_sync(lambda: workshop.status("a").logs)
        reloader.signal(signal.SIGINT)
        reloader.await_line("stopping worker=")
        reloader.signal(signal.SIGINT)
        assert reloader.wait() == 0
    status = workshop.status("a")
    assert (status.state, status.attempts_made, status.crashes) == ("waiting", 0, 0)


def test_nothing_outlives_who_watches(workshop: Workshop) -> None:
    """Killed without a word, it takes its worker along: that one gives its jobs back."""
    workshop.write("never", 60)
    with workshop.theatre.worker("--reload", "--reload-dir", "source", "--grace", "0") as reloader:
        workshop.put("a")
        eventually_sync(lambda: workshop.status("a").logs)
        pid = worker_pid(reloader)
        reloader.kill()
        eventually_sync(lambda: gone(pid), within_s=15)
    assert workshop.status("a").state == "waiting"
