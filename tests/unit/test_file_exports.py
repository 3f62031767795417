"""The exports of Outscraper and of Google."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.connectors import FetchedReview
from jobs.connectors.errors import BadAnswer, BadSettings
from tests.support.files import Shelf
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def scraped(id_: str, **changes: Any) -> dict[str, Any]:
    """A review as Outscraper writes it."""
    return {
        "review_id": id_,
        "author_title": "T. Example",
        "author_id": "1000",
        "review_text": "Lovely bread",
        "review_questions": {"Food": "5"},
        "review_rating": 4,
        "review_timestamp": 1769853600,
        "review_datetime_utc": "01/31/2026 10:00:00",
        "owner_answer": "Thank you",
        "owner_answer_timestamp": 1769940000,
        "review_likes": 3,
    } | changes


def place(id_: str, *reviews: dict[str, Any]) -> dict[str, Any]:
    """A place with its reviews."""
    return {"name": "Cafe", "place_id": id_, "google_id": f"0x{id_}", "rating": 4.7, "reviews_data": list(reviews)}


EXPECTED = FetchedReview(
    external_id="r1",
    rating=4.0,
    content="Lovely bread",
    author_name="T. Example",
    author_id="1000",
    reviewed_at=datetime(2026, 1, 31, 10, tzinfo=UTC),
    changed_at=datetime(2026, 1, 31, 10, tzinfo=UTC),
    response_text="Thank you",
    response_at=datetime(2026, 2, 1, 10, tzinfo=UTC),
    likes=3,
    replies=1,
)


@pytest.mark.parametrize(
    "content",
    [
        [place("p1", scraped("r1"))],
        place("p1", scraped("r1")),
        {"id": "x", "status": "Success", "data": [place("p1", scraped("r1"))]},
        {"data": [[place("p1", scraped("r1"))]]},
        [scraped("r1")],
        [scraped("r1", place_id="p1")],
        [scraped("r1", review_timestamp=None)],
    ],
)
async def test_shapes_of_outscraper(shelf: Shelf, content: Any) -> None:
    """Places with reviews and plain lists of reviews give the same; dates without a stamp are American and in UTC."""
    shelf.put("a.json", content)
    assert await shelf.reviews("a.json", source_type="TRIPADVISOR") == [EXPECTED]


async def test_the_connectors_place(shelf: Shelf) -> None:
    """Of several places only the connector's own is read, by either of its ids; reviews of others never."""
    shelf.put("a.json", [place("p1", scraped("r1")), place("p2", scraped("r2")), scraped("r3", google_id="0xp2")])
    for external_id in ("p1", "0xp1"):
        (review,) = await shelf.reviews("a.json", source_type="GOOGLE_OUTSCRAPER", external_id=external_id)
        assert review.external_id == "r1"
    with pytest.raises(BadSettings) as caught:
        await shelf.pages("a.json", source_type="GOOGLE_OUTSCRAPER", external_id="p9")
    assert str(caught.value) == ('a.json holds 3 places: set the connector\'s external id to one of "p1", "p2", "0xp2"')


async def test_one_place_under_another_name(shelf: Shelf) -> None:
    """A file of one place needs no external id that names it."""
    shelf.put("a.json", [place("p1", scraped("r1"))])
    assert len(await shelf.reviews("a.json", source_type="FACEBOOK", external_id="my page")) == 1


async def test_bad_rows_of_outscraper(shelf: Shelf) -> None:
    """A row that is no review is an error of its own, with its number and its id."""
    rows = [scraped("r1"), scraped("r2", review_rating=9), scraped("r3", review_timestamp=None, review_datetime_utc="")]
    shelf.put("a.json", [*rows, scraped("r4", review_text=None, review_rating=None), 7, None])
    (page,) = await shelf.pages("a.json", source_type="BOOKING")
    assert len(page.reviews) == 1
    assert [(error.external_id, error.message) for error in page.errors] == [
        ("r2", 'row 2: rating is not between 1 and 5: "9"'),
        ("r3", "row 3: date is missing"),
        ("r4", "row 4: neither a rating nor a text"),
        (None, "row 5: it is not a JSON object"),
        (None, "row 6: it is not a JSON object"),
    ]


