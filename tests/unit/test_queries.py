"""The filter language: what each term means, and what is said of one that means nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingError
from engine.queries import KNOWN, Query, Term, parse_query


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("   ", ()),
        ("type:ingest_*", (Term("type", "like", "ingest_*"),)),
        ("tenant:t1 id:a:b:c", (Term("tenant", "like", "t1"), Term("id", "like", "a:b:c"))),
        ("worker:w1 group:0123456789ab", (Term("worker", "like", "w1"), Term("group", "like", "0123456789ab"))),
        ('err~"HTTP 503"', (Term("err", "has", "http 503"),)),
        ("err~C:\\x", (Term("err", "has", "c:\\\\x"),)),
        ("att>=3 att<5 att:4", (Term("att", ">=", "3"), Term("att", "<", "5"), Term("att", "=", "4"))),
        ("age>10m age<1.5h", (Term("age", ">", "600000"), Term("age", "<", "5400000"))),
        ("ended<=2d", (Term("ended", "<=", "172800000"),)),
        ("data~Conn-7", (Term("data", "has", "Conn-7"),)),
        ("data.opts.max:500", (Term("path", "opts.max", "500"),)),
        ('data.a:"x y" type:z', (Term("type", "like", "z"), Term("path", "a", "x y"))),
        ("after:2026-10-13T12:00 ", (Term("at", ">=", "1791892800000"),)),
        ("before:2026-10-13", (Term("at", "<", "1791849600000"),)),
        ("before:2026-10-13T14:00+02:00", (Term("at", "<", "1791892800000"),)),
        ("after=2026-10-13T12:00:00Z", (Term("at", ">=", "1791892800000"),)),
    ],
)
def test_a_query_is_its_terms(text: str, terms: tuple[Term, ...]) -> None:
    """In their order, but for those that read payloads: they come last."""
    assert parse_query(text) == Query(terms)


@pytest.mark.parametrize(
    ("text", "term", "at", "reason"),
    [
        ("timeout", "timeout", 1, KNOWN),
        ("type:a  nope:b", "nope:b", 9, "there is no 'nope'; known are "),
        ("state:failed", "state:failed", 1, "there is no 'state'"),
        ("prio<5", "prio<5", 1, "there is no 'prio'"),
        ("type:", "type:", 1, KNOWN),
        ('id:"a', 'id:"a', 1, KNOWN),
        ('id:a"b', 'id:a"b', 1, KNOWN),
        ("type~a", "type~a", 1, "'~' does not fit: use : or ="),
        ("err:a", "err:a", 1, "':' does not fit: use ~"),
        ("att>=x", "att>=x", 1, "'x' is no number"),
        ("att~3", "att~3", 1, "'~' does not fit: use >= or <= or > or < or : or ="),
        ("age>10", "age>10", 1, "'10' is no span: write a number with s, m, h or d, as in 10m"),
        ("age:10m", "age:10m", 1, "':' does not fit"),
        ("after:soon", "after:soon", 1, "'soon' is no time: write it as in 2026-10-13T12:00"),
        ("data:a", "data:a", 1, "':' does not fit: use ~"),
        ("data.a>5", "data.a>5", 1, "'>' does not fit: use : or ="),
    ],
)
def test_what_cannot_be_read_is_pointed_at(text: str, term: str, at: int, reason: str) -> None:
    """With where it is, and what is known or wrong with it."""
    with pytest.raises(SettingError) as found:
        parse_query(text)
    assert f"cannot read {term!r} at character {at}" in str(found.value)
    assert reason in str(found.value)


def test_a_query_is_bounded() -> None:
    """Twenty terms are enough."""
    assert len(parse_query("id:a " * 20).terms) == 20
    with pytest.raises(SettingError, match="at most 20 terms, this one has 21"):
        parse_query("id:a " * 21)


@given(st.text())
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    """Of the one kind that tells what to do."""
    try:
        query = parse_query(text)
    except SettingError:
        return
    assert bool(query.terms) == bool(text.strip())
