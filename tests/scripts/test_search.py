"""Steps of a search: what each term matches, how far a step goes, and what it costs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.queries import parse_query
from engine.streams import Call
from engine.streams.commands import NewJob
from engine.streams.reads import search
from engine.types import State
from engine.views import Hits, Listed
from tests.support.queue import FAILURE, Rig


def step(rig: Rig, query: str, listed: Listed = "waiting", looked: int = 250, after: str | None = None) -> Hits:
    """One step."""
    return rig.store.run(search(rig.keys, rig.clock.now_us(), listed, parse_query(query), looked, after))


def hits(rig: Rig, query: str, listed: Listed = "waiting") -> list[str]:
    """The ids of one step, sorted."""
    return sorted(job.id for job in step(rig, query, listed).jobs)


def put(rig: Rig, **payloads: Any) -> None:
    """Waiting jobs with these payloads."""
    rig.enqueue_jobs(*(NewJob(name, "work", json.dumps(payload).encode()) for name, payload in payloads.items()))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["ingest:1", "ingest:2", "score:1"]),
        ("type:work", ["ingest:1", "ingest:2"]),
        ("type:w*k", ["ingest:1", "ingest:2"]),
        ("type:*", ["ingest:1", "ingest:2", "score:1"]),
        ("type:wor", []),
        ("type:work*k", []),
        ("id:*:1", ["ingest:1", "score:1"]),
        ("id:*:*1*", ["ingest:1", "score:1"]),
        ("id:in*st*2", ["ingest:2"]),
        ("id:s*e*e*1", []),
        ("tenant:t1", ["ingest:1"]),
        ("tenant:*", ["ingest:1", "ingest:2"]),
        ("type:work tenant:t2", ["ingest:2"]),
        ("worker:*", []),
        ("group:*", []),
        ("att:0", ["ingest:1", "ingest:2", "score:1"]),
        ("att>=1", []),
        ("ended>0s", []),
    ],
)
def test_terms_of_a_record(rig: Rig, query: str, found: list[str]) -> None:
    """All of them must hold; what a job does not have, it does not match."""
    rig.enqueue_jobs(
        NewJob("ingest:1", "work", b"{}", tenant="t1"),
        NewJob("ingest:2", "work", b"{}", tenant="t2"),
        NewJob("score:1", "score", b"{}"),
    )
    assert hits(rig, query) == found


def test_a_holder_is_found(rig: Rig) -> None:
    """By the id of its worker, without what is the process's own."""
    rig.enqueue("a", "b")
    rig.take(1, consumer="host~w~1")
    rig.take(1, consumer="other")
    assert hits(rig, "worker:host~w", "active") == ["a"]
    assert hits(rig, "worker:other", "active") == ["b"]
    assert hits(rig, "worker:host*", "active") == ["a"]


def test_what_a_waiting_job_should_not_have_is_not_found(bare: Rig) -> None:
    """A holder and a group are an active and a failed job's."""
    bare.configure()
    bare.enqueue("a", "b")
    bare.take(1)
    bare.command("HSET", bare.keys.active, "b", bare.command("HGET", bare.keys.active, "a"))
    bare.command("HSET", bare.keys.job + "b", "group", "0123456789ab")
    assert hits(bare, "worker:*") == hits(bare, "group:*") == []
    assert hits(bare, "id:b") == ["b"]


@pytest.mark.parametrize("query", ["age>=0s", "ended>=0s", "att>=0", "after:1970-01-01"])
def test_numbers_that_are_none_match_nothing(bare: Rig, query: str) -> None:
    """And keep no other from matching."""
    bare.configure()
    bare.enqueue("good", "junk")
    for delivery in bare.take(2):
        bare.settle(delivery, "complete", b"1")
    bare.command("HSET", bare.keys.job + "junk", "run", "junk", "ended", "junk", "attempts", "junk")
    assert hits(bare, query, "completed") == ["good"]


@pytest.mark.parametrize("held", [None, "junk"])
def test_an_active_job_that_nobody_holds_has_no_worker(bare: Rig, held: str | None) -> None:
    """It is found by its other terms."""
    bare.configure()
    bare.enqueue("a")
    bare.take(1)
    bare.command("HDEL", bare.keys.active, "a")
    if held is not None:
        bare.command("HSET", bare.keys.active, "a", held)
    assert hits(bare, "worker:*", "active") == []
    assert hits(bare, "id:a", "active") == ["a"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("err~timeout", ["a"]),
        ('err~"timeouterror: no answer"', ["a"]),
        ("err~frame", []),
        ("err~message", []),
        ("err~junk", ["c"]),
        ("group:0123456789ab", ["a"]),
        ("att>=1", ["a", "b", "c"]),
        ("att<1", []),
    ],
)
def test_terms_of_failures(rig: Rig, query: str, found: list[str]) -> None:
    """The error's name and text count, in any case; its frames and the names of its fields do not."""
    rig.enqueue("a", "b", "c")
    first, second, third = rig.take(3)
    rig.fail(first, "0123456789ab", b'{"type":"TimeoutError","message":"no answer","stack":"frame"}')
    rig.fail(second, "ba9876543210", FAILURE)
    rig.settle(third, "fail", b"JUNK")
    assert hits(rig, query, "failed") == found


