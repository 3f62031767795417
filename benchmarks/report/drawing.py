"""SVG by its parts: each drawing carries its own colours, for light and for dark."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

WIDTH = 760
_STYLE = """
.plot{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2933}
.plot .paper{fill:#ffffff}.plot .title{font-weight:600;font-size:15px}
.plot .soft{fill:#616e7c}.plot .line{stroke:#d5dbe1;stroke-width:1}
.plot .ours{fill:#1f6feb}.plot .peer{fill:#a3adb8}.plot .floor{fill:#e0d3a8}
.plot .reach{stroke:#1f2933;stroke-width:1.5;fill:none}
.plot .curve{fill:none;stroke-width:2;stroke-linejoin:round}.plot .again{stroke-dasharray:6 4}
.plot .c0{stroke:#1f6feb}.plot .c1{stroke:#c2410c}.plot .c2{stroke:#0f766e}.plot .c3{stroke:#9333ea}
.plot .c4{stroke:#a16207}.plot .c5{stroke:#64748b}.plot .c6{stroke:#be185d}.plot .c7{stroke:#4d7c0f}
@media (prefers-color-scheme:dark){
.plot{fill:#e4e7eb}.plot .paper{fill:#15191e}.plot .soft{fill:#9aa5b1}.plot .line{stroke:#323b45}
.plot .ours{fill:#58a6ff}.plot .peer{fill:#5b6672}.plot .floor{fill:#6d6242}
.plot .reach{stroke:#e4e7eb}
.plot .c0{stroke:#58a6ff}.plot .c1{stroke:#fb923c}.plot .c2{stroke:#2dd4bf}.plot .c3{stroke:#c084fc}
.plot .c4{stroke:#facc15}.plot .c5{stroke:#94a3b8}.plot .c6{stroke:#f472b6}.plot .c7{stroke:#a3e635}}
"""
COLOURS = 8


def drawing(parts: Iterable[str], height: float, words: str) -> str:
    """The whole SVG; `words` say to who cannot see it what it shows."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'aria-label="{escape(words)}">\n<style>{_STYLE}</style>\n'
        f'<rect class="paper" width="{WIDTH}" height="{height:g}" rx="6"/>\n{body}\n</svg>\n'
    )


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def bar(x: float, y: float, width: float, height: float, kind: str) -> str:
    """A bar; one of no width is still seen."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}" rx="2" class="{kind}"/>'


def reach(x: float, to: float, y: float) -> str:
    """From the least to the most."""
    ends = "".join(f"M{at:.1f} {y - 4:.1f}v8" for at in (x, to))
    return f'<path class="reach" d="M{x:.1f} {y:.1f}H{to:.1f}{ends}"/>'


def rule(x: float, y: float, to_x: float, to_y: float) -> str:
    """A thin line."""
    return f'<path class="line" d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}"/>'


def curve(points: Iterable[tuple[float, float]], colour: int) -> str:
    """A line through the points; dashed once all colours are taken."""
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    again = " again" if colour >= COLOURS else ""
    return f'<path class="curve c{colour % COLOURS}{again}" d="M{way}"/>'