def google(id_: str, **changes: Any) -> dict[str, Any]:
    """A review as Google writes it."""
    return {
        "name": f"accounts/1/locations/2/reviews/{id_}",
        "reviewer": {"displayName": "T. Example"},
        "starRating": "FOUR",
        "comment": "(Translated by Google) Lovely bread\n\n(Original)\nHeerlike brood",
        "createTime": "2026-01-31T10:00:00.123456Z",
        "updateTime": "2026-02-01T10:00:00Z",
        "reviewReply": {"comment": "Dankie", "updateTime": "2026-02-02T10:00:00Z"},
    } | changes


async def test_takeout(shelf: Shelf) -> None:
    """Google's export gives what its API would, under the same ids."""
    shelf.put("a.json", {"reviews": [google("r1"), google("x", reviewId="r2")]})
    one, two = await shelf.reviews("a.json", source_type="GOOGLE")
    assert (one.external_id, two.external_id) == ("r1", "r2")
    assert (one.rating, one.content, one.response_text) == (4.0, "Heerlike brood", "Dankie")
    assert one.changed_at == datetime(2026, 2, 1, 10, tzinfo=UTC)


async def test_bad_rows_of_takeout(shelf: Shelf) -> None:
    """A row that is no review is an error of its own, with its number."""
    shelf.put("a.json", {"reviews": [google("r1"), google("r2", createTime="soon"), google("r3", name="r3"), 7]})
    (page,) = await shelf.pages("a.json", source_type="GOOGLE")
    assert len(page.reviews) == 1
    assert [error.message.partition(":")[0] for error in page.errors] == ["row 2", "row 3", "row 4"]
    assert page.errors[0].message == "row 2: createTime is not an RFC 3339 time"
    assert page.errors[1].message == "row 3: reviewId is empty, too long or holds control characters"


@pytest.mark.parametrize("format_", ["takeout", "outscraper"])
@pytest.mark.parametrize("content", [b"[{", b"nonsense", b"7", b'"x"', b'{"reviews": 7, "data": 7}'])
async def test_no_export(shelf: Shelf, format_: str, content: bytes) -> None:
    """A document that is no export, a cut one included, fails the attempt with its name and what to look at."""
    shelf.put("a.json", content)
    with pytest.raises(BadAnswer, match=r"^a\.json is not an .*is the file whole, and settings\.format right\?"):
        await shelf.pages("a.json", format=format_)


@pytest.mark.parametrize("content", [b"", b" \n"])
async def test_an_empty_document(shelf: Shelf, content: bytes) -> None:
    """An empty document is none: it would else say that every review is gone."""
    shelf.put("a.json", content)
    with pytest.raises(BadAnswer, match=r"^a\.json is empty; is the file whole\?"):
        await shelf.pages("a.json")


async def test_encodings_of_documents(shelf: Shelf) -> None:
    """A document is UTF-8 with or without a mark, or what the settings say."""
    text = '[{"review_id": "r1", "review_text": "Crème brûlée", "review_timestamp": 1769853600}]'
    for content, told in ((text.encode("utf-8-sig"), {}), (text.encode("cp1252"), {"encoding": "cp1252"})):
        shelf.put("a.json", content)
        (review,) = await shelf.reviews("a.json", **told)
        assert review.content == "Crème brûlée"
    with pytest.raises(BadAnswer, match=r"a\.json: it is not UTF-8 text; set settings\.encoding to cp1252"):
        await shelf.pages("a.json")


async def test_columns_are_for_tables(shelf: Shelf) -> None:
    """A mapping for an export that names its own fields is refused, not ignored."""
    with pytest.raises(BadSettings, match=r"settings\.columns is for csv and jsonl"):
        shelf.source("a.json", columns={"rating": "Stars"})


@pytest.mark.parametrize("source_type", ["GOOGLE", "GOOGLE_OUTSCRAPER"])
async def test_a_document_of_nothing_but_elements(shelf: Shelf, source_type: str) -> None:
    """It is refused before each of them costs memory."""
    shelf.put("a.json", '{"reviews":[' + "0," * 8_000_001 + "0]}")
    with pytest.raises(BadSettings, match="more than reviews of its size can"):
        await shelf.pages("a.json", source_type=source_type)