def test_terms_of_time(rig: Rig) -> None:
    """Ages count from the enqueue and from the end, by the server's clock."""
    rig.enqueue("old")
    rig.clock.advance(3_600)
    rig.enqueue("new")
    between = datetime.fromtimestamp(rig.status("new").timestamp / 1000 - 60, UTC).isoformat()
    assert hits(rig, f"after:{between}") == ["new"]
    assert hits(rig, f"before:{between}") == ["old"]
    assert hits(rig, "age>30m") == ["old"]
    assert hits(rig, "age<30m") == ["new"]
    assert hits(rig, "age>=1h age<=2h") == ["old"]
    at = "1970-01-01T00:00:00+00:00"
    assert hits(rig, f"after:{at}") == ["new", "old"]
    assert hits(rig, f"before:{at}") == []
    for delivery in rig.take(1):
        rig.settle(delivery, "complete", b"1")
    rig.clock.advance(60)
    assert hits(rig, "ended>30s", "completed") == ["old"]
    assert hits(rig, "ended>2m", "completed") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("data~conn-7", ["a"]),
        ("data~CONN", []),
        ("data.tenantId:t1", ["a", "b"]),
        ("data.tenantId:t*", ["a", "b"]),
        ("data.tenantId:t", []),
        ("data.opts.max:500", ["a"]),
        ("data.opts.max:50", []),
        ("data.items.1:x/y", ["b"]),
        ("data.items.0:7", ["b"]),
        ("data.on:true", ["a"]),
        ("data.on:false", ["b"]),
        ("data.none:null", ["a"]),
        ("data.none:t1", []),
        ("data.map.1:y", ["b"]),
        ("data.none.deeper:null", []),
        ("data.opts:max", []),
        ("data.nowhere:1", []),
        ('data.name:"über alles"', ["c"]),
        ("data.big:12345678901234567890", ["c"]),
        ("type:score data~conn", []),
    ],
)
def test_terms_of_payloads(rig: Rig, query: str, found: list[str]) -> None:
    """A text anywhere in it, or a value by its path."""
    put(
        rig,
        a={"tenantId": "t1", "conn": "conn-7", "opts": {"max": 500}, "on": True, "none": None},
        b={"tenantId": "t1", "items": [7, "x/y"], "on": False, "map": {"1": "y"}},
        c={"name": "über alles", "big": 12345678901234567890},
    )
    assert hits(rig, query) == found


@pytest.mark.parametrize("payload", [b"{", b"\xff", b"[" * 2_000, b"", b"1"])
def test_a_payload_that_is_no_json_matches_no_path(bare: Rig, payload: bytes) -> None:
    """And keeps no other from matching."""
    bare.configure()
    bare.enqueue("junk", payload=payload)
    put(bare, good={"a": 1})
    assert hits(bare, "data.a:1") == ["good"]


def test_a_job_without_a_payload_matches_no_text(bare: Rig) -> None:
    """Nor one whose key holds something else."""
    bare.configure()
    bare.enqueue("a", "b", "c")
    bare.command("HDEL", bare.keys.job + "a", "payload")
    bare.command("DEL", bare.keys.job + "b")
    bare.command("SET", bare.keys.job + "b", "hostile")
    assert hits(bare, "data~{") == ["c"]
    assert step(bare, "").looked == 3


def test_steps_go_through_the_whole_list(rig: Rig) -> None:
    """Each looks at as many as it is asked to, and says where the next begins; the last says that all were seen."""
    rig.enqueue(*(f"j{n}" for n in range(10)))
    steps = [step(rig, "id:*", looked=4)]
    while (after := steps[-1].after) is not None and len(steps) < 5:
        steps.append(step(rig, "id:*", looked=4, after=after))
    assert [job.id for hit in steps for job in hit.jobs] == [f"j{n}" for n in range(10)]
    assert [(hit.looked, hit.total) for hit in steps] == [(4, 10), (4, 10), (2, 10)]


def test_a_step_ends_early_where_payloads_are_large(rig: Rig) -> None:
    """And the next goes on behind it: none is passed over."""
    for n in range(12):
        rig.enqueue(f"j{n}", payload=json.dumps({"text": "x" * 200_000, "n": n}).encode())
    first = step(rig, "data~nowhere")
    assert (first.looked, first.jobs) == (5, [])
    assert first.after is not None
    assert step(rig, "data~nowhere", after=first.after).looked == 5
    assert step(rig, "data.n:1").looked == 2
    assert step(rig, "id:*").looked == 12


def test_the_trash_is_searched(bare: Rig) -> None:
    """Whatever state its jobs ended in."""
    bare.configure()
    bare.enqueue("a", "b")
    first, second = bare.take(2)
    bare.settle(first, "complete", b"1")
    bare.settle(second, "fail", FAILURE)
    for name in "ab":
        bare.command("ZADD", bare.keys.trash, 1, name)
    assert hits(bare, "att:1", "trash") == ["a", "b"]
    assert [job.state for job in step(bare, "err~no", "trash").jobs] == [State.FAILED]


def test_a_step_ends_early_where_much_is_found(rig: Rig) -> None:
    """A line costs more than a look: a step answers about half of a full page, and the next goes on behind it."""
    for start in (0, 150):
        rig.enqueue(*(f"j{start + n:03}" for n in range(150)))
    first = step(rig, "")
    assert (first.looked, len(first.jobs)) == (126, 126)
    assert step(rig, "", after=first.after).jobs[0].id == "j126"


def test_the_script_looks_at_no_more_than_250(rig: Rig) -> None:
    """Whatever it is asked."""
    for start in (0, 150):
        rig.enqueue(*(f"j{start + n}" for n in range(150)))
    call = search(rig.keys, rig.clock.now_us(), "waiting", parse_query("id:nobody"), 1, None)
    longer = Call(call.script, call.keys, [*call.args[:2], 100_000, *call.args[3:]], call.decode)
    assert rig.store.run(longer).looked == 250
