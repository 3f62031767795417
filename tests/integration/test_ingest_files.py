"""Ingests of files: what is stored, what a replaced file changes, and files that cannot be read."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.testing import Given, Ran
from engine.types import Fail, Snoozed
from tests.support.files import Shelf
from tests.support.ingestion import Bench, open_bench
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop
FIRST = Given(run=1)
HEAD = "Ref,Stars,Text,Author,Date\n"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "t1")


@pytest.fixture
async def bench(database_url: str, tmp_path: Path) -> AsyncGenerator[Bench]:
    async with open_bench(database_url, locations=1, reviews=1, files=tmp_path) as bench:
        await bench.add_file_connector("f1", "WEBSITE", "a.csv", columns={"id": "Ref"})
        yield bench


def rows(days: Iterable[int]) -> str:
    """A row a day, day 0 being 1 January 2025, in any order."""
    return "".join(
        f"r{day},{1 + day % 5},Visit {day},Guest {day},{date(2025, 1, 1) + timedelta(day):%d/%m/%Y}\n" for day in days
    )


def counts(ran: Ran) -> tuple[int, int, int, int, int]:
    """Fetched, created, updated, skipped and errors of an ingest that ended well."""
    assert ran.result is not None, ran.outcome
    result = ran.result
    found = (result.reviews_fetched, result.reviews_created, result.reviews_updated, result.reviews_skipped)
    return (*found, result.error_count)


async def stored(bench: Bench, connector: str = "f1") -> list[str]:
    """The ids of the reviews that are there and not gone."""
    query = "SELECT external_review_id FROM reviews WHERE connector_id = $1 AND removed_at IS NULL"
    return sorted(row["external_review_id"] for row in await bench.pool.fetch(query, connector))


async def test_a_csv_is_stored(bench: Bench, shelf: Shelf) -> None:
    """Every row of a file is a review of the tenant, under the connector's type and the file's words."""
    shelf.put("a.csv", HEAD + rows(range(250)))
    ran = await bench.ingest("f1")
    assert counts(ran) == (250, 250, 0, 0, 0)
    assert ran.checkpoints == 3
    review = await bench.row("SELECT * FROM reviews WHERE external_review_id = 'r7'")
    assert (review["source_type"], review["rating"], review["content"]) == ("WEBSITE", 3, "Visit 7")
    assert (review["author_name"], review["review_date"]) == ("Guest 7", datetime(2025, 1, 7, 22, tzinfo=UTC))
    run = await bench.row("SELECT status, run_type FROM ingestion_runs")
    assert run == {"status": "COMPLETED", "run_type": "BACKFILL"}


async def test_every_format_is_stored(bench: Bench, shelf: Shelf) -> None:
    """An export of each kind ends in the same table, a review each."""
    scraped = {"review_id": "o1", "review_rating": 5, "review_timestamp": 1769853600, "review_text": "Lovely"}
    taken = {"name": "a/1/reviews/t1", "starRating": "FIVE", "createTime": "2026-01-31T10:00:00Z"}
    files: dict[str, tuple[str, Any]] = {
        "BOOKING": ("outscraper.json", [{"place_id": "p", "reviews_data": [scraped]}]),
        "GOOGLE": ("reviews-001.json", {"reviews": [taken]}),
        "TRIPADVISOR": ("a.jsonl", json.dumps({"id": "j1", "rating": 4, "date": "2026-01-31"})),
        "FACEBOOK": ("a.csv", "review_id,review_text,review_timestamp\nc1,Lovely,1769853600\n"),
    }
    for source_type, (name, content) in files.items():
        shelf.put(f"{source_type}/{name}", content)
        await bench.add_file_connector(source_type, source_type, f"{source_type}/{name}")
        assert counts(await bench.ingest(source_type))[0] == 1
    found = await bench.pool.fetch("SELECT source_type, external_review_id FROM reviews")
    assert {(row["source_type"], row["external_review_id"]) for row in found} == {
        ("BOOKING", "o1"),
        ("GOOGLE", "t1"),
        ("TRIPADVISOR", "j1"),
        ("FACEBOOK", "c1"),
    }


async def test_the_same_file_again_writes_nothing(bench: Bench, shelf: Shelf) -> None:
    """A second sync of a file that did not change skips every row and writes no row version."""
    shelf.put("a.csv", HEAD + rows(range(120)))
    await bench.ingest("f1")
    before = await bench.versions("reviews")
    assert counts(await bench.ingest("f1")) == (120, 0, 0, 120, 0)
    assert await bench.versions("reviews") == before


async def test_a_new_file_may_hold_old_reviews(bench: Bench, shelf: Shelf) -> None:
    """Reviews older than the last sync are found in a file that came after it: its rows appear all at once."""
    shelf.put("a.csv", HEAD + rows(range(10, 20)))
    await bench.ingest("f1")
    synced = await bench.row("SELECT last_synced_at FROM connectors WHERE id = 'f1'")
    assert synced["last_synced_at"] is not None
    shelf.put("a.csv", HEAD + rows(range(20)))
    assert counts(await bench.ingest("f1")) == (20, 10, 0, 10, 0)


async def test_only_since_a_date_that_is_asked_for(bench: Bench, shelf: Shelf) -> None:
    """A date in the payload is compared with the reviews' own."""
    shelf.put("a.csv", HEAD + rows(range(20)))
    assert counts(await bench.ingest("f1", since_date="2025-01-15")) == (5, 5, 0, 0, 0)
    assert await stored(bench) == ["r15", "r16", "r17", "r18", "r19"]


