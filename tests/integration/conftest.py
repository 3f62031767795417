"""A theatre for the tests of command lines and worker processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.box_office import BoxOffice
from tests.support.servers import scratch
from tests.support.workers import Theatre, open_theatre


@pytest.fixture
def theatre(redis_url: str, prefix: str) -> Iterator[Theatre]:
    """Where worker processes run the play app, with short leases and few places."""
    queue = {"lease_s": 2, "sweep_s": 0.5, "concurrency": 4}
    with scratch() as directory, open_theatre(redis_url, prefix, directory, queue) as theatre:
        yield theatre


@pytest.fixture
def office(theatre: Theatre) -> BoxOffice:
    """The producer's side of the theatre."""
    return BoxOffice(theatre)
