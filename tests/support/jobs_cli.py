"""`python -m jobs` in this process, from an async test: its loop is in a thread of its own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import anyio.to_thread
import msgspec
import pytest
from msgspec import Struct

from jobs.__main__ import main


class Said(Struct, frozen=True):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    error: str

    @property
    def words(self) -> str:
        """The output on one line, as if it had never been folded."""
        return " ".join(self.out.split())

    @property
    def json(self) -> Any:
        """What `--json` printed."""
        return msgspec.json.decode(self.out)


Say = Callable[..., Coroutine[Any, Any, Said]]


@pytest.fixture
def jobs_command(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command on the test's database."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    async def say(*words: str, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        code = await anyio.to_thread.run_sync(main, list(words))
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return say
