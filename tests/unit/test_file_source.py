"""A file as a source: newest change first whatever its order, resumed anywhere, and known again when it changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.connectors import FetchedReview, Page, StaleCursor
from jobs.connectors.errors import BadSettings, NotFound
from jobs.connectors.files import source as source_module
from jobs.connectors.registry import reads_file
from tests.support.files import Shelf, all_of
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def row(id_: str, day: int, changed: int | None = None, rating: object = 5) -> dict[str, Any]:
    """A row of a day after the first, changed on another."""
    row = {"id": id_, "rating": rating, "date": (FIRST + timedelta(days=day)).isoformat()}
    return row if changed is None else row | {"updated": (FIRST + timedelta(days=changed)).isoformat()}


def put(shelf: Shelf, rows: list[dict[str, Any]], name: str = "a.jsonl") -> None:
    """The file holds these rows, in this order."""
    shelf.put(name, "".join(f"{json.dumps(row)}\n" for row in rows))


def flat(pages: list[Page]) -> list[FetchedReview]:
    """The reviews in the order read."""
    return [review for page in pages for review in page.reviews]


def ids(pages: list[Page]) -> list[str]:
    return [review.external_id for review in flat(pages)]


async def test_newest_change_first(shelf: Shelf) -> None:
    """Rows in any order come by their last change; a later change lifts an old review, equal ones keep their order."""
    put(shelf, [row("a", 3), row("b", 9), row("c", 1, changed=12), row("d", 9), row("e", 5, changed=2)])
    assert ids(await shelf.pages("a.jsonl")) == ["c", "b", "d", "e", "a"]


async def test_pages(shelf: Shelf) -> None:
    """A long file comes in pages of a hundred, each with the whole count and all but the last with a cursor."""
    put(shelf, [row(f"r{day}", day) for day in range(250)])
    pages = await shelf.pages("a.jsonl")
    assert [len(page.reviews) for page in pages] == [100, 100, 50]
    assert [page.total for page in pages] == [250] * 3
    assert [page.next_cursor is None for page in pages] == [False, False, True]
    assert ids(pages) == [f"r{day}" for day in reversed(range(250))]
    assert not any(page.shifted for page in pages)


async def test_unreadable_rows_come_last(shelf: Shelf) -> None:
    """A row without a date has no place among the others: all such come at the end, so that a cut run has reviews."""
    rows = [row(f"r{day}", day) for day in range(120)]
    put(shelf, [row("bad", 1, rating=9), *rows])
    first, second = await shelf.pages("a.jsonl")
    assert (first.errors, [error.external_id for error in second.errors]) == ((), ["bad"])
    assert first.total == 121


async def test_only_changes_since(shelf: Shelf) -> None:
    """Reviews changed before `since` are left out, to the microsecond; unreadable rows may be newer and stay."""
    put(shelf, [row("a", 1), row("b", 2), row("c", 3), row("d", 1, changed=4), row("bad", 0, rating=9)])
    pages = await shelf.pages("a.jsonl", since=FIRST + timedelta(days=2))
    assert ids(pages) == ["d", "c", "b"]
    assert [error.external_id for page in pages for error in page.errors] == ["bad"]
    later = await shelf.pages("a.jsonl", since=FIRST + timedelta(days=2, microseconds=1))
    assert ids(later) == ["d", "c"]


async def test_one_id_twice(shelf: Shelf) -> None:
    """Of rows with one id the newest change counts, of equally new ones the later in the file."""
    put(shelf, [row("a", 2, rating=1), row("a", 1, rating=2), row("b", 1, rating=3), row("b", 1, rating=4)])
    found = flat(await shelf.pages("a.jsonl"))
    assert [(review.external_id, review.rating) for review in found] == [("a", 1.0), ("b", 4.0)]


async def test_nothing_in_it(shelf: Shelf) -> None:
    """A file without a row is one empty page."""
    shelf.put("a.jsonl", "\n\n")
    assert await shelf.pages("a.jsonl") == [Page(reviews=(), total=0)]


async def test_a_changed_file_makes_a_cursor_stale(shelf: Shelf) -> None:
    """A file that was replaced, even by as many bytes, is begun anew; the same file is not."""
    rows = [row(f"r{day:03}", day) for day in range(150)]
    put(shelf, rows)
    cursor = (await shelf.pages("a.jsonl"))[0].next_cursor
    assert len(await shelf.pages("a.jsonl", cursor=cursor)) == 1
    put(shelf, list(reversed(rows)))
    with pytest.raises(StaleCursor, match=r"a\.jsonl is not the file, or not the settings, that the run began with"):
        await shelf.pages("a.jsonl", cursor=cursor)


@pytest.mark.parametrize("changed", [{"timezone": "UTC"}, {"dayFirst": False}, {"external_id": "x"}])
async def test_changed_settings_make_a_cursor_stale(shelf: Shelf, changed: dict[str, Any]) -> None:
    """Settings that may change a row or its place make the cursor stale, and so does another `since`."""
    put(shelf, [row(f"r{day}", day) for day in range(150)])
    cursor = (await shelf.pages("a.jsonl"))[0].next_cursor
    with pytest.raises(StaleCursor):
        await shelf.pages("a.jsonl", cursor=cursor, **changed)
    with pytest.raises(StaleCursor):
        await shelf.pages("a.jsonl", cursor=cursor, since=FIRST)


@pytest.mark.parametrize("cursor", ["", "x", "{}", '{"file": 1}', "\ud800"])
async def test_no_cursor_of_ours(shelf: Shelf, cursor: str) -> None:
    """A cursor that cannot be read is stale."""
    put(shelf, [row("a", 1)])
    with pytest.raises(StaleCursor):
        await shelf.pages("a.jsonl", cursor=cursor)


async def test_a_file_that_changes_while_it_is_read(shelf: Shelf) -> None:
    """A file replaced between two pages stops the run there; another call reads the new one from its beginning."""
    put(shelf, [row(f"r{day}", day) for day in range(150)])
    source = shelf.source("a.jsonl")
    pages = source.pages()
    assert len((await anext(pages)).reviews) == 100
    put(shelf, [row("new", 1)])
    with pytest.raises(StaleCursor, match="changed while it was read"):
        await anext(pages)
    assert ids(await all_of(source.pages())) == ["new"]


async def test_too_many_rows(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with more rows than are held at once is refused with what to do."""
    monkeypatch.setattr(source_module, "MOST_ROWS", 3_000)
    put(shelf, [row(f"r{day}", 1) for day in range(4_100)])
    with pytest.raises(BadSettings, match=r"a\.jsonl has more than 3,000 rows; split it"):
        await shelf.pages("a.jsonl")


