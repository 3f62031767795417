"""What the program looks at: a server, the server of a directory, or an invented system; and what it may do there."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_tui.session import Wanted, open_session, whoami
from engine import SettingError, Unreachable
from engine.embedded import EmbeddedValkey

pytestmark = pytest.mark.anyio


async def test_without_write_there_are_no_hands(redis_url: str) -> None:
    """Nor anybody who acts; what is looked at has no method that changes something."""
    async with open_session(Wanted(redis_url=redis_url, app="jobs:app")) as session:
        assert session.hands is None
        assert (session.who.actor, session.who.writes) == ("", False)
        assert not hasattr(session.eyes, "apply")
        assert {queue.name for queue in session.first.queues} == {"ingest_reviews", "score_run"}


async def test_with_write_the_user_of_this_process_acts(redis_url: str) -> None:
    """By name, host and program; the book will say so."""
    async with open_session(Wanted(redis_url=redis_url, app="jobs:app", write=True)) as session:
        assert session.hands is not None
        assert session.hands.actor == whoami()
        assert session.who.actor == f"{whoami().name}@{whoami().origin}"
        assert whoami().tool.startswith("admin_tui ")


async def test_the_servers_of_a_directory_are_started_and_stopped(tmp_path: Path) -> None:
    """As `make demo` leaves them; afterwards the directory is free again."""
    _make(tmp_path / "valkey")
    async with open_session(Wanted(embedded=str(tmp_path), app="jobs:app")) as session:
        assert session.who.place == str(tmp_path)
        assert session.first.server is not None
    server = EmbeddedValkey(tmp_path / "valkey")
    server.start(patience_s=0.0)
    server.stop()


async def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A wrong path starts nothing."""
    with pytest.raises(SettingError, match="there is no such directory"):
        async with open_session(Wanted(embedded=str(tmp_path / "no"), app="jobs:app")):
            pass
    assert not _is_there(tmp_path / "no")


async def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    """With what to do."""
    url = "unix:///nowhere/valkey.sock?password=secret"
    with pytest.raises(Unreachable, match=r"no Redis at unix:/nowhere/valkey.sock .*: start it") as raised:
        async with open_session(Wanted(redis_url=url, app="jobs:app")):
            pass
    assert "secret" not in str(raised.value)


async def test_the_invented_system_needs_no_server() -> None:
    """It says that it is invented."""
    async with open_session(Wanted(demo=True)) as session:
        assert (session.who.profile, session.who.place) == ("DEMO", "an invented system")
        assert session.hands is None
        assert len(session.first.queues) == 10


def _make(directory: Path) -> None:
    directory.mkdir()


def _is_there(path: Path) -> bool:
    return path.exists()
