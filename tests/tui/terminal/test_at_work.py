"""The real program against a real worker under load: what an operator does by keys is so in Redis."""

from __future__ import annotations

import pytest

from benchmarks.terminal import Terminal
from engine import State
from tests.support.wait import eventually_sync
from tests.tui.terminal.night import Night

pytestmark = pytest.mark.timeout(120)
LOOKED_S = 0.5
"""A dialog takes no answer before somebody can have read it."""


def go_to(terminal: Terminal, place: str) -> None:
    """The view of a queue, job or worker, by `:`."""
    terminal.send(":")
    terminal.settle()
    terminal.send(place, "enter")
    terminal.settle()


def choose_state(terminal: Terminal, state: str) -> None:
    """The jobs of this state are listed."""
    for _ in range(7):
        if f"[{state.upper()}" in terminal.text:
            return
        terminal.send("right")
        terminal.settle()
    raise AssertionError(f"no list of {state} jobs:\n{terminal.text}")


def confirm(terminal: Terminal, *words: str) -> None:
    """The dialog with these words is answered with yes."""
    terminal.wait_text(*words, "y does it")
    for _ in range(5):
        terminal.idle(LOOKED_S)
        terminal.send("y")
        terminal.settle()
        if "y does it" not in terminal.text:
            return
    raise AssertionError(f"the dialog stays:\n{terminal.text}")


def test_a_failed_job_is_found_opened_retried_and_seen_to_complete(night: Night) -> None:
    """The list of failed jobs, a filter, the job, its retry, its end; Redis says the same."""
    night.enqueue_bills(*(f"other-{n}" for n in range(20)), text="a wrong number")
    night.enqueue_bills("bill-7")
    night.await_state(State.FAILED, "bill-7", *(f"other-{n}" for n in range(20)))
    with night.open("--write") as terminal:
        go_to(terminal, "q till")
        choose_state(terminal, "failed")
        terminal.wait_text("other-")
        terminal.send("/", "err~bank", "enter")
        terminal.wait_for(lambda text: "bill-7" in text and "other-" not in text)
        terminal.send("enter")
        terminal.wait_text("JOB   bill-7   x FAILED", "why it failed", "the bank does not answer")
        night.tell()
        terminal.send("R")
        terminal.wait_text("COMPLETED")
        terminal.send("ctrl+q")
        assert terminal.wait_end() == 0
    assert night.status("bill-7").state is State.COMPLETED
    assert night.status("bill-7").returnvalue == "settled"
    assert night.status("other-3").state is State.FAILED


def test_a_running_job_is_cancelled(night: Night) -> None:
    """The job that sleeps is told, and ends cancelled; the one beside it sleeps on."""
    night.enqueue_sleepers("sleeper-1", "sleeper-2")
    night.await_state(State.ACTIVE, "sleeper-1", "sleeper-2", queue="night")
    with night.open("--write") as terminal:
        go_to(terminal, "j night sleeper-1")
        terminal.wait_text("JOB   sleeper-1", "ACTIVE", "TIMELINE")
        terminal.send("X")
        confirm(terminal, "CANCEL job sleeper-1")
        terminal.wait_text("CANCELLED")
    assert night.status("sleeper-1", "night").state is State.CANCELLED
    assert night.status("sleeper-2", "night").state is State.ACTIVE


def test_a_queue_is_paused_and_resumed(night: Night) -> None:
    """Nothing of it is acquired meanwhile, and the row says so."""
    with night.open("--write") as terminal:
        go_to(terminal, "q night")
        terminal.send("P")
        confirm(terminal, "PAUSE")
        eventually_sync(lambda: night.store.command("HEXISTS", night.keys("night").control, "paused"))
        terminal.wait_text("PAUSED")
        night.enqueue_sleepers("sleeper-1")
        terminal.idle(1.5)
        assert night.status("sleeper-1", "night").state is State.WAITING
        terminal.send("P")
        confirm(terminal, "RESUME")
        night.await_state(State.ACTIVE, "sleeper-1", queue="night")
        terminal.wait_gone("PAUSED")


def test_what_was_put_in_the_trash_is_taken_back(night: Night) -> None:
    """`U` undoes the last operation: the job is where it was."""
    night.enqueue_bills("bill-7")
    night.await_state(State.FAILED, "bill-7")
    keys = night.keys()
    with night.open("--write") as terminal:
        go_to(terminal, "j till bill-7")
        terminal.wait_text("JOB   bill-7   x FAILED", "why it failed")
        terminal.send("D")
        confirm(terminal, "TRASH job bill-7")
        eventually_sync(lambda: night.store.command("ZSCORE", keys.trash, "bill-7"))
        assert night.store.command("ZSCORE", keys.failed, "bill-7") is None
        terminal.wait_text("U undoes")
        terminal.send("U")
        confirm(terminal, "UNDO")
        eventually_sync(lambda: night.store.command("ZSCORE", keys.failed, "bill-7"))
        assert night.store.command("ZSCORE", keys.trash, "bill-7") is None


def test_without_write_no_key_changes_anything(night: Night) -> None:
    """In a read-only session every key that would change something is told to be off."""
    night.enqueue_bills("bill-7")
    night.await_state(State.FAILED, "bill-7")
    before = night.status("bill-7")
    with night.open() as terminal:
        go_to(terminal, "j till bill-7")
        terminal.wait_text("JOB   bill-7   x FAILED", "why it failed")
        for key in "RXDNVU":
            terminal.send(key)
            terminal.settle()
        assert "--write" in terminal.text
        go_to(terminal, "q till")
        terminal.send("P")
        terminal.settle()
    assert night.status("bill-7") == before
    assert not night.store.command("HEXISTS", night.keys().control, "paused")
