"""Every key that changes something, on every screen that has it: what it does, and that it does nothing read-only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest
from textual.widgets import Input

from admin_tui.actions.gate import READ_ONLY
from admin_tui.dialogs.choose import ChooseDialog
from admin_tui.dialogs.confirm import ConfirmDialog
from admin_tui.dialogs.dialog import Dialog
from admin_tui.dialogs.limits import LimitsDialog
from admin_tui.keys import KEYS
from admin_tui.screens.host import JobPlace
from engine import Chosen, JobLine, Listed, Matching, State
from tests.support.opened import Opened, opened

pytestmark = pytest.mark.anyio
Step = Callable[[Opened], Awaitable[None]]


class Case(NamedTuple):
    """A key that changes something: how to come to where it is, and what follows when it is pressed."""

    go: Step
    key: str
    follow: Step


async def nothing(tui: Opened) -> None:
    """It is there already."""


def view(key: str) -> Step:
    return lambda tui: tui.press(key)


def jobs(queue: str, listed: Listed) -> Step:
    async def go(tui: Opened) -> None:
        tui.app.open_queue(queue, listed)
        await tui.rest()
        await tui.refresh()

    return go


def job(queue: str, listed: Listed) -> Step:
    async def go(tui: Opened) -> None:
        tui.app.open_job(JobPlace(queue, (await first(tui, queue, listed)).id))
        await tui.rest()
        await tui.refresh()

    return go


async def first(tui: Opened, queue: str, listed: Listed) -> JobLine:
    return (await tui.engine.window(queue, listed, 1)).rows[0]


async def state_of(tui: Opened, queue: str, job_id: str) -> State:
    detail = await tui.engine.job(queue, job_id)
    assert detail is not None
    return detail.status.state


async def confirm(tui: Opened) -> None:
    """The dialog is confirmed as one that wants `y` alone."""
    assert isinstance(await tui.dialog(), ConfirmDialog)
    await tui.press("y")


async def confirm_typed(tui: Opened, typed: str) -> None:
    """The dialog is confirmed by a reason and what must be typed."""
    assert isinstance(await tui.dialog(), ConfirmDialog)
    await tui.on(*"disk full", "enter", *typed, "enter")
    await tui.rest()


def planned(tui: Opened) -> tuple[str, str, Chosen | Matching]:
    """The only plan that was asked for."""
    [call] = tui.hands.named("plan")
    queue, action, on = call.args
    return queue, action, on


def acts_on_first(action: str, queue: str, listed: Listed, after: State, *, asked: bool) -> Step:
    """What is done is done to the job that was shown under the cursor, as it was shown, and to no other."""

    async def follow(tui: Opened) -> None:
        if asked:
            await confirm(tui)
        where, what, on = planned(tui)
        assert (where, what) == (queue, action)
        assert isinstance(on, Chosen)
        [line] = on.jobs
        assert line.state.value == listed
        assert await state_of(tui, queue, line.id) is after
        assert len(tui.hands.named("apply")) == 1

    return follow


async def pauses_first(tui: Opened) -> None:
    await confirm(tui)
    [call] = tui.hands.named("pause")
    assert tui.engine.queues[call.args[0]].paused
    assert sum(queue.paused for queue in tui.engine.queues.values()) == 2  # one was so before
    await tui.press("U")
    await confirm(tui)
    assert not tui.engine.queues[call.args[0]].paused


async def sets_limits(tui: Opened) -> None:
    dialog = await tui.dialog()
    assert isinstance(dialog, LimitsDialog)
    await tui.on("tab", *"20", "tab", "tab", "tab", "tab", "tab", "tab", "enter")
    await tui.rest()
    assert tui.hands.named("set_limits") == []
    await confirm(tui)
    [call] = tui.hands.named("set_limits")
    assert call.more == {"rate": 20.0}
    await tui.press("U")
    await confirm(tui)
    assert tui.hands.named("set_limits")[1].more == {"rate": None, "burst": None}


async def cleans(tui: Opened) -> None:
    assert isinstance(await tui.dialog(), ChooseDialog)
    await tui.press("f")
    await confirm_typed(tui, "sync_ads")
    assert planned(tui) == ("sync_ads", "trash", Matching("failed"))
    assert (await tui.engine.window("sync_ads", "trash", 1)).total == 911


def on_group(action: str) -> Step:
    async def follow(tui: Opened) -> None:
        await confirm(tui)
        queue, what, on = planned(tui)
        assert (queue, what) == ("sync_ads", action)
        assert isinstance(on, Matching)
        assert (on.listed, on.query[:6]) == ("failed", "group:")
        assert (await tui.engine.window(queue, "failed", 1)).total == 0  # all 911 are of this group

    return follow


async def reveals(tui: Opened) -> None:
    await confirm(tui)
    [call] = tui.hands.named("reveal")
    assert (await tui.engine.audit()).entries[0].target == call.args[1]


async def begun(tui: Opened) -> None:
    """An operation is under way that nobody carries, and the book shows it."""
    plan = await tui.engine.plan("sync_ads", "retry", Matching("failed"))
    await tui.engine.apply(plan, plan.will)
    await tui.press("6")
    await tui.refresh()


async def stops(tui: Opened) -> None:
    [call] = tui.hands.named("stop")
    operation = await tui.engine.operation("sync_ads", call.args[0].id)
    assert operation is not None
    assert operation.state == "stopped"


async def retried(tui: Opened) -> None:
    """One job was run again."""
    await jobs("score_run", "failed")(tui)
    await tui.press("R")


async def undoes(tui: Opened) -> None:
    await confirm(tui)
    assert [call.args[0].state for call in tui.hands.named("undo")] == ["done"]
    assert len(tui.hands.named("apply")) == 2
    on = planned(tui)[2]
    assert isinstance(on, Chosen)
    assert [await state_of(tui, "score_run", line.id) for line in on.jobs] == [State.FAILED]


CASES = {
    "overview.pause": Case(nothing, "P", pauses_first),
    "overview.limit": Case(nothing, "C", sets_limits),
    "overview.clean": Case(nothing, "X", cleans),
    "jobs.retry": Case(
        jobs("score_run", "failed"), "R", acts_on_first("retry", "score_run", "failed", State.WAITING, asked=False)
    ),
    "jobs.cancel": Case(
        jobs("score_run", "waiting"), "X", acts_on_first("cancel", "score_run", "waiting", State.CANCELLED, asked=True)
    ),
    "jobs.trash": Case(
        jobs("score_run", "failed"), "D", acts_on_first("trash", "score_run", "failed", State.FAILED, asked=True)
    ),
    "jobs.promote": Case(
        jobs("export_pdf", "delayed"),
        "N",
        acts_on_first("promote", "export_pdf", "delayed", State.WAITING, asked=False),
    ),
    "jobs.pause": Case(jobs("sync_ads", "failed"), "P", pauses_first),
    "job.retry": Case(
        job("score_run", "failed"), "R", acts_on_first("retry", "score_run", "failed", State.WAITING, asked=False)
    ),
    "job.cancel": Case(
        job("score_run", "waiting"), "X", acts_on_first("cancel", "score_run", "waiting", State.CANCELLED, asked=True)
    ),
    "job.trash": Case(
        job("score_run", "failed"), "D", acts_on_first("trash", "score_run", "failed", State.FAILED, asked=True)
    ),
    "job.promote": Case(
        job("export_pdf", "delayed"), "N", acts_on_first("promote", "export_pdf", "delayed", State.WAITING, asked=False)
    ),
    "job.reveal": Case(job("score_run", "failed"), "V", reveals),
    "limits.limit": Case(view("4"), "E", sets_limits),
    "limits.pause": Case(view("4"), "P", pauses_first),
    "failures.retry": Case(view("5"), "R", on_group("retry")),
    "failures.trash": Case(view("5"), "D", on_group("trash")),
    "audit.stop": Case(begun, "S", stops),
    "everywhere.undo": Case(retried, "U", undoes),
}


def test_every_key_that_changes_something_is_here() -> None:
    """No key of the table that changes something is without a case below."""
    assert set(CASES) == {key.id for key in KEYS if key.changes}


@pytest.mark.parametrize("name", CASES)
async def test_a_key_does_what_it_says(name: str) -> None:
    """The key does its deed, to exactly what is shown under the cursor."""
    case = CASES[name]
    async with opened() as tui:
        await case.go(tui)
        await tui.press(case.key)
        await case.follow(tui)


async def test_read_only_every_key_is_refused() -> None:
    """Without --write no key that changes something does anything but say how to get it."""
    async with opened(writes=False) as tui:
        for name, case in CASES.items():
            await (view("6") if name == "audit.stop" else nothing if name == "everywhere.undo" else case.go)(tui)
            await tui.press(case.key)
            assert tui.said() == READ_ONLY, name
            assert not isinstance(tui.screen, Dialog)
        assert tui.hands.calls == []


async def test_while_the_data_is_old_every_key_is_refused() -> None:
    """STALE and DOWN: what is shown may not be so any more, so nothing is done to it."""
    async with opened() as tui:
        for missed, words in ((3, "actions are off: the data is"), (6, "actions are off: Redis is not reached")):
            for case in (CASES["overview.pause"], CASES["jobs.retry"], CASES["failures.trash"], CASES["limits.limit"]):
                await case.go(tui)
                tui.app.answered(tui.app.known.link._replace(missed=missed), None)
                await tui.press(case.key)
                assert tui.said().startswith(words)
                tui.app.answered(tui.app.known.link._replace(missed=0), None)
        assert tui.hands.calls == []


async def test_nothing_acts_while_something_is_typed() -> None:
    """In a filter and behind `:` the keys are letters."""
    letters = [key.keys[0] for key in KEYS if key.changes]
    async with opened() as tui:
        for go, opens in ((jobs("score_run", "failed"), "slash"), (view("5"), "slash"), (view("1"), "colon")):
            await go(tui)
            await tui.press(opens)
            field = tui.app.focused
            assert isinstance(field, Input)
            await tui.on(*letters)
            await tui.rest()
            assert field.value == "".join(letters)
            await tui.press("escape")
        assert tui.hands.calls == []
        assert tui.said() == ""
