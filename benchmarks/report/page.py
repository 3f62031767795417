"""The page: what it was measured on, each case with its plots and figures, and each side with its settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from benchmarks.goals import OURS, verdicts
from benchmarks.report.capacity import capacity
from benchmarks.results import Played, Run
from benchmarks.spreads import Spread
from benchmarks.telling import number

_STYLE = """
:root{color-scheme:light dark;--ink:#1f2933;--soft:#616e7c;--paper:#f5f7f9;--card:#fff;--line:#d5dbe1;--ours:#1f6feb;
--good:#1a7f37;--bad:#b42318}
@media (prefers-color-scheme:dark){
:root{--ink:#e4e7eb;--soft:#9aa5b1;--paper:#0d1116;--card:#15191e;--line:#323b45;--ours:#58a6ff;
--good:#4ac26b;--bad:#ff7b72}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:980px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;margin:14px 0;
overflow-x:auto}
section h3{margin:0 0 6px;font-size:15px;font-weight:600}
p{margin:6px 0}.note{color:var(--soft);font-size:12.5px;margin:2px 0}
.soft{color:var(--soft)}svg{width:100%;height:auto;display:block;margin:8px 0}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1px solid var(--line)}
td,th{padding:4px 10px 4px 0;vertical-align:top}td.n{text-align:right;white-space:nowrap}
th.n{text-align:right}tr.ours td{color:var(--ours);font-weight:600}tr+tr td{border-top:1px solid var(--line)}
td small{display:block;color:var(--soft);font-weight:400;font-size:11.5px}
.met{color:var(--good)}.not-met{color:var(--bad);font-weight:600}
nav a{margin-right:12px;white-space:nowrap}a{color:var(--ours)}code{font-size:13px}
"""


def page(run: Run, plots: Mapping[str, Sequence[str]]) -> str:
    """One file that needs no other: style and plots are in it, and no script."""
    body = "\n".join(
        [
            *_head(run),
            *_goals(run),
            *_ratios(run),
            *capacity(run),
            "<h2>Cases</h2>",
            *(part for played in run.cases for part in _case(run, played, plots.get(played.name, ()))),
            *_sides(run),
        ]
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>Benchmarks, {escape(run.began[:10])}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body><main>\n{body}\n</main></body>\n</html>\n"
    )


def _head(run: Run) -> Iterator[str]:
    machine = run.machine
    yield "<h1>Benchmarks</h1>"
    yield (
        f'<p class="soft">{escape(run.began)}, set <code>{escape(run.set)}</code>, took {run.took_s / 60:.0f} min. '
        f"{escape(machine.cpu)}, {machine.cores} cores, {machine.memory_gb:g} GB, {escape(machine.system)}; load "
        f"before it {machine.load:g}. {escape(machine.server)} on the same machine; Python {escape(machine.python)}, "
        f"redis-py {escape(machine.redis_py)}. {run.size.rounds} rounds, {run.size.jobs:,} jobs a drain, seed "
        f"{run.size.seed}.</p>"
    )
    yield (
        "<p>In each round the sides take turns, each on a fresh server, and the order turns from round to round. "
        "A ratio is made within a round; what is shown is the median of the rounds, with the least and the most. "
        "Above 1, ours is better, whichever way is good.</p>"
    )
    links = " ".join(f'<a href="#{escape(played.name)}">{escape(played.name)}</a>' for played in run.cases)
    yield f"<nav>{links}</nav>"


def _goals(run: Run) -> Iterator[str]:
    found = list(verdicts(run))
    if not found:
        return
    yield "<h2>Goals</h2><section><table>"
    yield '<tr><th>goal</th><th class="n">measured</th><th class="n"></th></tr>'
    for verdict in found:
        word = "met" if verdict.met else "not met"
        yield (
            f'<tr><td>{escape(verdict.goal)}</td><td class="n">{escape(verdict.measured)}</td>'
            f'<td class="n {word.replace(" ", "-")}">{word}</td></tr>'
        )
    yield "</table></section>"


def _ratios(run: Run) -> Iterator[str]:
    """How many times as good ours is, case by side."""
    pairs = [(played, figure) for played in run.cases for figure in played.figures]
    others = [
        about.side
        for about in run.sides
        if about.side != OURS and any(run.ratio(case.name, figure, OURS, about.side) for case, figure in pairs)
    ]
    if not others:
        return
    yield "<h2>How many times as good as each</h2><section><table>"
    yield "<tr><th>case</th><th>figure</th>" + "".join(f'<th class="n">{escape(side)}</th>' for side in others)
    for played, figure in pairs:
        found = [run.ratio(played.name, figure, OURS, side) for side in others]
        if any(found):
            cells = "".join(f'<td class="n">{number(one.median) + "×" if one else "–"}</td>' for one in found)
            yield f"<tr><td>{escape(played.name)}</td><td>{escape(figure.name)}</td>{cells}</tr>"
    yield "</table></section>"


def _case(run: Run, played: Played, drawn: Sequence[str]) -> Iterator[str]:
    aof = f'<span class="soft">AOF {"on" if played.aof else "off"}</span>'
    yield f'<section id="{escape(played.name)}"><h3><code>{escape(played.name)}</code> {aof}</h3>'
    if not drawn:
        yield f"<p>{escape(played.title)}</p>"
    yield from drawn
    names = _figures(run, played)
    yield "<table><tr><th>side</th>" + "".join(f'<th class="n">{escape(name)}</th>' for name in names) + "</tr>"
    notes: list[str] = []
    for about in run.sides:
        errors = run.errors(played.name, about.side)
        cells = [run.spread(played.name, about.side, name) for name in names]
        if errors:
            notes.append(f"{about.side} gave nothing in {len(errors)} rounds: {errors[0]}")
        if not any(cells):
            continue
        if about.lacks:
            notes.append(f"{about.side}: {'; '.join(about.lacks)}")
        row = "".join(f'<td class="n">{_cell(cell)}</td>' for cell in cells)
        kind = "ours" if about.side == OURS else ""
        yield f'<tr class="{kind}"><td>{escape(about.side)}</td>{row}</tr>'
    yield "</table>"
    for note in notes:
        yield f'<p class="note">{escape(note)}.</p>'
    yield f"<p>Does not show: {escape(played.says_not)}.</p></section>"


def _cell(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    reach = f"<small>{number(spread.least)} to {number(spread.most)}</small>" if spread.count > 1 else ""
    return f"{number(spread.median)}{reach}"


def _figures(run: Run, played: Played) -> list[str]:
    """Every figure that a side gave, those of the ratios first."""
    names = [figure.name for figure in played.figures]
    for sample in run.samples:
        if sample.case == played.name:
            names += [name for name in sample.taken.figures if name not in names]
    return names


def _sides(run: Run) -> Iterator[str]:
    yield "<h2>Sides</h2><section><table><tr><th>side</th><th>version</th><th>settings, and where they come from</th>"
    yield "<th>what it does not do</th></tr>"
    for about in run.sides:
        words = (
            about.side,
            f"{about.name} {about.version}, {about.runtime}",
            f"{about.settings} ({about.page})" if about.page else about.settings,
            "; ".join(about.lacks) or "–",
        )
        yield "<tr>" + "".join(f"<td>{escape(word)}</td>" for word in words) + "</tr>"
    yield "</table>"
    for side, why in run.skipped.items():
        yield f'<p class="soft">Left out: {escape(side)}, {escape(why)}.</p>'
    yield "</section>"
