"""Reads of jobs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from engine.errors import StoreError
from engine.streams.call import Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.types import Attempt, Failure, JobStatus, Json, State

MAX_LOGS = 1_000
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NUMBERS = ("run", "last", "crashed", "ended", "due", "attempts", "crashes", "snoozed")
_NUMBER = re.compile(rb"\d{1,16}")
_HELD = re.compile(r"\d{1,16} (again|ready|suspect) \d{1,19}-\d{1,19} \S\d{0,16} .+", re.DOTALL)
"""What `active` says of a job; any other value is another producer's, and says nothing."""
WITHOUT_REASON = (State.COMPLETED, State.CANCELLED)
"""Ends that an earlier attempt's error does not explain."""


def show(k: Keys, job_id: str) -> Call[JobStatus | None]:
    """Everything known of a job's current run, None if there is no record of it."""
    return build("show", k, [job_id, ""], lambda reply: decode_status(k.queue, job_id, reply))


def follow(k: Keys, job_id: str, after: str) -> Call[tuple[JobStatus | None, str]]:
    """The same, with the log lines behind `after` only (empty: all), and what to give as `after` next."""

    def decode(reply: list[Any]) -> tuple[JobStatus | None, str]:
        return decode_status(k.queue, job_id, reply), reply[2][-1][0].decode() if reply[2] else after

    return build("show", k, [job_id, after], decode)


def decode_status(queue: str, job_id: str, reply: list[Any]) -> JobStatus | None:
    """What the script `show` answered of a job; StoreError for what cannot be read."""
    record = pairs(reply[0])
    if "run" not in record:
        return None
    try:
        return _status(queue, job_id, record, reply[1].decode(), [pairs(entry[1]) for entry in reply[2]])
    except (KeyError, ValueError, OverflowError) as error:
        raise StoreError(
            f"the record of job {job_id!r} of queue {queue} cannot be read ({error}): see `python -m engine doctor`"
        ) from error


def pairs(flat: list[bytes]) -> dict[str, bytes]:
    """The fields and values of a hash, as Redis answers them."""
    return {name.decode(errors="backslashreplace"): value for name, value in zip(flat[::2], flat[1::2], strict=True)}


def _status(queue: str, job_id: str, record: dict[str, bytes], held: str, trail: list[dict[str, bytes]]) -> JobStatus:
    run = record["run"]
    mine = [entry for entry in trail if entry["run"] == run]
    _check_numbers(record)
    holding = holding_of(held)
    state = State(record["state"].decode())
    last = int(holding[0]) if holding else max(int(record.get("last", 0)), int(record.get("crashed", 0)))
    started = last // 1000 if last > int(run) else None
    worker = holding[4] if holding else record.get("worker", b"").decode()
    return JobStatus(
        id=job_id,
        name=record["name"].decode(),
        queue=queue,
        data=json_value(record["payload"]),
        state=state,
        run=int(run),
        progress=json_value(record.get("progress", b"null")),
        attempts_made=int(record.get("attempts", b"0")),
        crashes=int(record.get("crashes", b"0")),
        failed_reason=reason(record["error"]) if "error" in record and state not in WITHOUT_REASON else None,
        returnvalue=json_value(record.get("result", b"null")),
        timestamp=int(run) // 1000,
        processed_on=started,
        finished_on=int(record["ended"]) if "ended" in record else None,
        due=int(record["due"]) if state is State.DELAYED else None,
        worker_id=worker_label(worker) if started else None,
        tenant=record["tenant"].decode() if "tenant" in record else None,
        logs=[entry["text"].decode(errors="replace") for entry in mine if entry["kind"] == b"log"][-MAX_LOGS:],
        cancel_requested=holding is not None and holding[3].startswith("c"),
        attempts=[_attempt(entry) for entry in mine if entry["kind"] == b"attempt"],
    )


def _check_numbers(record: dict[str, bytes]) -> None:
    """ValueError for a number that the engine cannot have written."""
    for name in _NUMBERS:
        if name in record and not _NUMBER.fullmatch(record[name]):
            raise ValueError(f"its {name} is no number")


def holding_of(held: str) -> list[str] | None:
    """Fence, stream, entry, flag with attempts, and consumer, as `active` says them; None if it says nothing."""
    return held.split(" ", 4) if _HELD.fullmatch(held) else None


def worker_label(consumer: str) -> str:
    """The worker id that a consumer's name begins with: the process's own part is cut off."""
    return consumer.rsplit("~", 1)[0]


def _attempt(entry: dict[str, bytes]) -> Attempt:
    failure = failure_of(entry["error"])
    return Attempt(
        start=int(entry["start"]) // 1000,
        end=int(entry["end"]),
        worker=worker_label(entry["worker"].decode()),
        error=sentence(failure),
        stack=failure.stack,
        due=int(entry["due"]) if "due" in entry else None,
    )


def failure_of(error: bytes) -> Failure:
    """A stored error."""
    try:
        return msgspec.json.decode(error, type=Failure)
    except _NO_JSON:
        return Failure("Unreadable", error.decode(errors="replace"))


def sentence(failure: Failure) -> str:
    """The error in one line: its name and its text."""
    return f"{failure.type}: {failure.message}" if failure.message else failure.type


def reason(error: bytes) -> str:
    """A stored error as one sentence."""
    return sentence(failure_of(error))


def json_value(data: bytes) -> Json:
    """The decoded value; what another producer wrote and is no JSON is shown as its text."""
    try:
        return msgspec.json.decode(data)
    except _NO_JSON:
        return data.decode(errors="backslashreplace")


def iso(ms: float) -> str:
    """Epoch milliseconds as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
