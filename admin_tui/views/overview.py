"""The overview: a verdict with its reasons, all queues, what fails most, and the totals."""

from __future__ import annotations

from collections.abc import Sequence

from admin_tui.draw.columns import Column
from admin_tui.draw.line import Line, Span, Style
from admin_tui.draw.sparkline import sparkline
from admin_tui.draw.sparkline import spread as spread_values
from admin_tui.text import Safe, age, count, fit, lasted, percent, safe, shorten, size
from admin_tui.views.health import Mark, QueueRow, Reason, verdict
from admin_tui.views.lines import cut, fact, spread
from admin_tui.views.workers import SILENT_MS
from engine import ErrorGroup, ServerView, Snapshot

STYLES: dict[Mark, Style] = {"x": "bad", "!": "warn", "P": "paused", "~": "held", ".": "good"}
_VERDICTS: dict[str, Style] = {"BAD": "bad", "LOOK": "warn", "GOOD": "good"}
_SIGNS = {"BAD": "x", "LOOK": "!", "GOOD": "."}


def overview_columns(*, ascii_only: bool = False) -> Sequence[Column[QueueRow]]:
    """What the overview shows of a queue; `since` is where each column comes in."""

    def trend(row: QueueRow, cells: int) -> Span:
        done = [None if minute is None else float(minute.completed) for minute in row.view.minutes]
        return Span(trend_of(done, cells, ascii_only=ascii_only), "completed")

    return (
        Column("", lambda row, _: Span(safe(row.mark), STYLES[row.mark]), 1),
        Column("QUEUE", lambda row, cells: Span(shorten(row.name, cells), _name(row)), 14, flex=2),
        Column("WAIT", lambda row, _: _number(row.view.counts.waiting, "waiting"), 5, align="right"),
        Column(
            "RUN",
            lambda row, _: Span(_run(row), "active" if row.view.counts.active else "dim"),
            6,
            align="right",
            since=55,
        ),
        Column("DELAY", lambda row, _: _number(row.view.counts.delayed, "delayed"), 5, align="right", since=70),
        Column("FAILED", lambda row, _: _number(row.view.counts.failed, "failed"), 6, align="right"),
        Column("OLDEST", lambda row, _: Span(_oldest(row), _oldest_style(row)), 6, align="right"),
        Column("DONE/m", lambda row, _: Span(count(round(row.done_per_minute))), 6, align="right", since=70),
        Column("FAIL", lambda row, _: Span(percent(row.failing), _failing(row)), 5, align="right", since=55),
        Column("30 MIN", trend, 10, flex=1, since=74),
        Column("WHY", lambda row, _: Span(safe(row.reason), STYLES[row.mark]), 24, flex=3, since=112),
    )


