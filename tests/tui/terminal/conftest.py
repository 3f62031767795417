"""A real worker under load, and the real program beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers import scratch
from tests.tui.terminal.night import Night, open_night


@pytest.fixture
def night(redis_url: str, prefix: str) -> Iterator[Night]:
    """A worker that is kept busy, with jobs that fail until told and jobs that sleep."""
    with scratch() as directory, open_night(redis_url, prefix, directory) as night:
        yield night
