"""No embedded server outlives its owner, however that one dies."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.owner import DRAINED, KINDS, gone, ordinary_user, owner
from tests.support.servers import scratch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))


@pytest.fixture
def directory() -> Iterator[Path]:
    with scratch() as path:
        yield path


@each_kind
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_owner_takes_its_server_with_it(kind: str, number: int, directory: Path) -> None:
    """An owner ended by a signal, kill -9 among them, leaves neither server nor guard."""
    with owner(kind, directory) as it:
        it.kill(number)
        it.await_all_gone()


@each_kind
def test_an_owner_that_just_ends_stops_its_server(kind: str, directory: Path) -> None:
    """An owner that comes to its end leaves neither server nor guard, and ended well."""
    with owner(kind, directory) as it:
        assert it.process.stdin is not None
        it.process.stdin.close()
        assert it.process.wait(20) == 0
        it.await_all_gone()


@each_kind
def test_a_forked_child_does_not_keep_the_server(kind: str, directory: Path) -> None:
    """A fork of the owner that holds the guard's pipe does not keep the server alive after the owner's death."""
    with owner(kind, directory, fork=True) as it:
        it.kill(signal.SIGKILL)
        it.await_all_gone()


@each_kind
def test_a_killed_guard_takes_its_server_with_it(kind: str, directory: Path) -> None:
    """A guard ended by kill -9 leaves no server."""
    with owner(kind, directory) as it:
        os.kill(it.guard, signal.SIGKILL)
        it.await_all_gone()


@each_kind
def test_ctrl_c_reaches_the_owner_first(kind: str, directory: Path) -> None:
    """Ctrl-C goes to the owner's process group; the server serves until the owner has drained."""
    with owner(kind, directory) as it:
        os.killpg(it.process.pid, signal.SIGINT)
        assert it.process.stdout is not None
        assert it.process.stdout.readline().strip() == DRAINED
        it.process.wait(20)
        it.await_all_gone()


@each_kind
def test_a_successor_starts_at_once_on_the_same_directory(kind: str, directory: Path) -> None:
    """An owner that starts right after its predecessor's kill -9 waits for the old server, then has its own."""
    with owner(kind, directory) as first:
        first.kill(signal.SIGKILL)
        with owner(kind, directory) as second:
            assert gone(first.server)
            second.kill(signal.SIGKILL)
            second.await_all_gone()


@each_kind
def test_an_ordinary_user_can_own_a_server(kind: str, directory: Path) -> None:
    """No root is needed."""
    with owner(kind, directory, preexec=ordinary_user()) as it:
        assert it.uid != 0
        it.kill(signal.SIGTERM)
        it.await_all_gone()
