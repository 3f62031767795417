"""The one table of all keys: bindings, footers, the `?` page, the palette and docs/keys.md come from it.

Lower case looks, UPPER CASE changes something; `G`, `O` and `A` alone are upper case and look. No key means two things
on one screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Scope = Literal[
    "everywhere", "tables", "reading", "overview", "jobs", "job", "log", "workers", "limits", "failures", "audit",
    "dialog", "copy",
]  # fmt: skip
Group = Literal["go", "look", "choose", "take", "change"]
"""What a key is for: to go somewhere, see more, choose rows, take something out, change something."""


class Key(NamedTuple):
    """What a key does where: `keys` as Textual names them, the one that is shown first.

    `name` names the action, `title` is for the footer, `about` for the help. `footer`: the smaller, the sooner it is
    shown there; 0: never.
    """

    scope: Scope
    keys: tuple[str, ...]
    name: str
    title: str
    about: str
    group: Group
    footer: int = 0

    @property
    def changes(self) -> bool:
        """It changes something, so a read-only session has it in grey."""
        return self.group == "change"

    @property
    def id(self) -> str:
        """Its own name among all keys, by which it can be given another key."""
        return f"{self.scope}.{self.name}"

    @property
    def shown(self) -> str:
        """The key as it is printed on a keyboard."""
        return printed(self.keys[0])


_PRINTED = {
    "slash": "/", "colon": ":", "question_mark": "?", "asterisk": "*", "minus": "-", "comma": ",", "full_stop": ".",
    "vertical_line": "|", "space": "Space", "enter": "Enter", "escape": "Esc", "tab": "Tab", "up": "Up", "down": "Down",
    "left": "Left", "right": "Right", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End",
}  # fmt: skip


def printed(key: str) -> str:
    """The key's name for a reader."""
    if key.startswith("ctrl+"):
        return f"Ctrl-{key[5:].upper()}"
    return _PRINTED.get(key, key)


_Shared = tuple[tuple[str, ...], str, str, str, Group, int]
"""A key without its scope, for those that mean the same in more than one."""
_RETRY: _Shared = (("R",), "retry", "retry", "Run it again; in the trash: restore it.", "change", 3)
_CANCEL: _Shared = (("X",), "cancel", "cancel", "Cancel what waits, is delayed or runs.", "change", 4)
_TRASH: _Shared = (
    ("D",),
    "trash",
    "trash",
    "Put it in the trash for 24 hours; there: delete it for good.",
    "change",
    5,
)
_PROMOTE: _Shared = (("N",), "promote", "run now", "Make a delayed job due now.", "change", 6)
_PAUSE: _Shared = (("P",), "pause", "pause", "Pause the queue, or resume it.", "change", 4)
_WHY: _Shared = (("w",), "why", "why", "Why it does not run: each check, in the engine's order.", "look", 3)
_LOG: _Shared = (("l",), "log", "log", "The job's log, live.", "look", 7)

