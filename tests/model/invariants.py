"""What must hold after every call, whatever the model says: each a function over what Redis held before and holds now.

The numbers are those by which the promises are listed: I1 to I9 and I11 to I13.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from msgspec import Struct

from engine.streams.commands import MAX_BATCH
from engine.streams.scripts import load, names
from tests.model.history import Bucket, History
from tests.model.pages import WHOLE, Pages
from tests.support.snapshot import ENDS, STREAMS, Snapshot, entry_order

LIVE_IN = {"waiting", "active"}
VERBS: dict[str, tuple[set[str | None], set[str] | set[None]]] = {
    "enqueue": ({None, *ENDS}, {"waiting", "delayed"}),
    "promote": ({"delayed"}, {"waiting"}),
    "acquire": ({"waiting", "active"}, {"active"}),
    "complete": ({"active"}, {"completed"}),
    "retry": ({"active"}, {"delayed"}),
    "snooze": ({"active"}, {"delayed"}),
    "fail": ({"active"}, {"failed"}),
    "release": ({"active"}, {"waiting"}),
    "reclaim": ({"active"}, {"waiting"}),
    "cancel": ({"waiting", "delayed", "active"}, {"cancelled"}),
    "requeue": ({"failed", "cancelled"}, {"waiting"}),
    "revert": ({"waiting", "cancelled"}, {"failed", "cancelled", "waiting", "delayed"}),
    "trash": (set(ENDS), set(ENDS)),
    "restore": (set(ENDS), set(ENDS)),
    "delete": (set(ENDS), {None}),
}
"""From which states to which a verb leads: the edges of the drawn graph."""
FROM_OUTSIDE = {"spoil", "flush"}
"""Mishaps that are no call."""


class Step(Struct, frozen=True):
    """One call: its name, what Redis held before and after it, and what is known of the moment."""

    call: str
    before: Snapshot
    after: Snapshot
    history: History
    pages: Pages
    now_us: int
    broken: bool = False
    """Whether it was refused in its midst, since a group is missing."""
    refused: bool = False
    """Whether it was told that it has no say: not owned, another run, another state."""
    limited: tuple[Bucket, ...] = ()
    max_active: int = 0
    max_crashes: int = 0


def i1_conservation(step: Step) -> None:
    """Every stored job is in one place, appears by an enqueue only, and goes by prune or delete once it has ended."""
    before, after = step.before.records, step.after.records
    new = after.keys() - before.keys()
    assert new <= (step.history.created if step.call == "enqueue" else set()), f"from nowhere: {new}"
    assert step.call != "enqueue" or step.history.created <= after.keys(), "accepted, and not stored"
    gone = before.keys() - after.keys()
    assert not gone or step.call in {"prune", "delete", *FROM_OUTSIDE}, f"lost: {gone}"
    if step.call in {"prune", "delete"}:
        assert all(before[job_id]["state"] in ENDS for job_id in gone), f"live jobs deleted: {gone}"
    places = places_of(step.after)
    assert places.keys() <= after.keys() | step.after.others, "a place names a job without a record"
    for job_id, record in after.items():
        wanted = record["at"].split()[0] if record["state"] in LIVE_IN else record["state"]
        wanted = "trash" if "trashed" in record else wanted
        assert places[job_id] == [wanted], f"{job_id} is {record['state']}, and in {places[job_id]}"


def places_of(seen: Snapshot) -> dict[str, list[str]]:
    """The lines and sets that name each job."""
    found: dict[str, list[str]] = {job_id: [] for job_id in seen.records}
    for line in STREAMS:
        for _, job_id in seen.waiting[line]:
            found.setdefault(job_id, []).append(line)
    for state in ("delayed", *ENDS, "trash"):
        for job_id in seen.scores(getattr(seen.keys, state)):
            found.setdefault(job_id, []).append(state)
    return found


def i2_no_ghost(step: Step) -> None:
    """No lease is without its entry, no entry or holding without its job, no entry was read and then forgotten."""
    seen = step.after
    known = seen.records.keys() | seen.under(seen.keys.job).keys()
    for line in STREAMS:
        entries = dict(seen.waiting[line])
        assert set(entries.values()) <= known, f"{line} names jobs without a record"
        group = seen.groups.get(line)
        if group is not None:
            read = {entry for entry in entries if entry_order(entry) <= group.read_to}
            restored = {entry for _, held_in, entry, _, _ in seen.holdings.values() if held_in == line}
            assert read <= group.owners.keys() <= read | restored, f"{line}: read, and pending, are not the same"
    entries = {f"{line} {entry}": job_id for line in STREAMS for entry, job_id in seen.waiting[line]}
    for job_id, (_, line, entry, _, _) in seen.holdings.items():
        assert entries.get(f"{line} {entry}") == job_id, f"{job_id} is held at {line} {entry}, where it is not"
        assert job_id not in seen.records or seen.records[job_id]["state"] == "active", f"{job_id} is held"


def i3_atomic(step: Step) -> None:
    """What a call told is what it did, all of it: its verbs lead from the state before to the state after."""
    if step.broken or step.call in FROM_OUTSIDE:
        return
    told = step.after.told[len(step.before.told) :]
    for job_id in step.after.records.keys() | {job_id for _, job_id in told}:
        state = step.before.records.get(job_id, {}).get("state")
        for verb in (verb for verb, told_id in told if told_id == job_id):
            begins, ends = VERBS[verb]
            assert state in begins, f"{job_id}: {verb} of {state}"
            now = step.after.records.get(job_id, {}).get("state")
            state = now if now in ends else next(iter(ends))
        assert step.after.records.get(job_id, {}).get("state") == state, f"{job_id}: not told of its change"


def i4_fencing(step: Step) -> None:
    """Fences rise; no two deliveries share one; a call without a say leaves every byte as it was."""
    if step.refused:
        assert step.before.raw == step.after.raw, f"{step.call} was refused and changed something"
    before = {job_id: int(held[0]) for job_id, held in step.before.holdings.items()}
    fences = [int(held[0]) for held in step.after.holdings.values()]
    assert len(fences) == len(set(fences)), "two deliveries share a fence"
    for job_id, held in step.after.holdings.items():
        fence = int(held[0])
        assert fence == before.get(job_id) or fence > max(before.values(), default=0), f"{job_id}: fence {fence}"
        if job_id in step.after.records:
            assert fence > int(step.after.records[job_id]["run"]), f"{job_id}: its fence is not above its run"
    told = step.history.fences
    assert all(earlier < later for earlier, later in pairwise(told)), "fences do not rise"
    assert not step.history.usurped, f"settled by a stale fence: {step.history.usurped}"


def i5_monotone(step: Step) -> None:
    """Only a new run, with a higher number, leaves an end; attempts and crashes of a run fall by a checkpoint only.

    But for what is taken back: an earlier run is there again, or a cancelled one lives again with all that it was.
    """
    for job_id, record in step.after.records.items():
        old = step.before.records.get(job_id)
        if old is None:
            continue
        run, old_run = int(record["run"]), int(old["run"])
        if step.call == "revert" and (run < old_run or old["state"] == "cancelled"):
            assert run < old_run or _without(record, LIVES) == _without(old, LIVES), f"{job_id}: {record} after {old}"
            continue
        assert run >= old_run, f"{job_id}: run {run} after {old_run}"
        if run > old_run:
            assert old["state"] in ENDS, f"{job_id}: a new run of a job that is {old['state']}"
            continue
        same = _without(record, {"trashed"}) == _without(old, {"trashed"})
        assert old["state"] not in ENDS or same, f"{job_id} changed after its end"
        assert number(record, "attempts") >= number(old, "attempts"), f"{job_id}: attempts fell"
        fell = number(record, "crashes") < number(old, "crashes")
        assert not fell or step.call == "note", f"{job_id}: crashes fell by {step.call}"


LIVES = {"state", "at", "ended", "earlier"}
"""The fields in which a job that was cancelled as it waited differs from what it was."""


def _without(record: dict[str, str], fields: set[str]) -> dict[str, str]:
    return {name: value for name, value in record.items() if name not in fields}


def number(record: dict[str, str], name: str) -> int:
    """A counter of a record; an absent one is 0."""
    return int(record.get(name, "0"))


def i6_idempotence(first: object, second: object, before: Snapshot, after: Snapshot) -> None:
    """A call sent again is answered as before, and changes nothing."""
    assert second == first, f"answered {second}, and {first} before"
    assert after.raw == before.raw, "the second call changed something"


def i7_bounded_attempts(step: Step) -> None:
    """Attempts are the executions that were accepted as ended, crashes the leases that ran out: no more, no fewer."""
    for job_id, record in step.after.records.items():
        attempts, crashes = number(record, "attempts"), number(record, "crashes")
        assert attempts == step.history.attempts[job_id], f"{job_id}: {attempts} attempts"
        assert crashes == step.history.crashes[job_id], f"{job_id}: {crashes} crashes"
    if step.call == "reclaim":
        for verb, job_id in step.after.told[len(step.before.told) :]:
            record = step.after.records[job_id]
            is_last = number(record, "crashes") >= step.max_crashes
            assert verb not in {"reclaim", "fail"} or is_last is (verb == "fail"), f"{job_id}: {verb} of {record}"
            assert verb != "fail" or record["error"], f"{job_id} failed without a reason"


def i8_neither_early_nor_never(step: Step) -> None:
    """No job starts before it is due; after an acquire no due job is still put off, but for those of a further page."""
    if step.call != "acquire" or step.broken:
        return
    now_ms = step.now_us // 1000
    left = step.after.scores(step.after.keys.delayed)
    promoted = step.before.scores(step.before.keys.delayed).keys() - left.keys()
    early = {job_id for job_id in promoted if int(step.before.scores(step.before.keys.delayed)[job_id]) > now_ms}
    assert not early, f"promoted too early: {early}"
    if _control(step.after).get("lease_ms"):
        late = {job_id for job_id, due_ms in left.items() if due_ms <= now_ms}
        assert not late or len(promoted) == step.pages.due, f"due, and not promoted: {late}"


def i9_limits(step: Step) -> None:
    """In no window do starts pass burst + rate * window; what is active stays within max_active; no tokens are owed."""
    for bucket in step.limited:
        starts = step.history.starts.get(bucket, [])
        if not starts or step.call not in {"acquire", "neighbour"}:
            continue
        count = 0
        for start in reversed(starts):
            count += start.count
            window_s = (starts[-1].at_us - start.at_us) / 1_000_000
            assert count <= bucket.burst + bucket.rate * window_s + 1e-6, f"{count} starts in {window_s} s, {bucket}"
    if step.call == "acquire" and step.max_active and step.after.holdings.keys() != step.before.holdings.keys():
        assert len(step.after.holdings) <= step.max_active, "more are active than may be"
    tokens = number(_control(step.after), "tokens")
    assert tokens >= 0, "tokens are owed"
    for bucket in step.limited:
        if bucket.which == "" and step.call == "acquire" and tokens != number(_control(step.before), "tokens"):
            assert tokens <= bucket.burst * 1_000_000, "more tokens than the bucket holds"


def _control(seen: Snapshot) -> dict[str, str]:
    return seen.fields(seen.keys.control)


_NOT_FIXED = {"op", "job", "trail", "tenant", "stats", "group", "bucket", "operation", "frozen"}
FIXED = {key for name in names() for key in load(name).keys} - _NOT_FIXED
"""The keys that headers declare, but for prefixes and those of one call or one slot."""


CUT = re.compile(r"\d\.\d+e\+\d+")
"""A number as Lua writes it that has more than 14 digits."""


def i11_bounded_scripts(step: Step) -> None:
    """Keys are those that headers declare, or begin with a declared prefix, in one slot; a call deals with one page."""
    keys = step.after.keys
    fixed = {getattr(keys, name) for name in FIXED}
    prefixes = (keys.job, keys.trail, keys.tenant, keys.stats, keys.group, keys.operation, keys.frozen, keys.op(""))
    strange = {key for key in step.after.contents if key not in fixed and not key.startswith(prefixes)}
    assert not strange, f"keys that no header declares: {strange}"
    done = Counter(verb for verb, _ in step.after.told[len(step.before.told) :])
    most = {"acquire": step.pages.most, "reclaim": 3 * step.pages.idle}
    if step.call == "acquire":
        most["promote"] = step.pages.due
    assert all(count <= most.get(verb, MAX_BATCH) for verb, count in done.items()), f"more than a page: {done}"
    numbers = [*_control(step.after).values(), *(value for r in step.after.records.values() for value in r.values())]
    cut = [value for value in numbers if CUT.fullmatch(value)]
    assert not cut, f"digits are lost: {cut}"


def i12_no_leak(step: Step) -> None:
    """Records, lines and indexes never expire; what is left for its own sake does; a trail goes with its job.

    Plans expire, and operations that are over; those that are under way do not.
    """
    keys = step.after.keys
    ownerless = step.after.under(keys.trail).keys() - step.after.under(keys.job).keys()
    assert not ownerless, f"trails of no job: {ownerless}"
    expiring = (keys.tenant, keys.stats, keys.op(""))
    running = tuple(
        base + name
        for base in (keys.operation, keys.frozen)
        for name in step.after.under(keys.operation)
        if step.after.fields(keys.operation + name)["state"] == "running"
    )
    for key, content in step.after.contents.items():
        expires = key.startswith(expiring) or (key.startswith((keys.operation, keys.frozen)) and key not in running)
        assert (content.ttl_ms > 0) is expires, f"{key}: {content.ttl_ms} ms to live"


def i13_groups(step: Step) -> None:
    """Each group counts the jobs that are failed with its fingerprint, and not in the trash; each has its rank."""
    seen = step.after
    groups = {name: seen.fields(seen.keys.group + name) for name in seen.under(seen.keys.group)}
    assert groups.keys() == seen.scores(seen.keys.groups).keys(), "ranks and groups are not the same"
    assert len(groups) <= step.pages.groups, "too many groups"
    failed = [one for one in seen.records.values() if one["state"] == "failed" and "trashed" not in one]
    counted = Counter(one["group"] for one in failed if "group" in one)
    if step.pages == WHOLE and not step.history.spoilt:
        assert {name: int(group["jobs"]) for name, group in groups.items() if group["jobs"] != "0"} == counted


def i12_nothing_is_left(seen: Snapshot) -> None:
    """After a drain, with nothing retained, only fixed keys are for ever, and what the doctor has to mend."""
    left = {key for key, content in seen.contents.items() if content.ttl_ms == -1}
    fixed = {getattr(seen.keys, name) for name in ("again", "ready", "suspect", "control", "wake", "events", "bad")}
    fixed |= {seen.keys.audit, seen.keys.operations}
    # A group whose count nobody can know any more: a record of it was lost, or the group was, with its jobs in it.
    for name in seen.scores(seen.keys.groups):
        assert seen.fields(seen.keys.group + name)["jobs"] != "0", f"an empty group is left: {name}"
        fixed |= {seen.keys.groups, seen.keys.group + name}
    spoilt = {base + job_id for base in (seen.keys.job, seen.keys.trail) for job_id in seen.others}
    assert not left - fixed - spoilt, f"left for ever: {left - fixed - spoilt}"
    assert not any(seen.waiting.values()), "lines are not empty"


AFTER_EVERY_CALL = (
    i1_conservation,
    i2_no_ghost,
    i3_atomic,
    i4_fencing,
    i5_monotone,
    i7_bounded_attempts,
    i8_neither_early_nor_never,
    i9_limits,
    i11_bounded_scripts,
    i12_no_leak,
    i13_groups,
)
