"""What is not promised, with what it costs."""

from __future__ import annotations

from tests.faults.page.stored import Evidence
from tests.faults.page.tables import table


def tell_unpromised(evidence: Evidence) -> str:
    """Power cuts, flushed servers, effects that no fence guards, and kills that hit one job again and again."""
    parts = _power(evidence) + _flush(evidence) + _blind(evidence) + _unlucky(evidence)
    return "## What is not promised\n\n" + "\n".join(parts)


def _power(evidence: Evidence) -> list[str]:
    text = (
        "**A power cut** may cost what Redis has not yet forced to disk. With `appendfsync everysec`, the default, "
        "that is what was enqueued in the last moments; with `always`, each enqueue is on disk before it is "
        "answered. (A Redis that is only killed loses nothing, see F11.)\n"
    )
    if evidence.power is None:
        return [text]
    lines = [
        (
            each.appendfsync,
            each.cuts,
            f"{each.acknowledged:,}",
            f"{each.lost.p50:,.0f} (p50), {each.lost.max:,.0f} (max)",
            f"{each.window_s.p50:.2f} s (p50), {each.window_s.max:.2f} s (max)",
        )
        for each in evidence.power.settings
    ]
    head = ("appendfsync", "cuts", "enqueues answered", "lost at a cut", "the oldest of them answered before it")
    return [text, table(head, lines)]


def _flush(evidence: Evidence) -> list[str]:
    text = "**FLUSHALL**, or a Redis without its data, loses the jobs that were stored."
    row = evidence.row("F7")
    if row is None or not row.figures.more.get("flushed"):
        return [f"{text}\n"]
    more = row.figures.more
    counted = (
        f" F7 did so: {more['flushed']:,.0f} of {row.figures.attempted:,} jobs left no record. "
        f"{more['flushed_held']:,.0f} were running: their results were refused. {more['put_again']:,.0f} more were "
        "enqueued again by their producer, and ran. Workers go on by themselves: after each of F7's faults a job "
        f"completed again {more['back_p50_s']:.1f} s (p50) to {more['back_max_s']:.1f} s (max) later.\n"
    )
    return [text + counted]


def _blind(evidence: Evidence) -> list[str]:
    text = (
        "**An effect somewhere that knows no fence**, a mail or a payment without an idempotency key, may be made "
        "more than once: a worker that dies after it, before its result is stored, leaves a job that runs again."
    )
    row = evidence.row("F1")
    if row is None or not row.figures.faults.get("kill"):
        return [f"{text}\n"]
    figures, kills = row.figures, row.figures.faults["kill"]
    thousands = figures.attempted / 1_000
    counted = (
        f" {kills:,} kills over {figures.attempted:,} jobs (F1, {row.scale} scale) cost "
        f"{figures.repeated_executions:,} repeated executions, {figures.repeated_executions / kills:.1f} for each "
        f"kill and {figures.repeated_executions / thousands:.1f} for each 1,000 jobs. {figures.repeated_effects:,} of "
        "the repeated ones had made their effect already: the fenced table took it for done, another place would "
        f"have it twice. That is {figures.repeated_effects / thousands:.2f} for each 1,000 jobs.\n"
    )
    return [text + counted]


def _unlucky(evidence: Evidence) -> list[str]:
    text = (
        "**A job that is hit again and again** by kills that are not its own looks like one that kills: its last "
        "delivery waits for a process of its own, and with `max_crashes` ends it has failed."
    )
    row = evidence.row("F1")
    if row is None or not row.figures.suspect_recovery_s.count:
        return [f"{text}\n"]
    figures, waits = row.figures, row.figures.suspect_recovery_s
    counted = (
        f" At {figures.hits_per_execution:.3f} kills for each execution (F1, {row.scale} scale), "
        f"{waits.count:,} deliveries were last ones: they began {waits.p50:.1f} s (p50) to {waits.max:.1f} s (max) "
        f"after the kill before; {figures.quarantined_by_faults:,} of {figures.attempted:,} jobs failed so.\n"
    )
    return [text + counted]
