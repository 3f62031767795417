"""What the command line prints of a job that it follows to its end."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import cast

import msgspec
import pytest

from engine.cli.output import follow_job
from engine.errors import EngineError
from engine.types import JobStatus, State
from engine.viewer import Viewer

pytestmark = pytest.mark.anyio

WHOLE = JobStatus(
    id="a", name="play", queue="play", data={}, state=State.COMPLETED, run=1, progress=None, attempts_made=1, crashes=0,
    failed_reason=None, returnvalue=1, timestamp=0, processed_on=1, finished_on=2, due=None, worker_id="w", tenant=None,
    logs=["first", "second"], attempts=[],
)  # fmt: skip


class Followed:
    """A job whose log lines come one with each change."""

    def __init__(self, *ends: State) -> None:
        self._states = (State.ACTIVE, *ends)

    async def follow(self, queue: str, job_id: str) -> AsyncGenerator[JobStatus]:
        assert (queue, job_id) == ("play", "a")
        for state, line in zip(self._states, WHOLE.logs, strict=False):
            yield msgspec.structs.replace(WHOLE, state=state, logs=[line])

    async def show(self, queue: str, job_id: str) -> JobStatus | None:
        assert (queue, job_id) == ("play", "a")
        return WHOLE


async def test_json_of_a_followed_job_holds_its_whole_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Not only the lines that came with its last change."""
    assert await follow_job(cast("Viewer", Followed(State.COMPLETED)), "play", "a", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["logs"] == ["first", "second"]


async def test_a_job_that_goes_away_while_it_is_followed_is_told() -> None:
    """It may have completed: nobody is told a state that is long over as its end."""
    with pytest.raises(EngineError, match="was last seen active"):
        await follow_job(cast("Viewer", Followed()), "play", "a", as_json=False)