async def test_the_newest_of_an_unsorted_file(bench: Bench, shelf: Shelf) -> None:
    """A limit takes the newest reviews, wherever they stand in the file."""
    shelf.put("a.csv", HEAD + rows([3, 9, 1, 7, 5]))
    assert counts(await bench.ingest("f1", max_reviews=2)) == (2, 2, 0, 0, 0)
    assert await stored(bench) == ["r7", "r9"]


async def test_an_edit_in_a_new_file(bench: Bench, shelf: Shelf) -> None:
    """A row whose words changed is the next version of its review."""
    shelf.put("a.csv", HEAD + rows(range(3)))
    await bench.ingest("f1")
    shelf.put("a.csv", HEAD + rows(range(2)) + "r2,5,Much better,Guest 2,03/01/2025\n")
    assert counts(await bench.ingest("f1")) == (3, 0, 1, 2, 0)
    review = await bench.row("SELECT version, content FROM reviews WHERE external_review_id = 'r2'")
    assert review == {"version": 2, "content": "Much better"}


async def test_bad_rows_are_recorded(bench: Bench, shelf: Shelf) -> None:
    """Rows that cannot be read are counted and named; the others are stored."""
    shelf.put("a.csv", HEAD + rows(range(3)) + "x,9,Bad,Guest,03/01/2025\ny,5,Bad,Guest,soon\n")
    assert counts(await bench.ingest("f1")) == (5, 3, 0, 0, 2)
    run = await bench.row("SELECT status, error_message FROM ingestion_runs")
    assert run == {"status": "PARTIAL", "error_message": "2 of 5 rows could not be stored"}
    found = await bench.pool.fetch(
        "SELECT error_type, external_review_id, error_message FROM ingestion_errors ORDER BY 2"
    )
    assert [tuple(row)[:2] for row in found] == [("VALIDATION_ERROR", "x"), ("VALIDATION_ERROR", "y")]
    assert found[0]["error_message"] == 'row 5: rating is not between 1 and 5: "9"'


async def test_the_next_delivery_goes_on(bench: Bench, shelf: Shelf) -> None:
    """A delivery that hands itself back is followed by one that reads on from its page, in the same run."""
    shelf.put("a.csv", HEAD + rows(range(250)))
    for place in (100, 200):
        ran = await bench.ingest("f1", given=FIRST, in_a_hurry=True)
        assert isinstance(ran.outcome, Snoozed)
        assert await bench.pool.fetchval("SELECT count(*) FROM reviews") == place
    ran = await bench.ingest("f1", given=FIRST)
    assert counts(ran) == (250, 250, 0, 0, 0)
    assert ran.checkpoints == 1


async def test_a_file_replaced_between_deliveries(bench: Bench, shelf: Shelf) -> None:
    """A run whose file was replaced begins with the new one anew, and counts nothing twice."""
    shelf.put("a.csv", HEAD + rows(range(250)))
    await bench.ingest("f1", given=FIRST, in_a_hurry=True)
    shelf.put("a.csv", HEAD + rows(range(260)))
    ran = await bench.ingest("f1", given=FIRST)
    assert counts(ran) == (260, 260, 0, 0, 0)
    assert any("starts again from the first page" in line for line in ran.logs)


@pytest.mark.parametrize(("complete", "gone"), [(True, ["r0", "r1"]), (False, [])])
async def test_what_is_no_longer_in_the_file(bench: Bench, shelf: Shelf, complete: object, gone: list[str]) -> None:
    """A review that a newer file lacks is gone only if the settings say that the file holds all."""
    await bench.pool.execute("UPDATE connectors SET settings = settings || $1 WHERE id = 'f1'", {"complete": complete})
    shelf.put("a.csv", HEAD + rows(range(5)))
    await bench.ingest("f1")
    shelf.put("a.csv", HEAD + rows(range(2, 5)))
    ran = await bench.ingest("f1")
    assert ran.result is not None
    assert ran.result.reviews_removed == len(gone)
    assert await stored(bench) == sorted({f"r{day}" for day in range(5)} - set(gone))


