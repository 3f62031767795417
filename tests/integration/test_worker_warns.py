"""What a worker says at its start of the server that it was given."""

from __future__ import annotations

from collections.abc import Callable

from engine.embedded import EmbeddedValkey
from tests.support.servers import scratch
from tests.support.workers import open_theatre


def test_a_worker_warns_at_its_start(own_valkey: Callable[..., EmbeddedValkey]) -> None:
    """A server that keeps nothing and may drop keys is warned of, in the log, before the first job; it works on."""
    server = own_valkey(appendonly=False)
    with scratch() as directory, open_theatre(server.url, "warned", directory) as theatre, theatre.worker() as worker:
        assert worker.lines("appendonly")
