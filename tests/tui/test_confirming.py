"""Dialogs: what confirms them, what does not, and that they stay about what was shown when the key went down."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.widgets import Button, Input

from admin_tui.dialogs.confirm import ConfirmDialog
from admin_tui.dialogs.limits import LimitsDialog
from admin_tui.screens.host import JobPlace
from engine import Chosen, Matching, State
from tests.support.opened import Opened, opened
from tests.support.wait import eventually

pytestmark = pytest.mark.anyio


async def cancel_first(tui: Opened) -> str:
    """`X` is pressed over the first waiting job; its id."""
    tui.app.open_queue("score_run", "waiting")
    await tui.rest()
    await tui.refresh()
    job_id = (await tui.engine.window("score_run", "waiting", 1)).rows[0].id
    await tui.press("X")
    return job_id


async def test_enter_and_escape_do_nothing() -> None:
    """The focus is on Cancel: bare Enter cancels, and so does Esc."""
    async with opened() as tui:
        for key in ("enter", "escape"):
            await cancel_first(tui)
            dialog = await tui.dialog()
            assert dialog.focused is dialog.query_one("#no")
            await tui.press(key)
            assert not isinstance(tui.screen, ConfirmDialog)
        assert tui.hands.named("apply") == []


async def test_the_button_confirms() -> None:
    """Tab to the button and Enter does what `y` does."""
    async with opened() as tui:
        job_id = await cancel_first(tui)
        dialog = await tui.dialog()
        await eventually(lambda: not dialog.query_one("#yes", Button).disabled)
        await tui.press("tab", "enter")
        detail = await tui.engine.job("score_run", job_id)
        assert detail is not None
        assert detail.status.state is State.CANCELLED


async def test_keys_from_before_it_was_seen_confirm_nothing() -> None:
    """Whoever types on while a dialog comes up has not confirmed it, not even by the button."""
    async with opened(look_s=3_600.0) as tui:
        await cancel_first(tui)
        assert isinstance(tui.screen, ConfirmDialog)
        await tui.press("y", "enter", "tab", "tab", "enter", "space", "y")
        assert isinstance(tui.screen, ConfirmDialog)
        tui.screen.query_one("#yes", Button).press()
        await tui.rest()
        assert tui.hands.named("apply") == []
        await tui.press("escape")
        assert not isinstance(tui.screen, ConfirmDialog)


async def test_a_plan_that_comes_late_is_not_confirmed_by_earlier_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the plan is there and seen, `y` does nothing; a dialog closed meanwhile does not come back."""
    async with opened() as tui:
        plan, come = tui.engine.plan, asyncio.Event()

        async def late(*args: Any) -> Any:
            await come.wait()
            return await plan(*args)

        monkeypatch.setattr(tui.engine, "plan", late)
        tui.app.open_queue("score_run", "waiting")
        await tui.rest()
        await tui.refresh()
        await tui.on("X", "y", "y")
        assert isinstance(tui.screen, ConfirmDialog)
        assert "asking the engine" in tui.text()
        await tui.on("escape", "X", "y")
        come.set()
        await tui.dialog()
        assert "will cancel  1" in tui.text()
        assert tui.hands.named("apply") == []
        await tui.press("y")
        assert len(tui.hands.named("apply")) == 1
        assert not isinstance(tui.screen, ConfirmDialog)


async def test_late_refreshes_change_nothing_in_a_dialog() -> None:
    """A job that changes under an open dialog is skipped and told of; the one that takes its place is left alone."""
    async with opened() as tui:
        job_id = await cancel_first(tui)
        dialog = await tui.dialog()
        before = tui.text()
        line = (await tui.engine.window("score_run", "waiting", 1)).rows[0]
        plan = await tui.engine.plan("score_run", "cancel", Chosen([line]))
        async for _ in tui.engine.carry_out(await tui.engine.apply(plan, 1)):
            pass
        await tui.refresh()
        assert tui.screen is dialog
        assert tui.text() == before
        waiting = (await tui.engine.window("score_run", "waiting", 5)).total
        await tui.press("y")
        assert tui.hands.named("apply")[0].args[0].sample == [job_id]
        assert (await tui.engine.window("score_run", "waiting", 5)).total == waiting
        assert tui.said() == f"not cancelled, it has changed meanwhile: job {job_id}"


async def test_the_highest_tier_wants_a_reason_and_the_exact_number() -> None:
    """More than 1,000 jobs: `y` is a letter, the wrong number is not enough, and neither is a missing reason."""
    async with opened() as tui:
        tui.app.open_queue("sync_ads", "waiting")
        await tui.rest()
        await tui.refresh()
        await tui.press("asterisk", "X")
        dialog = await tui.dialog()
        number = (await tui.engine.window("sync_ads", "waiting", 1)).total
        assert number > 1_000
        await tui.on("y", "enter", *str(number - 1), "enter")
        await tui.rest()
        assert dialog.query_one("#reason", Input).value == "y"
        assert tui.hands.named("apply") == []
        dialog.query_one("#reason", Input).value = " "
        dialog.query_one("#typed", Input).value = str(number)
        await tui.press("enter")
        assert tui.hands.named("apply") == []
        dialog.query_one("#reason", Input).value = "incident 4411"
        await tui.rest()
        await tui.press("enter")
        [call] = tui.hands.named("apply")
        assert call.args[1:] == (number, "incident 4411")
        assert (await tui.engine.window("sync_ads", "waiting", 1)).total == 0


