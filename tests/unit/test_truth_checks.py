"""The truth run's checks see what is wrong: tables as they must be pass, and each damage to them is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest

from jobs.simulator import make_world
from tests.evidence.truth.chronicle import Chronicle, Moment, Said, tells
from tests.evidence.truth.expected import Key, expected_originals, expected_rows
from tests.evidence.truth.lines import BUSINESSES, FIRST, LINES, LOCATIONS, SHEET
from tests.evidence.truth.tables import Tables, differences, likeness_differences

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
A, B, C = (Said(stars, None, None, None, None) for stars in (1, 2, 3))


@pytest.fixture
def world() -> Chronicle:
    """A little world that was read once."""
    made = make_world(seed=3, as_of=date(2026, 10, 31), locations=LOCATIONS, businesses=BUSINESSES, reviews=30)
    chronicle = Chronicle.of(made)
    chronicle.edit(SHEET, chronicle.truth(SHEET)[0].review_id, NOW, text=chronicle.truth(FIRST)[3].text, rating=3)
    chronicle.seen()
    return chronicle


def tables_of(world: Chronicle) -> Tables:
    """The tables as they must be."""
    more: dict[str, Any] = {"removed_at": None, "version": 1, "duplicate_of": None, "duplicate_similarity": None}
    rows = {
        key: {**row, **more, "id": f"{key}", "connector_id": key[0], "external_review_id": key[1]}
        for key, row in expected_rows(world).items()
    }
    for copy, original in expected_originals(world, {key: f"{key}" for key in rows}).items():
        rows[copy]["duplicate_of"] = f"{original}"
    return Tables(dict(rows), {})


def damaged(tables: Tables, key: Key, **values: object) -> Tables:
    """The same with one row changed."""
    return msgspec.structs.replace(tables, rows=tables.rows | {key: {**tables.rows[key], **values}})


def newest(world: Chronicle, number: int) -> Key:
    """The newest review of one of the connectors."""
    return LINES[number].id, world.truth(LINES[number].location)[0].review_id


def test_tables_as_they_must_be(world: Chronicle) -> None:
    """Tables that hold the truth, copies among it, have no difference."""
    tables = tables_of(world)
    assert tables.copies > 0
    assert list(differences(world, tables)) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rating", Decimal("4.9")),
        ("title", "Something else"),
        ("content", "Something else"),
        ("author_name", "Somebody else"),
        ("author_id", "0"),
        ("review_date", NOW),
        ("response_text", "Something else"),
        ("response_date", NOW),
        ("likes_count", 99),
        ("replies_count", 99),
        ("helpful_count", 99),
        ("detected_language", "nl"),
        ("content_hash", "0"),
        ("text_length", 99_999),
        ("duplicate_of", "somebody"),
        ("removed_at", NOW),
        ("version", 2),
        ("tenant_id", "nobody"),
    ],
)
def test_a_wrong_column_is_told(world: Chronicle, column: str, value: object) -> None:
    """Any column of any connector that is not the truth is named with its review."""
    for number in range(len(LINES)):
        key = newest(world, number)
        found = list(differences(world, damaged(tables_of(world), key, **{column: value})))
        assert found
        assert all(text.startswith(f"{key}: ") for text in found)


def test_a_missing_and_a_foreign_row(world: Chronicle) -> None:
    """A review that is not stored is told, and so is one that is stored and not there."""
    tables, key = tables_of(world), newest(world, 0)
    row = tables.rows.pop(key)
    assert f"{key}: is not stored" in list(differences(world, tables))
    world.delete(FIRST, key[1])
    tables.rows[key] = row
    assert f"{key}: is stored, and is not there" in list(differences(world, tables))
    assert not any(f"{key}" in text for text in differences(world, damaged(tables, key, removed_at=NOW)))


def test_a_version_too_few_or_too_many(world: Chronicle) -> None:
    """An edit that was seen and has no version is told, and a version that nobody wrote."""
    key = newest(world, 0)
    review = world.edit(FIRST, key[1], NOW, text="Not what it was", rating=2)
    world.seen()
    tables = tables_of(world)
    told = f"{key}: its 1 versions are not what it has said"
    assert told in list(differences(world, tables))
    before = world.moments(FIRST, review.review_id)[0].said
    version: dict[str, Any] = {"version": 1, "rating": before.rating, "title": before.title, "content": before.text}
    version |= {"response_text": before.reply_text, "response_date": before.reply_at}
    whole = msgspec.structs.replace(damaged(tables, key, version=2), versions={f"{key}": [version]})
    assert list(differences(world, whole)) == []
    wrong = msgspec.structs.replace(whole, versions={f"{key}": [version | {"content": "Never said"}]})
    assert list(differences(world, wrong)) == [f"{key}: its 2 versions are not what it has said"]


def test_a_wrong_likeness_is_told(world: Chronicle) -> None:
    """A stored likeness that comparing afresh does not give is told."""
    tables = tables_of(world)
    copies = [key for key, row in tables.rows.items() if row["duplicate_of"] and row["tenant_id"] == "north"]
    found = list(likeness_differences(tables, "north", 1_000, Random(0)))
    assert any(text.startswith(f"{copies[0]}: duplicate_similarity is None, comparing afresh") for text in found)


def moments(*said: Said, seen: int | None = None) -> list[Moment]:
    """What a review said; the one of this number was seen for sure, and the last one."""
    return [Moment(one, seen=number in (seen, len(said) - 1)) for number, one in enumerate(said)]


@pytest.mark.parametrize(
    ("stored", "said", "right"),
    [
        ([A], moments(A), True),
        ([], moments(A), False),
        ([A, B], moments(A, B, seen=0), True),
        ([B], moments(A, B), True),
        ([B], moments(A, B, seen=0), False),
        ([A, C], moments(A, B, C), True),
        ([A, C], moments(A, B, C, seen=1), False),
        ([A], moments(A, B, A), True),
        ([A, B, A], moments(A, B, A), True),
        ([A, A], moments(A, B, A), False),
        ([B, A], moments(A, B), False),
        ([A, B, C], moments(A, B), False),
        ([A, B], moments(A, B, C), False),
    ],
)
def test_what_a_reader_may_have_stored(stored: list[Said], said: list[Moment], *, right: bool) -> None:
    """Versions follow what was said, may leave out only what nobody surely saw, and end with what is said now."""
    assert tells(stored, said) is right


def test_a_review_that_went_before_it_was_seen() -> None:
    """Of a review that nobody surely saw there may be a row or none."""
    unseen = [Moment(A)]
    assert tells([], unseen)
    assert tells([A], unseen)
    assert not tells([B], unseen)
