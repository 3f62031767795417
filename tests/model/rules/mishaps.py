"""What befalls a queue: time that jumps, answers that are lost, things that go missing."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from engine.streams import GROUP
from engine.streams import commands as c
from tests.model.history import History
from tests.model.moves import rule
from tests.model.rules.leasing import Leasing
from tests.model.rules.working import WORKER, Working
from tests.model.state import Queue
from tests.support.snapshot import STREAMS
from tests.support.wait import eventually_sync

MOST_HOSTILE = 2
LOSSES = ("scripts", "group", "group in an acquire", "record", "everything", "server")
SAME_TWICE = {"enqueue", "settle", "cancel", "requeue", "promote", "trash", "restore", "delete", "revert", "repair"}
"""Calls that answer the same when they are sent again."""


class Mishaps(Leasing, Working):
    """The rules of time and of mishaps."""

    @rule(ms=st.sampled_from([1, 10, 300, 700, 1_000, 1_600, 3_100, 9_000]))
    def wait(self, ms: int) -> None:
        """Time passes."""
        self.pass_ms(ms)

    @rule(seconds=st.sampled_from([-0.001, -2, -20, 5, 600]))
    def step_the_clock(self, seconds: float) -> None:
        """Nobody has reached Redis for a while, or its clock jumped."""
        if seconds < 0:
            self.step_back(round(-seconds * 1000))
        else:
            self.be_away(round(seconds))

    def step_back(self, ms: int) -> None:
        """The server's clock is set back; no time has passed."""
        self.rig.clock.advance(-ms / 1000)
        self.last = None
        self.count("clock: back")

    def be_away(self, seconds: int) -> None:
        """Redis was away for more than three sweeps, or its clock jumped: the first sweep after that takes nothing."""
        self.catch_up()
        self.pass_ms(seconds * 1000)
        crashes = self.history.crashes.total()
        swept = self.do_reclaim()
        if self.queue.configured:
            assert swept.closed_ms > 0, "reclaim is open at once"
            assert (swept.jobs, self.history.crashes.total()) == ([], crashes)
        self.count("clock: away")

    @precondition(lambda self: self.queue.woken)
    @rule()
    def listen(self) -> None:
        """A worker takes the wake-up."""
        assert self.rig.take_wake_up()
        self.queue.woken = False
        self.look("listen")

    @precondition(lambda self: self.last is not None and self.last.name in SAME_TWICE)
    @rule()
    def lose_the_reply(self) -> None:
        """The last answer was lost: the same call, sent again, is answered the same, and changes nothing."""
        self.count(f"sent again at once: {self.send_again()}")

    @precondition(lambda self: self.later)
    @rule(data=st.data())
    def send_again_later(self, data: st.DataObject) -> None:
        """A call of some time ago arrives once more, when much may have changed."""
        data.draw(st.sampled_from(self.later))()
        self.count("sent again later")

    @rule(data=st.data(), what=st.sampled_from([*LOSSES, "record"]))
    def lose(self, data: st.DataObject, what: str) -> None:
        """Something goes missing."""
        match what:
            case "scripts":
                self.flush_scripts()
            case "group":
                self.drop_group(data.draw(st.sampled_from(STREAMS)))
            case "group in an acquire":
                self.break_an_acquire(data.draw(WORKER))
            case "record" if self.queue.jobs and len(self.queue.hostile) < MOST_HOSTILE:
                self.spoil(data.draw(st.sampled_from(sorted(self.queue.jobs))))
            case "everything" if len(self.queue.jobs) > MOST_HOSTILE:
                self.flush()
            case "server":
                self.restart(data.draw(st.sampled_from(["stopped", "killed", "killed after a rewrite"])))
            case _:
                pass

    def flush_scripts(self) -> None:
        """The server has forgotten every script."""
        self.rig.command("SCRIPT", "FLUSH")
        self.lines = self.read_lines()
        self.count("lost: scripts")

    def drop_group(self, line: str) -> None:
        """A stream has lost its group, and with it who holds which entry."""
        if self.queue.grouped[line]:
            self.rig.command("XGROUP", "DESTROY", getattr(self.rig.keys, line), GROUP)
            self.queue.ungroup(line)
            self.look("drop_group")
            self.count("lost: group")
            self.count(f"group lost while jobs are active: {bool(self.queue.active)}")

    def break_an_acquire(self, worker: str) -> None:
        """A worker reads what was given back, and then finds no group: nobody knows of what it has read."""
        if self.current():
            self.do_settle([c.Settle(self.current()[0].id, self.current()[0].fence, "release")])
        self.drop_group("ready")
        if self.do_acquire(worker, 2) is None:
            self.count("lost: group in an acquire")

    def spoil(self, job_id: str) -> None:
        """A record's key holds another type."""
        self.count("lost: record")
        self.count(f"record lost of a job that is {self.state_of(job_id)}")
        self.rig.command("DEL", self.rig.keys.job + job_id)
        self.rig.command("SET", self.rig.keys.job + job_id, "hostile")
        del self.queue.jobs[job_id]
        self.queue.hostile.add(job_id)
        self.history.spoilt = True
        self.look("spoil")

    def flush(self) -> None:
        """Every key is gone; whoever held something is told that it is lost."""
        self.rig.delete()
        self.queue, self.history = Queue(self.rig.keys.queue, self.pages.groups), History()
        self.look("flush")
        self.count("lost: everything")

    def restart(self, how: str) -> None:
        """The server was stopped or killed: its append-only file, as it grew or rewritten, brings every key back."""
        before, last = self.seen.raw, self.last
        if how == "killed after a rewrite":
            self.rig.command("BGREWRITEAOF")
            eventually_sync(self._is_rewritten, within_s=30)
        if how == "stopped":
            self.server.stop()
        else:
            self.server.kill()
        self.server.start()
        self.rig.close()
        self.neighbour.close()
        self.lines = self.read_lines()
        self.look("restart")
        assert self.seen.raw == before, "the restart changed something"
        self.last = last
        self.count("lost: server")
        self.count(f"server {how}")

    def _is_rewritten(self) -> bool:
        told = self.rig.command("INFO", "persistence").split()
        return {b"aof_rewrite_in_progress:0", b"aof_rewrite_scheduled:0"} <= set(told)