async def test_in_production_one_retry_is_asked_for() -> None:
    """Where the profile is production a light deed wants `y` as well, and says where it is."""
    async with opened(profile="prod-eu") as tui:
        tui.app.open_queue("score_run", "failed")
        await tui.rest()
        await tui.refresh()
        await tui.press("R")
        await tui.dialog()
        assert tui.hands.named("apply") == []
        assert "- PROD" in tui.text()
        await tui.press("y")
        assert len(tui.hands.named("apply")) == 1


async def test_what_is_all_is_meant_by_query_not_by_page() -> None:
    """`*` means all that match, also those that were never on the screen."""
    async with opened() as tui:
        tui.app.open_queue("ingest_reviews", "failed", "err~TimeoutError")
        await tui.rest()
        await tui.refresh()
        await eventually(lambda: "TimeoutError" in tui.text() or None)
        await tui.press("asterisk", "R")
        await tui.dialog()
        [call] = tui.hands.named("plan")
        assert call.args == ("ingest_reviews", "retry", Matching("failed", "err~TimeoutError"))
        await tui.press("y")
        assert tui.hands.named("apply")[0].args[1] > 90  # of which a screen shows a dozen


async def test_marked_jobs_are_meant_and_only_those() -> None:
    """Marks go before the cursor, each as it was shown."""
    async with opened() as tui:
        tui.app.open_queue("score_run", "failed")
        await tui.rest()
        await tui.refresh()
        rows = (await tui.engine.window("score_run", "failed", 4)).rows
        await tui.press("space", "j", "space", "R")
        await tui.dialog()
        [call] = tui.hands.named("plan")
        assert [(line.id, line.run) for line in call.args[2].jobs] == [(row.id, row.run) for row in (rows[0], rows[2])]


async def test_a_shut_gate_stops_an_open_dialog() -> None:
    """What was stale when `y` came is not done, although the dialog was opened before."""
    async with opened() as tui:
        await cancel_first(tui)
        await tui.dialog()
        tui.app.answered(tui.app.known.link._replace(missed=3), None)
        await tui.press("y")
        assert tui.hands.named("apply") == []
        assert tui.said().startswith("actions are off")


async def test_a_refused_limit_is_told_in_the_editor() -> None:
    """What the engine does not take comes back with its reason and with what was typed."""
    async with opened() as tui:
        await tui.press("4", "E")
        await tui.dialog()
        await tui.on("tab", *"-5", "tab", "tab", "tab", "tab", "tab", "tab", "enter")
        await tui.rest()
        await tui.dialog()
        await tui.press("y")
        editor = await tui.dialog()
        assert isinstance(editor, LimitsDialog)
        assert editor.query_one("#rate", Input).value == "-5"
        assert "rate must be above 0" in tui.text()
        await tui.press("escape")
        assert len(tui.hands.named("set_limits")) == 1


async def test_the_dialog_shows_its_ids_and_its_command() -> None:
    """`v` shows the ids that are meant, `c` copies the command that does the same."""
    async with opened() as tui:
        job_id = await cancel_first(tui)
        await tui.dialog()
        assert f"same as: python -m engine cancel score_run {job_id}" in tui.text()
        await tui.press("v")
        assert tui.text().splitlines()[1] == job_id
        await tui.press("v", "c")
        assert tui.app.clipboard == f"python -m engine cancel score_run {job_id}"
        assert tui.hands.named("apply") == []


async def test_a_job_is_retried_from_its_own_screen_as_it_was_read() -> None:
    """The run that was read is what is meant, also if another one has begun since."""
    async with opened() as tui:
        line = (await tui.engine.window("score_run", "failed", 1)).rows[0]
        tui.app.open_job(JobPlace("score_run", line.id))
        await tui.rest()
        await tui.refresh()
        plan = await tui.engine.plan("score_run", "retry", Chosen([line]))
        async for _ in tui.engine.carry_out(await tui.engine.apply(plan, 1)):
            pass
        await tui.press("R")
        assert tui.hands.named("apply") == []
        assert tui.said().startswith("nothing to retry: ")


async def test_several_marked_groups_are_not_acted_on_at_once() -> None:
    """Each group has a plan of its own; with several marked nothing is done, and it is said why."""
    async with opened() as tui:
        await tui.press("5", "space", "space", "R")
        assert tui.hands.calls == []
        assert "one group at a time" in tui.text()


async def test_the_book_undoes_the_operation_under_the_cursor() -> None:
    """In the book `U` is about the row that is shown there, not about this session's last deed."""
    async with opened() as tui:
        line = (await tui.engine.window("score_run", "failed", 1)).rows[0]
        plan = await tui.engine.plan("score_run", "retry", Chosen([line]))
        async for _ in tui.engine.carry_out(await tui.engine.apply(plan, 1)):
            pass
        await tui.press("6")
        await tui.refresh()
        await tui.press("U")
        await tui.dialog()
        assert "UNDO retry of 1 job" in tui.text()
        await tui.press("y")
        detail = await tui.engine.job("score_run", line.id)
        assert detail is not None
        assert (detail.status.state, detail.status.run) == (State.FAILED, line.run)