KEYS: Sequence[Key] = (
    Key("everywhere", ("1",), "overview", "overview", "All queues, worst first.", "go"),
    Key("everywhere", ("2",), "jobs", "jobs", "Jobs of a queue by state.", "go"),
    Key("everywhere", ("3",), "workers", "workers", "Worker processes, their places and heartbeats.", "go"),
    Key("everywhere", ("4",), "limits", "limits", "Limits, what their buckets hold, and who waits.", "go"),
    Key("everywhere", ("5",), "failures", "failures", "Failed jobs grouped by their error.", "go"),
    Key("everywhere", ("6",), "audit", "audit", "Who changed what.", "go"),
    Key("everywhere", ("colon",), "go_to", "go to", "A queue, job or worker: q NAME, j ID, w NAME.", "go", 21),
    Key("everywhere", ("ctrl+p",), "palette", "palette", "Every command by name.", "go"),
    Key("everywhere", ("minus",), "last_view", "last view", "The view before this one.", "go"),
    Key("everywhere", ("q", "escape"), "back", "back", "One level up; never ends the program.", "go", 2),
    Key("everywhere", ("ctrl+q",), "quit", "quit", "End the program.", "go"),
    Key("everywhere", ("question_mark",), "keys", "keys", "The keys of this screen.", "look", 1),
    Key("everywhere", ("z",), "freeze", "freeze", "Rows hold still; again: they go on.", "look", 20),
    Key("everywhere", ("ctrl+r",), "refresh", "refresh", "Ask for everything now, and paint all of it anew.", "look"),
    Key("everywhere", ("t",), "times", "times", "Times in UTC, local, or as ages.", "look"),
    Key("everywhere", ("A",), "about", "about", "What is shown here, how old it is, and its bounds.", "look"),
    Key("everywhere", ("U",), "undo", "undo", "Undo the last operation as far as it can be.", "change", 19),

    Key("tables", ("j", "down"), "row_down", "down", "One row down.", "go"),
    Key("tables", ("k", "up"), "row_up", "up", "One row up.", "go"),
    Key("tables", ("g", "home"), "first_row", "first", "The first row.", "go"),
    Key("tables", ("G", "end"), "last_row", "last", "The last row.", "go"),
    Key("tables", ("pagedown",), "page_down", "page down", "One screen down.", "go"),
    Key("tables", ("pageup",), "page_up", "page up", "One screen up.", "go"),
    Key("tables", ("enter",), "open", "open", "Open the row.", "go", 2),
    Key("tables", ("slash",), "filter", "filter", "Show matching rows: Enter keeps, Esc clears.", "look", 8),
    Key("tables", ("o",), "sort", "sort", "Another order.", "look", 18),
    Key("tables", ("O",), "reverse", "reverse", "The order the other way round.", "look"),
    Key("tables", ("space",), "mark", "mark", "Mark the row, or no longer.", "choose", 15),
    Key("tables", ("v",), "mark_range", "range", "Mark all from the last mark to here.", "choose"),
    Key("tables", ("asterisk",), "mark_all", "all", "Mark all that match, not only those on the screen.", "choose", 16),
    Key("tables", ("u",), "unmark", "unmark", "Mark nothing.", "choose"),
    Key("tables", ("y",), "copy", "copy", "Copy: then i id, k key, j JSON, c command.", "take", 17),
    Key("tables", ("e",), "export", "export", "Write the rows to a file.", "take", 22),

    Key("reading", ("j", "down"), "line_down", "down", "One line down.", "go"),
    Key("reading", ("k", "up"), "line_up", "up", "One line up.", "go"),
    Key("reading", ("g", "home"), "first_line", "first", "The first line.", "go"),
    Key("reading", ("G", "end"), "last_line", "last", "The last line.", "go"),
    Key("reading", ("pagedown",), "page_down", "page down", "One screen down.", "go"),
    Key("reading", ("pageup",), "page_up", "page up", "One screen up.", "go"),

    Key("overview", *_WHY),
    Key("overview", *_PAUSE),
    Key("overview", ("C",), "limit", "concurrency", "Change the queue's concurrency and rate.", "change", 5),
    Key("overview", ("X",), "clean", "clean", "Put ended jobs of the queue in the trash.", "change"),

    Key("jobs", ("right",), "next_state", "state", "The next state's jobs.", "look", 9),
    Key("jobs", ("left",), "last_state", "state back", "The jobs of the state before.", "look"),
    Key("jobs", *_WHY),
    Key("jobs", *_LOG),
    Key("jobs", *_RETRY),
    Key("jobs", *_CANCEL),
    Key("jobs", *_TRASH),
    Key("jobs", *_PROMOTE),
    Key("jobs", *_PAUSE),

    Key("job", ("d",), "data", "data", "The payload.", "look", 10),
    Key("job", ("a",), "attempts", "attempts", "Each attempt with its error.", "look", 11),
    Key("job", *_LOG),
    Key("job", ("o",), "options", "options", "What the job was enqueued with.", "look"),
    Key("job", ("h",), "history", "history", "What has happened to it.", "look"),
    Key("job", ("n",), "next_job", "next", "The next job of the list you came from.", "go", 12),
    Key("job", ("p",), "last_job", "previous", "The job before, of the list you came from.", "go"),
    Key("job", *_WHY),
    Key("job", ("y",), "copy", "copy", "Copy: then i id, k key, j JSON, c command.", "take", 13),
    Key("job", *_RETRY),
    Key("job", *_CANCEL),
    Key("job", *_TRASH),
    Key("job", *_PROMOTE),
    Key("job", ("V",), "reveal", "reveal", "Show what was redacted; it is written to the book.", "change"),

    Key("log", ("f",), "follow", "follow", "Stay at the newest line.", "look", 3),
    Key("log", ("slash",), "find", "find", "Find text.", "look", 4),
    Key("log", ("comma",), "last_hit", "previous", "The hit before.", "go", 5),
    Key("log", ("full_stop",), "next_hit", "next", "The next hit.", "go", 6),
    Key("log", ("a",), "attempt", "attempt", "One run's lines, or all.", "look", 7),
    Key("log", ("v",), "level", "level", "From which level on lines are shown.", "look", 8),
    Key("log", ("c",), "wrap", "wrap", "Long lines go on below, or are cut.", "look", 9),
    Key("log", ("y",), "copy", "copy", "Copy the line.", "take", 10),
    Key("log", ("e",), "save", "save", "Write the log to a file.", "take"),
    Key("log", ("vertical_line",), "pager", "pager", "Read it in $PAGER.", "take"),

    Key("workers", *_WHY),
    Key("limits", *_WHY),
    Key("limits", ("E",), "limit", "edit", "Change rate, burst and concurrency.", "change", 4),
    Key("limits", *_PAUSE),
    Key("failures", ("R",), "retry", "retry", "Run all failed jobs of the group again, by plan.", "change", 3),
    Key("failures", ("D",), "trash", "trash", "Put the group's failed jobs in the trash, by plan.", "change", 4),
    Key("audit", ("S",), "stop", "stop", "Begin no further batch of the operation.", "change", 3),

    Key("dialog", ("y",), "yes", "yes", "Do it.", "choose", 3),
    Key("dialog", ("escape",), "no", "cancel", "Do nothing.", "choose", 1),
    Key("dialog", ("tab",), "next_field", "next field", "The next field.", "go", 2),
    Key("dialog", ("v",), "view", "view ids", "The ids that the plan froze.", "look", 4),
    Key("dialog", ("c",), "command", "copy command", "Copy the command line that does the same.", "take", 5),

    Key("copy", ("i",), "copy_id", "id", "The job's id.", "take", 1),
    Key("copy", ("k",), "copy_key", "key", "Its business key.", "take", 2),
    Key("copy", ("j",), "copy_json", "JSON", "All that is shown, as JSON.", "take", 3),
    Key("copy", ("c",), "copy_command", "command", "The command line that shows it.", "take", 4),
)  # fmt: skip

SCREENS: dict[str, tuple[Scope, ...]] = {
    "overview": ("everywhere", "tables", "overview"),
    "jobs": ("everywhere", "tables", "jobs"),
    "job": ("everywhere", "reading", "job"),
    "log": ("everywhere", "reading", "log"),
    "reading": ("everywhere", "reading"),
    "workers": ("everywhere", "tables", "workers"),
    "limits": ("everywhere", "tables", "limits"),
    "failures": ("everywhere", "tables", "failures"),
    "audit": ("everywhere", "tables", "audit"),
    "dialog": ("dialog",),
    "copy": ("copy",),
}
"""The scopes of each screen, the widest first."""


def keys_of(screen: str) -> Sequence[Key]:
    """All keys that act on this screen, those of its own scope first."""
    return [key for scope in reversed(SCREENS[screen]) for key in KEYS if key.scope == scope]
