"""Keys that another producer wrote anything into: what cannot be read costs itself, never the queue."""

from __future__ import annotations

import pytest

from engine.errors import StoreError
from engine.streams.commands import Settle
from engine.streams.events import decode_events
from engine.streams.reads import decode_ending
from engine.types import State
from tests.support.queue import Rig

DIGITS = "9" * 400
JUNK = ("junk", "", DIGITS, "-1", "nan", "inf", "1e999", "\x1b[31m")
SETTINGS = ("lease_ms", "sweep_ms", "max_crashes", "rate", "burst", "max_active", "shared_rate", "shared_burst")
YEARS_US = 10**15


def works(bare: Rig) -> bool:
    """Whether a job that is enqueued now is acquired, settled and swept over, as a worker does it."""
    (ticket,) = bare.enqueue("healthy")
    if bare.acquire(0).status == "reset":
        bare.configure()
    deliveries = bare.take(250)
    bare.reclaim()
    bare.renew(*deliveries, strays=True)
    return [bare.settle(each, "complete") for each in deliveries if each.id == ticket.id] == [True]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("field", [*SETTINGS, *(f"set:{name}" for name in (*SETTINGS, "concurrency"))])
def test_settings_that_are_no_numbers(bare: Rig, field: str, junk: str) -> None:
    """A configured one is configured anew, one set at run time does not count; the limits are the app's again."""
    bare.configure(rate=1.0, burst=1)
    bare.command("HSET", bare.keys.control, field, junk)
    bare.enqueue("other")
    assert works(bare) or bare.acquire(0).wait_ms, "neither ran, nor held back by the limit"
    bare.clock.advance(1)
    bare.enqueue("a", "b", "c")
    assert len(bare.take()) == 1, "the limit does not hold"


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("field", ["fence", "tokens", "stamp", "last_sweep", "reclaim_from", "turn", "turn_until"])
def test_what_scripts_keep_is_no_number(bare: Rig, field: str, junk: str) -> None:
    """The queue goes on as if it had not been there."""
    bare.configure(rate=10.0, burst=1, shared_rate=10.0, shared_burst=1)
    bare.command("HSET", bare.keys.control, field, junk)
    bare.command("HSET", bare.keys.bucket, field, junk)
    assert works(bare)


def test_a_turn_that_never_ends(bare: Rig) -> None:
    """A process that has the turn of the suspects until the far future has it not."""
    bare.configure(max_crashes=2)
    bare.command("HSET", bare.keys.control, "turn", "nobody", "turn_until", YEARS_US * 5)
    (ticket,) = bare.enqueue("s")
    bare.command("HSET", bare.keys.job + "s", "crashes", 1)
    entry = bare.command("XADD", bare.keys.suspect, "*", "id", "s")
    bare.command("HSET", bare.keys.job + "s", "at", f"suspect {entry.decode()}")
    assert [each.id for each in bare.take()] == [ticket.id]


def test_a_reclaim_that_is_put_off_for_ever(bare: Rig) -> None:
    """A dead worker's jobs are taken back a lease later, whatever moment `control` names."""
    bare.configure()
    bare.enqueue("a")
    bare.take()
    bare.command("HSET", bare.keys.control, "last_sweep", bare.clock.now_us(), "reclaim_from", YEARS_US * 5)
    bare.reclaim()
    for _ in range(20):
        bare.clock.advance(2)
        bare.reclaim()
    assert [each.id for each in bare.take()] == ["a"]


@pytest.mark.parametrize("score", ["inf", "1e300"])
def test_a_due_time_beyond_all_numbers(bare: Rig, score: str) -> None:
    """A delayed id that is never due keeps nobody from anything, and the wait that is answered is a number."""
    bare.configure()
    bare.command("ZADD", bare.keys.delayed, score, "x")
    assert works(bare)
    assert bare.acquire().wait_ms is not None


@pytest.mark.parametrize(
    "value", ["", "junk", "5 ready zzz - w", f"5 ready {DIGITS}-1 - w", "5 nowhere 1-1 - w", f"{DIGITS} ready 1-1 - w"]
)
def test_an_active_value_that_says_nothing(bare: Rig, value: str) -> None:
    """Recovery, settles and renewals go on beside it; its job's cancel is answered."""
    bare.configure()
    bare.command("HSET", bare.keys.active, "x", value)
    assert works(bare)
    (ticket,) = bare.enqueue("x")
    bare.command("HSET", bare.keys.job + "x", "state", "active")
    assert bare.cancel(ticket) == "not_cancellable"


