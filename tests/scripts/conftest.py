"""A configured queue for each test of the scripts, checked for wholeness at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.embedded import EmbeddedValkey
from tests.support.queue import Rig
from tests.support.whole import check_whole


@pytest.fixture
def bare(redis_url: str, prefix: str) -> Iterator[Rig]:
    """A queue that nobody has configured, and that a test may damage."""
    rig = Rig(redis_url, prefix)
    yield rig
    rig.close()


@pytest.fixture
def rig(bare: Rig) -> Iterator[Rig]:
    """A configured queue; at the end every job of it is in exactly one place."""
    bare.configure()
    yield bare
    check_whole(bare)


@pytest.fixture
def full(own_valkey: Callable[..., EmbeddedValkey]) -> Iterator[Rig]:
    """A configured queue on a server of its own, whose memory `set_full` fills."""
    rig = Rig(own_valkey(appendonly=False).url, "full")
    rig.configure()
    yield rig
    check_whole(rig)
    rig.close()


@pytest.fixture
def set_full(full: Rig) -> Callable[[], None]:
    """From this call on the server refuses to store more."""

    def fill() -> None:
        full.command("CONFIG", "SET", "maxmemory", 1)

    return fill
