"""The rows, the limits of starts, the soak, and where all of it ran."""

from __future__ import annotations

from tests.faults.page.stored import Evidence
from tests.faults.page.tables import table
from tests.faults.report import Told
from tests.faults.soak.gauges import MOST, UNITS

ZERO = {
    "lost": "jobs whose enqueue was answered, and of which there is no record",
    "unexpected": "jobs that ran or are stored, and that nobody enqueued",
    "stuck": "jobs that had not ended when all had to have",
    "early": "executions that began before their job was due",
    "duplicated_enqueues": "jobs that were stored a second time by one enqueue",
    "duplicated_effects": "effects beyond the first of a job's run",
    "missing_effects": "completed jobs without their effect",
    "stale_effects_accepted": "effects taken from a delivery after those of a later one",
    "stale_settles_accepted": "results taken from a delivery after a later one had begun",
    "shared_fences": "deliveries with the number of another one",
    "unexplained_repeats": "executions repeated although nothing had hit the one before",
    "attempts_charged_for_shutdowns": "attempts charged for a worker that was asked to stop",
    "crashes_beyond": "crashes charged beyond the faults that hit the job's worker",
    "quarantined_beyond": "jobs failed for crashes though fewer faults hit them than the queue lets",
    "misplaced": "records that disagree with the places that name the job, by the doctor's audit",
    "leftovers": "things left in streams and sets after all jobs had ended",
}
"""What each figure counts that is 0 in every row."""


def tell_rows(evidence: Evidence) -> str:
    """Every row of every run in a line."""
    lines = [
        (
            row.row,
            row.title,
            row.scale,
            f"{row.figures.attempted:,}",
            f"{_faults(row):,}" if _faults(row) else "",
            f"{row.figures.repeated_executions:,}",
            f"{row.duration_s:.0f} s",
            row.seed,
            "kept" if not row.broken else "; ".join(row.broken),
        )
        for _, row in evidence.rows()
    ]
    head = ("row", "what goes wrong", "scale", "jobs", "faults", "repeated executions", "took", "seed", "limits")
    return (
        "## The rows\n\nEach row does one kind of harm, by chance of a seed. It is run again by\n"
        "`python -m tests.faults ROW --scale SCALE --seed SEED`; what it must keep is in its file in "
        "`tests/faults/rows`.\n\n"
        + table(head, lines)
        + "\nIn every row these are 0, or it fails:\n\n"
        + "".join(f"- {meaning}\n" for meaning in ZERO.values())
    )


def _faults(row: Told) -> int:
    own = ("network_faults", "deploys", "points", "poison", "hostile", "zombies", "kills")
    return max(sum(row.figures.faults.values()), *(int(row.figures.more.get(name, 0)) for name in own))


def tell_limits(evidence: Evidence) -> str:
    """How exact the limits were; nothing if that was not run."""
    row = evidence.row("F16")
    if row is None:
        return ""
    more = row.figures.more
    names = [name.removeprefix("starts_") for name in more if name.startswith("starts_")]
    lines = [
        (
            name.replace("_", " "),
            f"{more[f'starts_{name}']:.0f}",
            f"{more[f'over_{name}']:g}",
            f"{more[f'used_{name}']:.1%}",
        )
        for name in names
    ]
    return (
        "## Limits of starts\n\nBy the fences, which are the server's start times in µs: by how many the worst "
        "window of any length passes burst + rate · window, and which part of the rate was used while jobs waited. "
        f"There are {more['workers']:.0f} worker processes, one of which is killed at each setting; a tenth of the "
        "jobs fails once and starts again.\n\n" + table(("setting", "starts", "starts too many", "of the rate"), lines)
    )


_HARM = {
    "kills": "kills of another worker",
    "redis_restarts": "restarts of Redis",
    "network_faults": "times of a bad network",
    "partitions": "cuts of it",
    "deploys": "deploys",
    "cancels": "waves of cancels",
    "requeues": "of requeues",
    "pauses": "pauses",
    "limit_changes": "changes of limits",
}


def tell_soak(evidence: Evidence) -> str:
    """What a worker took over a long time; nothing if that was not run."""
    soak = evidence.soak
    if soak is None:
        return ""
    told = ", ".join(f"{soak.counts.get(name, 0)} {harm}" for name, harm in _HARM.items())
    lines = [
        (UNITS[rest.name], *(f"{value:,.0f}" for value in rest.medians), f"{rest.ratio:.3f}") for rest in soak.rests
    ]
    head = ("median of", "1st quarter", "2nd", "3rd", "last", "last / 2nd")
    return (
        f"## A worker for {soak.minutes:g} minutes\n\n{soak.counts.get('jobs', 0):,} jobs, {told}. One of three "
        "workers lived through all of it, and was looked at each second: what it and Redis take "
        f"may in the last quarter be at most {MOST} times what it was in the second. Seed {soak.seed}.\n\n"
        + table(head, lines)
    )


def tell_where(evidence: Evidence) -> str:
    """The commit, the machine and the versions of each file of figures."""
    machines = {name: run.machine for name, run in evidence.runs.items()}
    machines |= {"soak": evidence.soak.machine} if evidence.soak else {}
    machines |= {"power-cut": evidence.power.machine} if evidence.power else {}
    lines = [
        (
            f"[{name}](evidence/{name}.json)",
            f"`{one.commit[:12]}`{' with changes' if one.changed else ''}",
            f"{one.cores} × {one.processor}, {one.system}",
            f"Python {one.python}, {_version(one.valkey)}, {_version(one.postgres)}, "
            + ", ".join(f"{library} {version}" for library, version in one.libraries.items()),
        )
        for name, one in sorted(machines.items())
    ]
    return "## Where\n\n" + table(("figures", "commit", "machine", "versions"), lines)


def _version(told: str) -> str:
    """The first words of what a server says of itself."""
    words = told.replace("v=", "").split()
    return " ".join(word for word in words[:3] if word not in ("server", "(PostgreSQL)"))
