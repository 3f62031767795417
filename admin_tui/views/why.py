"""Why something does not run: each check in the engine's order, the first that does not hold, and what to do."""

from __future__ import annotations

from admin_tui.draw.line import Line, Span, Style
from admin_tui.text import fit, safe
from admin_tui.views.lines import words
from engine import Explanation

_SIGNS: dict[str, tuple[str, Style]] = {"yes": ("[ok]", "good"), "no": ("[NO]", "bad"), "-": ("[--]", "dim")}


def why_lines(explanation: Explanation, width: int) -> list[Line]:
    """Each check with its sign, then verdict and advice; long texts go on below themselves."""
    label = min(max((len(check.name) for check in explanation.checks), default=0) + 1, max(12, width // 3))
    lines = list[Line]()
    for check in explanation.checks:
        sign, style = _SIGNS[check.holds]
        texts = words(check.text, max(1, width - label - 7))
        name: Style = "plain" if check.holds != "-" else "dim"
        lines.append(
            [Span(safe(f" {sign} "), style), Span(fit(check.name, label), name), Span(safe(" ")), Span(texts[0])]
        )
        lines += [[Span(safe(" " * (label + 7))), Span(text)] for text in texts[1:]]
    lines.append([])
    lines += _told("VERDICT", explanation.verdict, width, "title")
    lines += _told("TRY", explanation.advice, width, "key") if explanation.advice else []
    return lines


def why_text(explanation: Explanation) -> str:
    """The same as plain text, to be sent to somebody."""
    checks = [f"{_SIGNS[check.holds][0]} {check.name}: {check.text}" for check in explanation.checks]
    advice = [f"TRY {explanation.advice}"] if explanation.advice else []
    return "\n".join([f"WHY {explanation.target}", *checks, f"VERDICT {explanation.verdict}", *advice])


def _told(label: str, text: str, width: int, style: Style) -> list[Line]:
    lines = words(text, max(1, width - 10))
    first: Line = [Span(fit(f" {label}", 10), "dim"), Span(lines[0], style)]
    return [first, *([Span(safe(" " * 10)), Span(line, style)] for line in lines[1:])]
