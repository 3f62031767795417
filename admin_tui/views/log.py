"""A job's log as lines: the newest ones, by run and level, cut or wrapped, with what was searched for."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import Times, clock, safe, safe_lines
from admin_tui.views.lines import cut, spread
from engine import LogEntry, escape

KEPT = 5_000
"""So many lines are held; older ones go."""
LEVELS = ("all", "DEBUG", "INFO", "WARN", "ERROR")
_NUMBERS = {
    "TRACE": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "WARNING": 3, "ERROR": 4, "CRITICAL": 4, "FATAL": 4,
}  # fmt: skip
_STYLES: dict[int, Style] = {1: "dim", 3: "warn", 4: "failed"}
_WORD = re.compile(r"\W*(TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b", re.IGNORECASE)
_STAMP = 13


class Shown(NamedTuple):
    """How a log is shown: at most `cells` wide; `run` 0: of all runs; `level`: an index of LEVELS."""

    cells: int
    wrap: bool = False
    run: int = 0
    level: int = 0
    times: Times = "utc"


class LogText:
    """The lines of a log as they come; `dropped` counts those that are no longer held."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=kept)
        self._shown = Shown(80)
        self._lines: deque[tuple[LogEntry | None, Line]] = deque()
        self._last_run = 0
        self.dropped = self.came = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> Sequence[LogEntry]:
        return list(self._entries)

    @property
    def runs(self) -> Sequence[int]:
        """The runs that have lines here, in the order of their first ones."""
        return list(dict.fromkeys(entry.run for entry in self._entries))

    def add(self, entries: Iterable[LogEntry]) -> None:
        """The lines follow those that are here."""
        for entry in entries:
            if len(self._entries) == self._entries.maxlen:
                self._drop(self._entries[0])
            self._entries.append(entry)
            self.came += 1
            self._append(entry)

    def show(self, shown: Shown) -> None:
        """The lines are made so from now on."""
        if shown != self._shown:
            self._shown, self._last_run = shown, 0
            self._lines.clear()
            for entry in self._entries:
                self._append(entry)

    @property
    def lines(self) -> list[Line]:
        return [line for _, line in self._lines]

    def entry_at(self, number: int) -> LogEntry | None:
        """The entry that a line is of; None for a title or where there is no line."""
        return self._lines[number][0] if 0 <= number < len(self._lines) else None

    def find(self, text: str) -> list[int]:
        """The numbers of the lines that begin an entry with this text, upper or lower case."""
        wanted, found, before = text.lower(), list[int](), None
        for number, (entry, _) in enumerate(self._lines):
            if entry is not None and entry is not before and wanted in entry.text.lower():
                found.append(number)
            before = entry
        return found

    def plain(self) -> str:
        """All entries for a file or a pager, with nothing in them that a terminal would obey."""
        return "".join(f"{clock(entry.at_ms)} {escape(entry.text)}\n" for entry in self._entries)

    def _drop(self, entry: LogEntry) -> None:
        self.dropped += 1
        while self._lines and self._lines[0][0] in (None, entry):
            self._lines.popleft()

    def _append(self, entry: LogEntry) -> None:
        shown, level = self._shown, level_of(entry.text)
        if (shown.run and entry.run != shown.run) or (level is not None and level < shown.level):
            return
        if entry.run != self._last_run:
            self._last_run = entry.run
            self._lines.append((None, _run_title(entry, shown)))
        style = _STYLES.get(level if level is not None else 2, "plain")
        room = max(1, shown.cells - _STAMP)
        texts = list(safe_lines(entry.text, room, wrap=shown.wrap))
        at = Span(safe(f"{clock(entry.at_ms, shown.times)} "), "dim")
        for number, text in enumerate(texts):
            self._lines.append((entry, (at if number == 0 else Span(safe(" " * _STAMP)), Span(text, style))))


def level_of(text: str) -> int | None:
    """The number of the level that the text begins with; None: it does not say."""
    found = _WORD.match(text)
    return _NUMBERS[found[1].upper()] if found is not None else None


def _run_title(entry: LogEntry, shown: Shown) -> Line:
    words = f"-- run {entry.run} "
    return [Span(safe(words + "-" * max(0, shown.cells - len(words)), shown.cells), "dim")]


def log_heading(job_id: str, text: LogText, shown: Shown, cells: int) -> Line:
    """Whose log this is, and what of it is shown."""
    parts = [
        Span(safe("LOG"), "dim"),
        Span(safe(job_id, max(10, cells // 3)), "title"),
        Span(safe(f"run {shown.run or 'all'}")),
        Span(safe(f"level {'all' if not shown.level else f'>= {LEVELS[shown.level]}'}")),
        Span(safe(f"{len(text):,} lines"), "dim"),
    ]
    return spread(parts, cells)


def log_foot(text: LogText, per_s: float, *, following: bool, hits: str, cells: int) -> Line:
    """Whether it follows, how fast lines come, how many went, and where among the hits this is."""
    spans = [Span(safe("following"), "good") if following else Span(safe("not following"), "dim")]
    parts = [*spans, Span(safe(f"new {per_s:.0f}/s")), Span(safe(f"dropped {text.dropped:,}"))]
    if hits:
        parts.append(Span(safe(hits), "mark"))
    return cut(spread(parts, cells), cells)
