"""Lines of a known width, made of what several views say alike."""

from __future__ import annotations

from collections.abc import Sequence

from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import Safe, fit, safe, width, wrapped

_BREAK = Safe("   ")


def cut(spans: Sequence[Span], cells: int) -> Line:
    """The spans as far as there is room; the one that passes the end is cut."""
    kept, left = list[Span](), cells
    for span in spans:
        if left <= 0:
            break
        text = safe(span.text, left)
        kept.append(Span(text, span.style))
        left -= width(text)
    return kept


def spread(parts: Sequence[Span], cells: int) -> Line:
    """The parts with three blanks between; those that do not fit whole are left out, but never the first."""
    line, left = list[Span](), cells
    for part in parts:
        gap = 3 if line else 0
        if line and width(part.text) + gap > left:
            break
        if line:
            line.append(Span(_BREAK))
        line.append(part)
        left -= width(part.text) + gap
    return cut(line, cells)


def fact(label: str, text: str, cells: int, style: Style = "plain", label_cells: int = 10) -> Line:
    """A label and what it is about, on one line."""
    return Span(fit(label, min(label_cells, cells)), "dim"), Span(safe(text, max(0, cells - label_cells)), style)


def facts(label: str, text: str, cells: int, style: Style = "plain", label_cells: int = 10) -> list[Line]:
    """A label and all of what it is about, on as many lines as that needs."""
    texts = words(text, max(1, cells - label_cells))
    labels = [label, *[""] * (len(texts) - 1)]
    return [fact(name, shown, cells, style, label_cells) for name, shown in zip(labels, texts, strict=True)]


def words(text: str, cells: int) -> list[Safe]:
    """The text on as many lines as it needs, broken between words; a word that no line holds is broken in itself."""
    lines, line = list[Safe](), Safe("")
    for word in safe(text, 4096).split(" "):
        longer = Safe(f"{line} {word}" if line else word)
        if width(longer) <= cells:
            line = longer
            continue
        whole = wrapped(word, cells)
        lines += [line, *whole[:-1]] if line else whole[:-1]
        line = whole[-1] if whole else Safe("")
    return [*lines, line]


def note(words: str, cells: int) -> Line:
    """A dim line."""
    return [Span(safe(words, cells), "dim")]


def rule(cells: int, told: str = "") -> Line:
    """A line between two parts; something may be told in it."""
    if not told:
        return [Span(Safe("-" * cells), "dim")]
    words = safe(told, max(0, cells - 4))
    return cut(
        [Span(Safe("-- "), "dim"), Span(words, "mark"), Span(Safe(" " + "-" * (cells - width(words) - 4)), "dim")],
        cells,
    )