async def test_no_folder() -> None:
    """Without a folder of the operator no file is read, and the error names the variable."""
    with pytest.raises(BadSettings, match="from a file, and none are read here: the operator sets CONNECTOR_FILES_DIR"):
        Shelf(None).source("a.csv")


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"path": "../a.csv"}, "path must not hold .."),
        ({"path": "/etc/passwd"}, "path must be relative to the folder"),
        ({"path": 7}, "Expected `str`, got `int` - at `$.path`"),
        ({"format": "xlsx"}, "Invalid enum value 'xlsx' - at `$.format`; use csv or jsonl or outscraper or takeout"),
        ({"timezone": "Mars/Base"}, "timezone 'Mars/Base' is not one; write it as in Africa/Johannesburg"),
        ({"timezone": "../../etc/localtime"}, "timezone '../../etc/localtime' is not one"),
        ({"columns": {"stars": "Rating"}}, "columns names 'stars', which is no field; fields are id, rating, "),
        ({"columns": {"rating": 5}}, "Expected `str | null`, got `int` - at `$.columns[...]`"),
        ({"encoding": "utf-7"}, "Invalid enum value 'utf-7' - at `$.encoding`; use utf-8 or cp1252"),
        ({"complete": "yes"}, "Expected `bool`, got `str` - at `$.complete`"),
    ],
)
async def test_bad_settings(shelf: Shelf, told: dict[str, Any], error: str) -> None:
    """A setting that cannot be used is named before any file is opened."""
    with pytest.raises(BadSettings) as caught:
        shelf.source(**{"path": "a.csv", **told})
    assert str(caught.value).startswith("the settings of a connector in mode file: ")
    assert error in str(caught.value)


