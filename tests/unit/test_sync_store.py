"""The synchronous store: it sends a call once, whatever becomes of the reply."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest

from engine.errors import Unreachable
from engine.streams import Keys, SyncStore
from engine.streams.commands import pause


class Deaf(socketserver.ThreadingTCPServer):
    """Takes calls of scripts and answers none: it closes the connection instead."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hangup)
        self.calls = 0


class Hangup(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        assert isinstance(self.server, Deaf)
        while data := self.request.recv(65_536):
            if b"EVAL" in data:
                self.server.calls += 1
                return
            self.request.sendall(b"+OK\r\n" * data.count(b"*"))


@pytest.fixture
def deaf() -> Iterator[Deaf]:
    """A server that runs."""
    with Deaf() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_call_without_a_reply_is_not_sent_again_by_the_client(deaf: Deaf) -> None:
    """The library under it would send it again, unseen; whether a call may be sent twice is for its caller to say."""
    store = SyncStore(f"redis://127.0.0.1:{deaf.server_address[1]}", timeout_s=5)
    with pytest.raises(Unreachable):
        store.run(pause(Keys("p", "s", "q"), paused=True))
    store.close()
    assert deaf.calls == 1
