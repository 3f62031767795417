"""The first two lines of each screen: where this looks, what it may, how fresh it is; and the numbered views."""

from __future__ import annotations

from collections.abc import Sequence

from admin_tui.actions.gate import Link
from admin_tui.draw.line import Line, Span, Style
from admin_tui.known import Known
from admin_tui.text import Safe, fit, lasted, safe, shorten, stamp, width
from admin_tui.views.lines import cut

_STYLES: dict[Link, Style] = {"live": "good", "slow": "warn", "stale": "bad", "down": "bad"}
_GAP = Span(Safe("  "))


def header(known: Known, cells: int) -> Line:
    """Where this looks and what it may on the left, how fresh it is on the right; what has no room is left out."""
    right = _right(known, cells)
    room = cells - sum(width(span.text) for span in right)
    left = _left(known, max(0, room - 1))
    blank = room - sum(width(span.text) for span in left)
    return cut([*left, Span(Safe(" " * max(0, blank))), *right], cells)


def _left(known: Known, cells: int) -> list[Span]:
    who = known.who
    may = Span(safe("WRITE" if who.writes else "READ ONLY"), "warn" if who.writes else "good")
    profile = [Span(safe(who.profile.upper(), 12), "bad" if who.production else "title")] if who.profile else []
    spans = [*profile, may]
    used = sum(width(span.text) + 2 for span in spans)
    place = Span(shorten(who.place, max(0, min(40, cells - used))))
    if cells - used >= 8:
        spans.insert(len(profile), place)
        used += width(place.text) + 2
    if who.actor and cells - used >= len(who.actor):
        spans.append(Span(safe(who.actor, 30), "dim"))
    return _spaced(spans)


def _right(known: Known, cells: int) -> list[Span]:
    link = known.link
    spans = list[Span]()
    if known.frozen:
        spans.append(Span(safe("FROZEN"), "mark"))
    if link.fresh:
        age = f" {known.age_s:.0f}s" if known.age_s >= 1.5 else ""
        spans.append(Span(safe(f"{link.state}{age}"), _STYLES[link.state]))
    else:
        spans.append(Span(safe(f"{link.state.upper()} {known.age_s:.0f}s"), "bad"))
    if cells >= 60:
        cost = "" if link.share is None else f" {link.share:.1%}"
        spans.append(Span(safe(f"{lasted(round(link.took_ms))}{cost}"), "dim"))
    if cells >= 50:
        at = stamp(known.now_ms, "utc" if known.times == "relative" else known.times)
        spans.append(Span(safe(at[11:])))
    return _spaced(spans)


def _spaced(spans: Sequence[Span]) -> list[Span]:
    line = list[Span]()
    for span in spans:
        line += [_GAP, span] if line else [span]
    return line


def tabs(names: Sequence[str], current: str, cells: int) -> Line:
    """The numbered views, the one that is shown in brackets; where lines are narrow, numbers only."""
    wide = sum(len(name) + 5 for name in names) <= cells
    spans = list[Span]()
    for number, name in enumerate(names, 1):
        here = name == current
        label = f"{number} {name.capitalize()}" if wide else str(number)
        spans.append(Span(safe(f"[{label}]" if here else f" {label} "), "title" if here else "dim"))
    if not wide:
        spans.append(Span(safe(f"  {current.capitalize()}"), "title"))
    return cut(spans, cells)


def trouble(known: Known, cells: int) -> Line | None:
    """What is to be said of a link that does not answer; None: it does."""
    link = known.link
    if link.fresh:
        return None
    again = link.wait_s(known.now_s, 1.0)
    words = f"data {known.age_s:.0f} s old, Redis does not answer; actions off"
    if link.state == "down":
        words = f"DOWN: {link.error or 'no answer'}; tried again in {again:.0f} s; data {known.age_s:.0f} s old"
    return [Span(fit(words, cells), "bad")]