async def test_a_failed_run_keeps_no_list_of_what_it_met(bench: Bench, shelf: Shelf) -> None:
    """Nobody goes on with it: the next run has a list of its own."""
    path = shelf.put("a.csv", HEAD + rows(range(250)))
    bench.fence += 1
    run = bench.fence
    await bench.ingest("f1", given=Given(job_id="j", run=run, fence=run), in_a_hurry=True)
    path.unlink()
    bench.fence += 1
    ran = await bench.ingest("f1", given=Given(job_id="j", run=run, fence=bench.fence))
    assert isinstance(ran.outcome, Fail)
    assert await bench.row("SELECT count(*) AS seen FROM ingestion_seen") == {"seen": 0}


async def test_a_row_that_tells_no_id_removes_nothing(bench: Bench, shelf: Shelf) -> None:
    """A complete file with a row that cannot be read at all shows nothing of what is gone: the row may be it."""
    await bench.pool.execute("UPDATE connectors SET settings = settings || $1 WHERE id = 'f1'", {"complete": True})
    shelf.put("a.csv", HEAD + rows(range(5)))
    await bench.ingest("f1")
    shelf.put("a.csv", HEAD + rows(range(1, 5)) + 'r0,"5" stars,Fine,Guest,01/01/2025\n')
    assert counts(await bench.ingest("f1")) == (5, 0, 0, 4, 1)
    assert len(await stored(bench)) == 5


REFUSED = [
    ({"path": "b.csv"}, "there is no file b.csv in the folder CONNECTOR_FILES_DIR; upload it, or mend settings.path"),
    ({"path": "../a.csv"}, "the settings of a connector in mode file: path must not hold .."),
    ({"path": "a.txt"}, "a.txt: set settings.format to one of csv, jsonl, outscraper, takeout"),
    (
        {"columns": {"rating": "Points"}},
        'settings.columns.rating is "Points", which is no column of the file: "Ref", "Stars",',
    ),
]


@pytest.mark.parametrize(("settings", "told"), REFUSED)
async def test_refused_at_once(bench: Bench, shelf: Shelf, settings: dict[str, Any], told: str) -> None:
    """Settings that do not fit fail the job at its first attempt; connector, run and error say what to do."""
    shelf.put("a.csv", HEAD + rows(range(2)))
    await bench.pool.execute("UPDATE connectors SET settings = settings || $1 WHERE id = 'f1'", settings)
    ran = await bench.ingest("f1")
    assert isinstance(ran.outcome, Fail)
    assert ran.outcome.failure.message.startswith(told)
    connector = await bench.row("SELECT status, error_message FROM connectors WHERE id = 'f1'")
    assert connector == {"status": "ERROR", "error_message": ran.outcome.failure.message}
    assert (await bench.row("SELECT status FROM ingestion_runs"))["status"] == "FAILED"


async def test_no_folder_is_open(bench: Bench) -> None:
    """A worker without a folder for files fails such jobs with the variable to set."""
    closed = msgspec.structs.replace(bench.resources, files=None)
    ran = await msgspec.structs.replace(bench, resources=closed).ingest("f1")
    assert isinstance(ran.outcome, Fail)
    assert "the operator sets CONNECTOR_FILES_DIR" in ran.outcome.failure.message


@pytest.mark.parametrize("setting", ["baseUrl", "tokenUrl"])
@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://[::1]:5432", "http://10.0.0.1:8080"])
async def test_urls_that_lead_inside(bench: Bench, setting: str, url: str) -> None:
    """A connector whose URL leads into the operator's own network fails at once and asks nothing there."""
    await bench.add_connector("inside", "t1", "accounts/1/locations/9", **{setting: url})
    ran = await bench.ingest("inside")
    assert isinstance(ran.outcome, Fail)
    assert "refused, it leads to a" in ran.outcome.failure.message
    assert (await bench.row("SELECT error_type FROM ingestion_errors"))["error_type"] == "VALIDATION_ERROR"
    assert bench.simulator.requests["reviews"] == 0


@pytest.mark.parametrize("path", ["t2/b.csv", "b.csv", "link.csv", "../t2/b.csv"])
async def test_another_tenants_files(bench: Bench, tmp_path: Path, path: str) -> None:
    """They lie in another folder, and no path leads there."""
    other = Shelf(tmp_path / "t2").put("b.csv", rows([3]))
    (tmp_path / "t1").mkdir()
    (tmp_path / "t1" / "link.csv").symlink_to(other)
    await bench.add_file_connector("f2", "WEBSITE", path)
    ran = await bench.ingest("f2")
    assert isinstance(ran.outcome, Fail)
    assert await bench.pool.fetchval("SELECT count(*) FROM reviews") == 0
