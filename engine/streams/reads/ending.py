"""The end of a run, read by a plain command: who waits for many runs must not fetch their trails each second."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.errors import StoreError
from engine.streams.call import Arg
from engine.streams.keys import Keys
from engine.streams.reads.jobs import json_value, reason
from engine.types import Json, State


class Ending(Struct, frozen=True):
    """Where a job's current run is, and what it came to if it has ended."""

    run: int
    state: State
    returnvalue: Json = None
    failed_reason: str | None = None


def ending(k: Keys, job_id: str) -> tuple[Arg, ...]:
    """The command whose reply `decode_ending` takes."""
    return ("HMGET", k.job + job_id, "run", "state", "result", "error")


def decode_ending(reply: Sequence[bytes | None]) -> Ending | None:
    """The run's end so far; None if there is no record of the job."""
    run, state, result, error = reply
    if run is None or state is None:
        return None
    try:
        return Ending(
            run=int(run),
            state=State(state.decode()),
            returnvalue=None if result is None else json_value(result),
            failed_reason=None if error is None else reason(error),
        )
    except ValueError as fault:
        raise StoreError(f"the job's record cannot be read ({fault}): see `python -m engine doctor`") from fault
