"""The frame of a screen: header, the views, one line of words, and the footer with the keys of the view shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from admin_tui.cheatsheet import footer
from admin_tui.dialogs.stage import Revealed
from admin_tui.draw.line import Line, Span, Style
from admin_tui.keys import KEYS, keys_of
from admin_tui.known import Known
from admin_tui.screens.bindings import bindings
from admin_tui.screens.fields import Field
from admin_tui.screens.view import View
from admin_tui.text import safe
from admin_tui.views.header import header, tabs, trouble
from admin_tui.widgets.lines import Lines

if TYPE_CHECKING:
    from admin_tui.app import AdminApp

LEAST = (40, 10)
"""Below these columns and rows there is only a line that says so."""


class Shell(Screen[None]):
    """Views in a frame; more than one have tabs. What they share is told to the one that is shown."""

    BINDINGS = bindings("everywhere")
    AUTO_FOCUS = ""
    CSS = """
    Shell { layout: vertical; }
    Shell > Lines { width: 100%; }
    Shell #header, Shell #tabs, Shell #footer { height: 1; background: $panel; }
    Shell #words { max-height: 3; }
    Shell #small { display: none; height: 1fr; }
    Shell.-small > * { display: none; }
    Shell.-small > #small { display: block; }
    Shell ContentSwitcher { height: 1fr; }
    """

    def __init__(self, views: Sequence[View]) -> None:
        super().__init__()
        self.views = {view.name_: view for view in views}
        self._words: Line | None = None
        self._begun = False

    def compose(self) -> ComposeResult:
        first = next(iter(self.views))
        yield Lines(id="header")
        yield Lines(id="tabs")
        with ContentSwitcher(initial=first):
            yield from self.views.values()
        yield Field(":", id="go-to")
        yield Lines(id="words")
        yield Lines(id="footer")
        yield Lines(id="small")

    def on_mount(self) -> None:
        """The first view has the keys."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._begun = True
        self.focus_view()
        self.update_()

    def on_unmount(self) -> None:
        """Nothing of what was painted is held (see `Lines`)."""
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Lines are made for the new size."""
        small = event.size.width < LEAST[0] or event.size.height < LEAST[1]
        self.set_class(small, "-small")
        self.call_after_refresh(self.update_)

    def on_screen_resume(self) -> None:
        """What is known may have changed while another screen was on top."""
        self.call_after_refresh(self.update_)

    @property
    def admin(self) -> AdminApp:
        """The app."""
        return cast("AdminApp", self.app)

    @property
    def view(self) -> View:
        """The one that is shown."""
        return self.views[self.query_one(ContentSwitcher).current or next(iter(self.views))]

    @property
    def ready(self) -> bool:
        """Its parts are there, so it can be told what is known: not before it began, nor while the program ends."""
        return self._begun and bool(self.children)

    @property
    def numbered(self) -> bool:
        """It has the numbered views."""
        return len(self.views) > 1

    def show_view(self, name: str) -> None:
        """The view of this name is shown and has the keys."""
        if name != self.view.name_:
            self.view.left()
        self.query_one(ContentSwitcher).current = name
        self.focus_view()
        self.update_()

    def focus_view(self) -> None:
        """The keys go to the view that is shown."""
        tables = list(self.view.query("#table"))
        (tables[0] if tables else self.view).focus()

    def update_(self) -> None:
        """All of it tells what is known now."""
        if not self.ready:
            return
        known, width = self.admin.known, self.size.width
        if self.has_class("-small"):
            self.query_one("#small", Lines).lines = [self._too_small(known)]
            return
        self.query_one("#header", Lines).lines = [header(known, width)]
        self.query_one("#tabs", Lines).lines = [self._second_line(width)]
        self.query_one("#footer", Lines).lines = [footer(self.view.name_, width, writes=known.gate.shut is None)]
        self._draw_words(known)
        self.view.update_(known)

    def say(self, words: str, style: Style) -> None:
        """The words are above the footer; none: the line is free."""
        self._words = [Span(safe(words), style)] if words else None
        if self.ready:
            self._draw_words(self.admin.known)

    @property
    def words(self) -> str:
        """What was said last, until the next key."""
        return "".join(span.text for span in self._words or [])

    def redraw_heading(self) -> None:
        """The line under the header is of now."""
        self.query_one("#tabs", Lines).lines = [self._second_line(self.size.width)]

    def on_revealed(self, event: Revealed) -> None:
        """A job was read with its secrets."""
        self.view.revealed(event.detail)

    def on_key(self, event: events.Key) -> None:
        """What was said has been read."""
        if self._words is not None:
            self.say("", "plain")

    def action_command(self, name: str) -> None:
        """A key of everywhere was pressed."""
        command = self._commands().get(name)
        if command is not None:
            command()
        elif any(key.name == name and key.changes for key in KEYS):
            self.admin.press(name, self.view.target(name))

    def run_command(self, name: str) -> None:
        """The command of this name, as if its key were pressed."""
        if any(key.name == name and key.scope != "everywhere" for key in keys_of(self.view.name_)):
            self.view.action_command(name)
        else:
            self.action_command(name)

    def _commands(self) -> Mapping[str, Callable[[], None]]:
        admin = self.admin
        views = {name: (lambda name=name: admin.show_view(name)) for name in admin.view_names}
        return {
            **views,
            "go_to": lambda: self.query_one("#go-to", Field).edit(""),
            "palette": self.app.action_command_palette,
            "last_view": admin.last_view,
            "back": self._back,
            "quit": admin.leave,
            "keys": admin.open_keys,
            "freeze": admin.freeze,
            "refresh": admin.paint_anew,
            "times": admin.next_times,
            "about": admin.about,
        }

    def _back(self) -> None:
        field = self.query_one("#go-to", Field)
        if field.display:
            field.show("")
            self.focus_view()
        elif not self.view.back():
            self.admin.go_up()

    def on_field_left(self, event: Field.Left) -> None:
        """Esc in the line that goes somewhere."""
        if event.field.id == "go-to":
            event.field.show("")
            self.focus_view()

    def on_field_kept(self, event: Field.Kept) -> None:
        """Enter in the line that goes somewhere."""
        if event.field.id == "go-to":
            event.field.show("")
            self.focus_view()
            self.admin.go_to(event.text)

    def _second_line(self, width: int) -> Line:
        if self.numbered:
            return tabs(list(self.views), self.view.name_, width)
        return self.view.heading(width)

    def _draw_words(self, known: Known) -> None:
        words = self._words or trouble(known, self.size.width)
        self.query_one("#words", Lines).lines = [words] if words is not None else []

    def _too_small(self, known: Known) -> Line:
        words = f"too small ({self.size.width}x{self.size.height}), need {LEAST[0]}x{LEAST[1]}"
        return [Span(safe(words, self.size.width), "warn")]