def test_numbers_that_are_spoilt_while_a_job_runs(bare: Rig) -> None:
    """The settle that comes with others is accepted, and so are the others."""
    bare.configure()
    bare.enqueue("a", "b")
    first, second = bare.take()
    bare.command("HSET", bare.keys.job + "a", "attempts", "junk", "crashes", "-1", "snoozed", DIGITS)
    settles = [Settle(first.id, first.fence, "release"), Settle(second.id, second.fence, "complete")]
    assert bare.answers(*settles) == ["ok", "ok"]


def test_crashes_that_were_set_below_none_count_from_none(bare: Rig) -> None:
    """A lease that runs out is the first crash of such a job, and not none."""
    bare.configure()
    bare.enqueue("a")
    bare.take()
    bare.command("HSET", bare.keys.job + "a", "crashes", "-1")
    bare.end_leases()
    assert bare.record("a")["crashes"] == "1"


def test_counters_that_are_no_numbers(bare: Rig) -> None:
    """A minute whose counters are spoilt loses counts, no job; what is readable of it is read."""
    bare.configure()
    key = f"{bare.keys.stats}{bare.clock.now_us() // 60_000_000}"
    bare.command("HSET", key, "acquire", "junk", "complete", DIGITS, "wait:x", 1, "odd:1", 1, "run:1", "\x1b")
    assert works(bare)
    assert bare.minutes(1)[0].counts["enqueue"] == 1


@pytest.mark.parametrize("words", [("HSET", "acquire", str(2**63 - 1)), ("SET", "text")])
def test_counters_that_can_rise_no_more(bare: Rig, words: tuple[str, ...]) -> None:
    """The largest number that Redis counts to, and a minute of another type, cost counts and no job."""
    bare.configure()
    command, *values = words
    bare.command(command, f"{bare.keys.stats}{bare.clock.now_us() // 60_000_000}", *values)
    assert works(bare)


def test_limits_are_shown_whatever_control_holds(bare: Rig) -> None:
    """What is no number is shown as none."""
    bare.configure(rate=1.0)
    bare.command("HSET", bare.keys.control, "set:rate", "junk", "tokens", DIGITS, "stamp", "-1")
    found = bare.limits_now()
    assert (found.rate.set, found.rate.configured, found.tokens) == (None, 1.0, 1.0)


@pytest.mark.parametrize("spoilt", [{"run": DIGITS}, {"attempts": "-1"}, {"ended": "junk"}, {"state": "junk"}])
def test_a_record_that_cannot_be_read_says_so(bare: Rig, spoilt: dict[str, str]) -> None:
    """Whoever asks for the job hears it as an error of the store."""
    bare.configure()
    bare.enqueue("a")
    for field, value in spoilt.items():
        bare.command("HSET", bare.keys.job + "a", field, value)
    with pytest.raises(StoreError, match="cannot be read"):
        bare.status("a")


@pytest.mark.parametrize("payload", [b"[" * 100_000, b"\xff\xfe", b"", b'{"a":' * 50_000])
def test_a_payload_that_is_no_json_is_shown(bare: Rig, payload: bytes) -> None:
    """As the text that it is, beside what `active` says without sense."""
    bare.configure()
    bare.enqueue("a", payload=payload)
    bare.command("HSET", bare.keys.active, "a", "junk")
    assert bare.status("a").data == payload.decode(errors="backslashreplace")


def test_the_end_of_a_job_that_cannot_be_read() -> None:
    """Whoever waits for its result hears it as an error of the store."""
    for run, state in ((b"1", b"junk"), (b"junk", b"completed"), (b"1", b"\xff")):
        with pytest.raises(StoreError, match="cannot be read"):
            decode_ending([run, state, None, None])


def test_events_that_are_no_text() -> None:
    """They are shown with their bytes escaped."""
    (event,) = decode_events("q", [(b"5-0", [b"\xff", b"\xfe"])])
    assert (event.verb, event.job_id) == ("\\xff", "\\xfe")


@pytest.mark.parametrize("field", ["run", "attempts", "ended", "state"])
def test_a_list_passes_over_what_it_cannot_read(bare: Rig, field: str) -> None:
    """A page has the jobs beside it."""
    bare.configure()
    bare.enqueue("a", "b")
    bare.command("HSET", bare.keys.job + "a", field, "junk")
    assert [line.id for line in bare.listed(State.WAITING)] == ["b"]