async def test_settings_without_a_path(shelf: Shelf) -> None:
    """A connector to a file that names none says which setting is missing."""
    with pytest.raises(BadSettings, match="Object missing required field `path`"):
        shelf.source(None)


@pytest.mark.parametrize(
    ("path", "source_type", "told"),
    [
        ("a.csv", "WEBSITE", {}),
        ("a.TSV", "TILL_SLIP", {}),
        ("a.jsonl", "YELP", {}),
        ("a.ndjson", "YELP", {}),
        ("a.json", "GOOGLE", {}),
        ("a.json", "BOOKING", {}),
        ("a.txt", "WEBSITE", {"format": "csv"}),
        ("a.csv", "HELLOPETER", {}),
    ],
)
async def test_formats_by_name(shelf: Shelf, path: str, source_type: str, told: dict[str, Any]) -> None:
    """Every known source type may come from a file; its name tells the format unless the settings do."""
    source = shelf.source(path, source_type=source_type, **told)
    assert source.source_type == source_type
    assert not source.lists_everything
    assert shelf.source(path, source_type=source_type, complete=True, **told).lists_everything
    with pytest.raises(NotFound, match=f"there is no file {path} in the folder"):
        await all_of(source.pages())


async def test_a_name_that_tells_no_format(shelf: Shelf) -> None:
    """A name that tells nothing needs the setting."""
    with pytest.raises(BadSettings, match=r"a\.txt: set settings\.format to one of csv, jsonl, outscraper, takeout"):
        shelf.source("a.txt")


def test_which_connectors_read_a_file() -> None:
    """A type that has nothing but files needs no mode; the others say it."""
    assert reads_file("WEBSITE", {})
    assert reads_file("GOOGLE", {"mode": "file"})
    assert not reads_file("GOOGLE", {})
    assert not reads_file("WEBSITE", {"mode": "live"})


ROWS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 400), st.sampled_from([1, 5, 9])), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS, st.one_of(st.none(), st.integers(0, 400)), st.randoms(use_true_random=False))
async def test_any_cursor_gives_the_rest(
    shelf: Shelf, rows: list[tuple[int, int, int]], since_day: int | None, random: Random
) -> None:
    """In pages of three, from each cursor on, another reader sees exactly the pages that the first one saw after it."""
    since = None if since_day is None else FIRST + timedelta(days=since_day)
    put(shelf, [row(f"r{id_}", day, rating=rating) for id_, day, rating in rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_module, "PAGE_ROWS", 3)
        whole = await shelf.pages("a.jsonl", since=since)
        for place, page in enumerate(whole[:-1]):
            assert await shelf.pages("a.jsonl", cursor=page.next_cursor, since=since) == whole[place + 1 :]
    found = flat(whole)
    assert [review.changed_at for review in found] == sorted((r.changed_at for r in found), reverse=True)
    newest = {f"r{id_}": max(day for i, day, r in rows if i == id_ and r < 9) for id_, _, r in rows if r < 9}
    expected = {id_ for id_, day in newest.items() if since_day is None or day >= since_day}
    assert sorted(review.external_id for review in found) == sorted(expected)
    assert sum(len(page.errors) for page in whole) == sum(rating == 9 for *_, rating in rows)