def trend_of(minutes: Sequence[float | None], cells: int, *, ascii_only: bool = False) -> Safe:
    """The whole minutes as a picture, as many of them in each cell; the running one would look like a fall."""
    whole = minutes[:-1]
    if cells <= 0 or not whole:
        return Safe("")
    each = -(-len(whole) // cells)
    buckets = len(whole) // each
    return sparkline(spread_values(whole[-buckets * each :], buckets), buckets, ascii_only=ascii_only)


def _number(number: int, style: Style) -> Span:
    """Nothing is not worth a colour."""
    return Span(count(number), style if number else "dim")


def _name(row: QueueRow) -> Style:
    return STYLES[row.mark] if row.mark in ("x", "!") else "plain"


def _run(row: QueueRow) -> Safe:
    return safe(f"{count(row.view.counts.active)}/{row.places}")


def _oldest(row: QueueRow) -> Safe:
    return age(row.view.counts.oldest_waiting_ms)


def _oldest_style(row: QueueRow) -> Style:
    return STYLES[row.mark] if row.mark in ("x", "!") else "plain"


def _failing(row: QueueRow) -> Style:
    if row.failing is None or row.failing < 0.1:
        return "plain"
    return "bad" if row.failing >= 0.5 else "warn"


def health_lines(rows: Sequence[QueueRow], width: int, most: int = 3, spoilt: Sequence[str] = ()) -> list[Line]:
    """The verdict in one line, and up to `most - 1` reasons, the worst ones."""
    found = verdict(rows, spoilt)
    style = _VERDICTS[found.word]
    head = cut([Span(safe(f"HEALTH {_SIGNS[found.word]} {found.word}"), style), Span(safe(f" - {found.words}"))], width)
    return [head, *(_reason(reason, width) for reason in found.reasons[: max(0, most - 1)])]


def health_line(rows: Sequence[QueueRow], width: int, spoilt: Sequence[str] = ()) -> Line:
    """The verdict with its worst reason, in one line."""
    found = verdict(rows, spoilt)
    worst = "".join(f": {reason.name} {reason.words}" for reason in found.reasons[:1])
    spans = [
        Span(safe(f"{_SIGNS[found.word]} {found.word}"), _VERDICTS[found.word]),
        Span(safe(f" {found.words}{worst}")),
    ]
    return cut(spans, width)


def _reason(reason: Reason, width: int) -> Line:
    style = STYLES[reason.mark]
    spans = [Span(safe(f"  {reason.mark} "), style), Span(shorten(reason.name, 24), style)]
    return cut([*spans, Span(safe(f": {reason.words}"))], width)


def queue_reason(row: QueueRow, width: int) -> Line:
    """The chosen queue's reason, or that it does well."""
    return fact(row.name, row.reason or "does well", width, "plain" if row.reason else "dim", min(24, width // 2))


def failure_lines(groups: Sequence[ErrorGroup], now_ms: int, width: int, most: int) -> list[Line]:
    """What fails most, at most so many lines with a title."""
    if most < 2:
        return []
    trend = 12 if width >= 80 else 0
    room = max(0, width - 26 - (trend + 1 if trend else 0))
    head: Line = cut(
        [
            Span(safe("TOP FAILURES".ljust(room + 2) + f" {'FIRST':>5} {'LAST':>5} {'FAILED':>7}  "), "dim"),
            Span(safe("30 MIN"[:trend]), "dim"),
        ],
        width,
    )
    shown = sorted((group for group in groups if group.jobs), key=lambda group: (-group.jobs, -group.last))
    lines = [head]
    for group in shown[: most - 1]:
        figures = f" {age(now_ms - group.first):>5} {age(now_ms - group.last):>5} {count(group.jobs):>7}  "
        line = [Span(safe("  x "), "failed"), Span(fit(group.title, max(0, room - 2))), Span(safe(figures))]
        if trend:
            line.append(Span(trend_of(group.minutes, trend), "failed"))
        lines.append(cut(line, width))
    return lines if len(lines) > 1 else [cut([Span(safe("TOP FAILURES  none failed"), "dim")], width)]


def total_line(snapshot: Snapshot, rows: Sequence[QueueRow], width: int) -> Line:
    """How many jobs of all queues are where, and how long what waits takes at the present pace."""
    counts = [row.view.counts for row in rows]
    waiting, active = sum(one.waiting for one in counts), sum(one.active for one in counts)
    done = sum(row.done_per_minute for row in rows)
    parts = [
        Span(safe(f"waiting {count(waiting)}")),
        Span(safe(f"running {count(active)}/{sum(row.places for row in rows)}")),
        Span(safe(f"delayed {count(sum(one.delayed for one in counts))}")),
        Span(safe(f"failed {count(sum(one.failed for one in counts))}")),
    ]
    if done and waiting:
        parts.append(Span(safe(f"drains in {lasted(round(waiting / done * 60_000))}")))
    return spread(parts, width)


def server_line(snapshot: Snapshot, width: int) -> Line:
    """What Redis says of itself, and how many workers are there."""
    lost = sum(snapshot.at_ms - worker.seen > SILENT_MS for worker in snapshot.workers)
    alive = len(snapshot.workers) - lost
    workers = Span(
        safe(f"workers {alive}" + (f" ({lost} lost)" if lost else "")), "bad" if lost or not alive else "plain"
    )
    return spread([workers, *_server(snapshot.server)], width)


def _server(server: ServerView | None) -> list[Span]:
    if server is None:
        return [Span(safe("redis: this user may not ask INFO"), "dim")]
    full = server.max_memory and server.used_memory > 0.9 * server.max_memory
    most = f"/{size(server.max_memory)}" if server.max_memory else ""
    return [
        Span(safe(f"redis {size(server.used_memory)}{most}"), "bad" if full else "plain"),
        Span(safe(server.policy), "plain" if server.policy == "noeviction" else "bad"),
        Span(safe(server.persistence), "bad" if "failing" in server.persistence else "plain"),
        Span(safe(f"evicted {count(server.evicted)}"), "bad" if server.evicted else "plain"),
        Span(safe(f"clients {count(server.clients)}")),
    ]
