"""A run that was cut off goes on: only with the same plan, on the same machine, with the same sides."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict, replace

from benchmarks.results import Run


class OtherRun(Exception):
    """The file holds an unfinished run, but not this one; the message says what differs."""


def go_on(begun: Run, anew: Run) -> Run:
    """The run as it was when it was cut off, without what had failed; OtherRun if it is not the one that begins now."""
    for word, was, now in _differences(begun, anew):
        raise OtherRun(f"it holds an unfinished run whose {word} was {was}, and is {now} now")
    known = {about.side for about in anew.sides}
    return replace(
        anew,
        began=begun.began,
        took_s=begun.took_s,
        machine=begun.machine,
        # A side that is not installed any more keeps what it gave.
        sides=[*anew.sides, *(about for about in begun.sides if about.side not in known)],
        samples=[sample for sample in begun.samples if not sample.error],
    )


def _differences(begun: Run, anew: Run) -> list[tuple[str, Any, Any]]:
    pairs = {
        "set": (begun.set, anew.set),
        "plan": (begun.plan, anew.plan),
        **{f"size: {word}": pair for word, pair in _pairs(begun.size, anew.size).items()},
        **{f"machine: {word}": pair for word, pair in _pairs(begun.machine, anew.machine).items() if word != "load"},
        "use of AOF": tuple([case.aof for case in run.cases] for run in (begun, anew)),
    }
    now = {about.side: about for about in anew.sides}
    for about in begun.sides:
        pairs[f"side {about.side}"] = (about, now.get(about.side, about))
    return [(word, was, is_now) for word, (was, is_now) in pairs.items() if was != is_now]


def _pairs(one: Any, other: Any) -> dict[str, tuple[Any, Any]]:
    theirs = asdict(other)
    return {word: (value, theirs[word]) for word, value in asdict(one).items()}
