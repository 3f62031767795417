"""What the table of keys is shown as: footer, `?` page, palette, and docs/keys.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from admin_tui.draw.line import Line, Span
from admin_tui.keys import KEYS, SCREENS, Key, keys_of, printed
from admin_tui.text import Safe, fit, safe, width

_GAP = Span(Safe("  "))
_SCOPES = {
    "everywhere": "Everywhere", "tables": "In tables", "reading": "In text", "overview": "Overview: the queue",
    "jobs": "Jobs", "job": "One job", "log": "Log", "workers": "Workers", "limits": "Limits",
    "failures": "Failures", "audit": "Audit", "dialog": "In a dialog", "copy": "After `y` (copy)",
}  # fmt: skip


class Command(NamedTuple):
    """An entry of the palette: the action's name, what it does, its key, and whether it changes something."""

    name: str
    title: str
    about: str
    key: str
    changes: bool


def footer(screen: str, cells: int, *, writes: bool) -> Line:
    """The screen's main keys in one line: as many as fit; those that change something are dim where nothing may be."""
    wanted = sorted((key for key in keys_of(screen) if key.footer), key=lambda key: key.footer)
    chosen, room = list[Key](), cells
    for key in wanted:
        needed = width(_label(key)) + (len(_GAP.text) if chosen else 0)
        if needed > room:
            break
        chosen.append(key)
        room -= needed
    spans = list[Span]()
    for key in sorted(chosen, key=_reading):
        off = key.changes and not writes
        spans += [_GAP] if spans else []
        spans += [
            Span(safe(key.shown), "dim" if off else "key"),
            Span(safe(f" {key.title}"), "dim" if off else "plain"),
        ]
    return spans


def _label(key: Key) -> Safe:
    return safe(f"{key.shown} {key.title}")


def _reading(key: Key) -> tuple[bool, int]:
    """What is everybody's comes last, as `? keys  q back`."""
    return key.scope == "everywhere", key.footer


def help_lines(screen: str, cells: int, *, writes: bool) -> Sequence[Line]:
    """All keys of the screen, scope by scope; none is wider than so many cells."""
    lines = list[Line]()
    for scope in reversed(SCREENS[screen]):
        lines += [[Span(fit(_SCOPES[scope].replace("`", ""), cells), "title")]]
        lines += [_help_line(key, cells, writes=writes) for key in KEYS if key.scope == scope]
    return lines


def _help_line(key: Key, cells: int, *, writes: bool) -> Line:
    off = key.changes and not writes
    names = fit(" ".join(printed(name) for name in key.keys), min(14, cells))
    about = f"{key.about} (read-only session)" if off else key.about
    return [
        Span(names, "dim" if off else "key"),
        Span(safe(f" {about}", cells - len(names)), "dim" if off else "plain"),
    ]


def palette(screen: str) -> Sequence[Command]:
    """What can be done on this screen, by name; moving by rows and pages needs no palette."""
    return [
        Command(key.name, key.title, key.about, key.shown, key.changes)
        for key in keys_of(screen)
        if key.group != "go" or key.scope == "everywhere"
    ]


def page() -> str:
    """docs/keys.md, written by `python -m admin_tui.cheatsheet`."""
    return "\n".join(_page_lines()) + "\n"


def _page_lines() -> Iterator[str]:
    yield from ("# Keys of the admin", "")
    yield "Lower case looks, UPPER CASE changes something (`G`, `O` and `A` only look). Made from `admin_tui/keys.py`."
    for scope, title in _SCOPES.items():
        yield from ("", f"## {title}", "", "| key | does |", "|---|---|")
        for key in KEYS:
            if key.scope == scope:
                names = " ".join(f"`{printed(name)}`".replace("|", "\\|") for name in key.keys)
                yield f"| {names} | {key.about} |"


if __name__ == "__main__":
    sys.stdout.write(page())
