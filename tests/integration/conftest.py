"""A theatre for the tests of command lines and worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.box_office import BoxOffice
from tests.support.forked import Forked
from tests.support.servers import scratch
from tests.support.workers import Theatre, environment, open_theatre


@pytest.fixture(scope="session")
def forked_engine() -> Iterator[Forked]:
    """`python -m engine` without its start."""
    with closing(Forked("engine", environment())) as forked:
        yield forked


@pytest.fixture
def theatre(redis_url: str, prefix: str, forked_engine: Forked) -> Iterator[Theatre]:
    """Where worker processes run the play app, with short leases and few places, and commands in forks."""
    queue = {"lease_s": 2, "sweep_s": 0.5, "concurrency": 4}
    with scratch() as directory, open_theatre(redis_url, prefix, directory, queue) as theatre:
        theatre.forked = forked_engine
        yield theatre


@pytest.fixture
def office(theatre: Theatre) -> BoxOffice:
    """The producer's side of the theatre."""
    return BoxOffice(theatre)
