"""What goes wrong while the sources are read: which requests meet what."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec
from msgspec import Struct

from jobs.simulator import Fault, World
from tests.evidence.truth.lines import LINES

_OFTEN = (
    # The listing moves between two of its pages.
    Fault(kind="added"),
    Fault(kind="edited"),
    Fault(kind="deleted"),
    # The source asks for patience.
    Fault(kind="rate_limit", retry_after="1"),
    Fault(kind="unavailable", status=503, retry_after="1"),
    # It is not well, or the way to it.
    Fault(kind="unavailable", status=500),
    Fault(kind="unavailable", status=502),
    Fault(kind="slow", delay_s=0.3),
    Fault(kind="reset"),
    Fault(kind="cut"),
    Fault(kind="bad_rows"),
    Fault(kind="expire"),
)
_ONCE = (
    Fault(kind="stale"),
    Fault(kind="unavailable", on="token", status=503),
)
_LONG = (
    # An outage and an answer that is none: they fail attempts.
    Fault(kind="unavailable", status=503, times=12),
    Fault(kind="garbage"),
    # The source does not say for how long, or says it in Google's way: half a minute or more where that is not known.
    Fault(kind="rate_limit"),
    Fault(kind="rate_limit", retry_delay="2s"),
)


_MET = 0.9
"""All faults are due before the last requests, which are a few more or less by chance."""


class Weather(Struct, frozen=True):
    """How bad a sync is to be."""

    often: int
    """How often each of the common faults comes."""
    long: bool
    """Whether there are an outage and waits of half a minute as well."""


def faults(world: World, weather: Weather, random: Random) -> Iterator[Fault]:
    """The faults of one sync of everything, spread over its requests."""
    requests = sum(
        len(world.truth(line.location)) // line.page_size + 1 for line in LINES if line.page_size is not None
    )
    for number, fault in enumerate(_OFTEN * weather.often):
        # Each kind is spread evenly: a token that expires twice in a row would be refused credentials.
        part = (number // len(_OFTEN) + random.uniform(0.1, 0.6)) / weather.often
        yield _after(fault, part, requests)
    for fault in (*_ONCE, *(_LONG if weather.long else ())):
        yield _after(fault, random.random(), requests)


def _after(fault: Fault, part: float, requests: int) -> Fault:
    """The fault, due once that part of the requests was made; few of them are for tokens, so those meet it at once."""
    return msgspec.structs.replace(fault, after=0 if fault.on == "token" else int(part * requests * _MET))
