"""The program: one session, one loop of questions, and the screens over it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.screen import Screen

from admin_tui.actions.conductor import Conductor
from admin_tui.actions.saying import going_words
from admin_tui.actions.targets import Target
from admin_tui.asking import Calls, Start
from admin_tui.cheatsheet import help_lines
from admin_tui.dialogs.stage import AppStage
from admin_tui.draw.line import Style
from admin_tui.in_turn import InTurn
from admin_tui.known import Known
from admin_tui.link import Link
from admin_tui.polling import Polling
from admin_tui.screens.going import read_place
from admin_tui.screens.host import JobPlace
from admin_tui.screens.job import JobView
from admin_tui.screens.jobs import Jobs
from admin_tui.screens.log import LogView
from admin_tui.screens.palette import Commands
from admin_tui.screens.reading import Reading
from admin_tui.screens.rows_view import RowsView
from admin_tui.screens.shell import Shell
from admin_tui.screens.table import VIEWS
from admin_tui.screens.why import WhyView
from admin_tui.session import Session
from admin_tui.terminal import forget
from admin_tui.text import Times
from admin_tui.theme import DARK, NO_COLOUR, Palette
from admin_tui.tidy import Tidier
from admin_tui.widgets.paint import textual_theme
from engine import Listed, Operation, SettingError, Snapshot

_TIMES: dict[Times, Times] = {"relative": "utc", "utc": "local", "local": "relative"}
COPIED_BYTES = 64 * 1024
"""Terminals take no more at once."""


class AdminApp(App[None]):
    """The admin over one session; it holds what is known, and the way from screen to screen."""

    COMMANDS: ClassVar = {Commands}
    CSS = "SearchIcon { display: none; }"  # an emoji, which some terminals do not have
    TITLE = "admin_tui"

    def __init__(
        self,
        session: Session,
        *,
        palette: Palette = DARK,
        interval_s: float = 1.0,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(ansi_color=palette is NO_COLOUR)
        self.session, self.palette = session, palette
        self.eyes, self.calls = session.eyes, Calls()
        self._keys = InTurn(self, self._hand_on)
        self.now_s, link = now_s, Link(now_s())
        self._tidier = Tidier(now_s)
        self._known = Known(session.who, session.first, link, now_s())
        self.polling = Polling(session.eyes, self.calls, self.answered, now_s, interval_s=interval_s, link=link)
        stage = AppStage(self, self._told, self.refresh_now, self.tell)
        self.conductor = Conductor(session.hands, stage, self.start(), self.calls, lambda: self.known)
        self.view_names = [view.name_ for view in VIEWS]
        self._shown, self._before = VIEWS[0].name_, VIEWS[0].name_
        theme = textual_theme(palette)
        self.register_theme(theme)
        self.theme = theme.name

    @property
    def known(self) -> Known:
        """What is known now."""
        return self._known._replace(now_s=self.now_s())

    def on_mount(self) -> None:
        """The overview is shown, and the loop of questions runs."""
        self.push_screen(Shell([view() for view in VIEWS]))
        self.run_worker(self.polling.run(), group="polling")

    async def on_event(self, event: events.Event) -> None:
        """A key waits for the one before it."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._tidier.pressed()
            await self._keys.press(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, key: events.Key) -> None:
        await super().on_event(key)

    def start(self) -> Start:
        """What runs questions to the engine; they end with the program only."""
        return lambda coroutine: self.run_worker(coroutine, group="asking")

    def answered(self, link: Link, snapshot: Snapshot | None) -> None:
        """This is how the link is, and a snapshot if one came: the screen tells of it."""
        now_s, self.polling.link = self.now_s(), link
        self._known = self._known._replace(link=link, now_s=now_s, snapshot=snapshot or self._known.snapshot)
        self.redraw()
        self._tidier.tidy()

    def redraw(self) -> None:
        """The screen that is shown tells what is known now."""
        if (shell := self.shell) is not None:
            shell.update_()

    @property
    def shell(self) -> Shell | None:
        """The frame on top; under a dialog the one that it covers."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Shell)), None)

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Nobody looks: it is asked for less often."""
        self.polling.focused = False

    def on_app_focus(self, event: events.AppFocus) -> None:
        """Somebody looks again."""
        if not self.polling.focused:
            self.polling.focused = True
            self.polling.refresh()

    def tell(self, words: str, style: Style = "plain") -> None:
        """The words are in the line above the footer."""
        if (shell := self.shell) is not None:
            shell.say(words, style)

    def copy(self, words: str, what: str) -> None:
        """The words are in the terminal's clipboard, as far as it takes them, and in a plain line."""
        kept = words.encode(errors="replace")[:COPIED_BYTES].decode(errors="ignore")
        self.copy_to_clipboard(kept)
        cut = "" if len(kept) == len(words) else f" (the first {len(kept):,} characters)"
        self.tell(f"copied {what}{cut}: {words}")

    def press(self, key_name: str, target: Target | None) -> None:
        """The key is refused, or what it means is on its way."""
        self.conductor.press(key_name, target)

    def _told(self, operation: Operation) -> None:
        """How far an operation is, is above the footer until it ends."""
        self.tell(going_words(operation) if operation.state == "running" else "", "active")

    def refresh_now(self) -> None:
        """A new snapshot is asked for."""
        self.polling.refresh()

    def paint_anew(self) -> None:
        """As `refresh_now`, and the whole screen is written, whatever something else wrote there."""
        forget(self._driver)
        self.screen.refresh()
        self.refresh_now()

    def freeze(self) -> None:
        """Rows hold still, or go on."""
        self._known = self._known._replace(frozen=not self._known.frozen)
        self.redraw()

    def next_times(self) -> None:
        """Times are shown another way."""
        self._known = self._known._replace(times=_TIMES[self._known.times])
        self.tell(f"times: {self._known.times}")
        self.redraw()

    def show_view(self, name: str) -> None:
        """The numbered view of this name is on top."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if name != self._shown:
            self._before, self._shown = self._shown, name
        if (shell := self.shell) is not None:
            shell.show_view(name)

    def last_view(self) -> None:
        """The view before this one is on top."""
        self.show_view(self._before)

    def go_up(self) -> None:
        """One screen less, or the overview; never out."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        elif self._shown != self.view_names[0]:
            self.show_view(self.view_names[0])

    def go_to(self, text: str) -> None:
        """What was typed behind `:` is on top; a line says what could not be understood."""
        try:
            shown = self.shell.view.of_queue if self.shell is not None else ""
            place = read_place(text, self.view_names, [queue.name for queue in self.known.snapshot.queues], shown)
        except SettingError as error:
            self.tell(str(error), "bad")
            return
        place(self)

    def open_worker(self, name: str) -> None:
        """The workers whose name has this text are shown."""
        self.show_view("workers")
        if (shell := self.shell) is not None and isinstance(workers := shell.views["workers"], RowsView):
            workers.only(name)

    def open_queue(self, queue: str, listed: Listed | None = None, query: str = "") -> None:
        """The jobs of the queue are shown; without a list the one that wants to be looked at."""
        self.show_view("jobs")
        if (shell := self.shell) is not None and isinstance(jobs := shell.views["jobs"], Jobs):
            jobs.open(queue, listed, query)

    def open_job(self, place: JobPlace) -> None:
        """The job is on top."""
        self.push_screen(Shell([JobView(place)]))

    def replace_job(self, place: JobPlace) -> None:
        """This job is on top in place of the one that was."""
        self.switch_screen(Shell([JobView(place)]))

    def redraw_heading(self) -> None:
        """The line under the header is of now."""
        if (shell := self.shell) is not None:
            shell.redraw_heading()

    def open_log(self, queue: str, job_id: str) -> None:
        """The job's log is on top."""
        self.push_screen(Shell([LogView(queue, job_id)]))

    def open_why(self, queue: str, job_id: str | None = None) -> None:
        """Why it does not run is on top."""
        self.push_screen(Shell([WhyView(queue, job_id)]))

    def open_keys(self) -> None:
        """The keys of what is shown are on top."""
        if (shell := self.shell) is not None:
            name, writes = shell.view.name_, self.known.who.writes
            self.push_screen(
                Shell([Reading(f"KEYS of {name}", lambda _, width: help_lines(name, width, writes=writes))])
            )

    def about(self) -> None:
        """What is shown and how old it is, is said."""
        known = self.known
        self.tell(f"{known.who.place}: data {known.age_s:.1f} s old, asked for each {self.polling.interval_s:g} s")

    def leave(self) -> None:
        """The program ends, once no question is under way."""
        self.polling.close()
        self.conductor.close()
        self.run_worker(self._leave(), group="leaving")

    async def action_quit(self) -> None:
        """As `leave`: Textual's own way out cuts nothing either."""
        self.leave()

    async def _leave(self) -> None:
        await self.calls.settled()
        self.exit()

    def get_system_commands(self, screen: Screen[object]) -> list[SystemCommand]:
        """None of Textual's: the palette has those of the table of keys."""
        return []
