"""What the README promises, the rows that test it, and what they counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from tests.faults.page.stored import Evidence
from tests.faults.page.tables import table
from tests.faults.report import Told


class Promise(Struct, frozen=True):
    """A promise, the rows that test it, and what of their figures says so."""

    text: str
    rows: tuple[str, ...]
    told: Callable[[Sequence[Told]], str]


def _total(rows: Sequence[Told], name: str) -> int:
    return int(sum(row.figures.value(name) for row in rows))


def _zero(name: str, what: str, of: str = "acknowledged") -> Callable[[Sequence[Told]], str]:
    return lambda rows: f"{_total(rows, name):,} {what} of {_total(rows, of):,}"


def _more(rows: Sequence[Told], name: str) -> int:
    return int(sum(row.figures.more.get(name, 0) for row in rows))


def _recovery(rows: Sequence[Told]) -> str:
    worst = max(rows, key=lambda row: row.figures.recovery_s.max).figures.recovery_s
    most = min(row.at_most["recovery_s.max"] for row in rows if "recovery_s.max" in row.at_most)
    counted = sum(row.figures.recovery_s.count for row in rows)
    return f"{counted:,} times, p50 {worst.p50:.1f} s, p99 {worst.p99:.1f} s, at most {worst.max:.1f} s of {most:.1f} s"


_ALL = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F11", "F14", "F16", "PG")
_KILLS = ("F1", "F2", "F3", "F4", "F5", "F6", "F11", "PG")
PROMISES = (
    Promise("No job whose enqueue was answered is lost.", _ALL, _zero("lost", "lost")),
    Promise("Every stored job ends.", _ALL, _zero("stuck", "stuck")),
    Promise("Nothing runs that nobody enqueued.", _ALL, _zero("unexpected", "unexpected", "attempted")),
    Promise(
        "An enqueue whose answer is lost, and that is sent again, stores one job.",
        ("F2", "F3", "F7", "F11"),
        lambda rows: (
            f"{_total(rows, 'duplicated_enqueues')} stored twice; {_total(rows, 'recovered'):,} without an answer "
            "turned out to be stored"
        ),
    ),
    Promise(
        "At most one result of a job's run is accepted, whoever comes late.",
        _KILLS,
        lambda rows: (
            f"{_total(rows, 'stale_settles_accepted')} stale results accepted, "
            f"{_total(rows, 'refused_settles'):,} refused; "
            f"{_total(rows, 'repeated_executions'):,} executions were repeats"
        ),
    ),
    Promise(
        "An effect that is written beside the job's fence is made once.",
        _KILLS,
        lambda rows: (
            f"{_total(rows, 'duplicated_effects')} duplicated, {_total(rows, 'missing_effects')} missing, "
            f"{_total(rows, 'stale_effects_accepted')} stale ones accepted of {_total(rows, 'completed'):,}"
        ),
    ),
    Promise("No job starts before it is due.", ("F1", "F4"), _zero("early", "early", "attempted")),
    Promise("A dead worker's job runs again within lease + sweep + 1 s.", ("F1", "F5"), _recovery),
    Promise(
        "A deploy charges no attempt and no crash.",
        ("F4",),
        lambda rows: (
            f"{_more(rows, 'deploys')} deploys, {_more(rows, 'given_back'):,} jobs given back: "
            f"{_total(rows, 'attempts_charged_for_shutdowns')} attempts and "
            f"{_total(rows, 'crashes_charged')} crashes charged"
        ),
    ),
    Promise(
        "An outage of Redis charges no crash.",
        ("F7", "F11"),
        lambda rows: (
            f"{sum(sum(row.figures.faults.values()) for row in rows)} faults of Redis: "
            f"{_total(rows, 'crashes_beyond')} crashes charged without a cause"
        ),
    ),
    Promise(
        "A job that ends its process fails after exactly `max_crashes`, and no healthy one beside it.",
        ("F6",),
        lambda rows: (
            f"{_more(rows, 'poison')} poison jobs, {_more(rows, 'poison_otherwise')} ended otherwise; "
            f"{_total(rows, 'quarantined_beyond') + _total(rows, 'quarantined_by_faults')} healthy ones failed"
        ),
    ),
    Promise(
        "What another producer writes into the keys costs itself, never the queue.",
        ("F14",),
        lambda rows: (
            f"{_more(rows, 'hostile'):,} hostile things, {_more(rows, 'otherwise')} came to something else than "
            f"they should; {_more(rows, 'unsafe_characters')} unescaped characters in logs"
        ),
    ),
)


def tell_promises(evidence: Evidence) -> str:
    """Each promise with its rows and counts, as far as they were run."""
    rows: list[tuple[str, str, str]] = []
    for promise in PROMISES:
        found = [row for name in promise.rows if (row := evidence.row(name))]
        if found:
            rows.append((promise.text, ", ".join(row.row for row in found), promise.told(found)))
    return "## What is promised, and what was counted\n\n" + table(("promise", "tested by", "counted"), rows)
