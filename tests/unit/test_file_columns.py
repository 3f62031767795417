"""Which column of a file holds which field of a review."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.connectors import FetchedReview
from jobs.connectors.errors import BadSettings
from tests.support.files import Shelf
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


FULL = """\
Ref,Stars,Headline,What they said,Who,Who id,When,Changed,Our answer,Answered,Likes,Replies,Helpful,Language
r1,4,Good,Lovely bread,T. Example,u1,31/01/2026,01/02/2026 09:00,Thank you,2026-02-02T10:00:00Z,3,2,1,en
"""


COLUMNS = {
    "id": "Ref",
    "rating": "Stars",
    "title": "Headline",
    "content": "What they said",
    "author": "Who",
    "authorId": "Who id",
    "date": "When",
    "updated": "Changed",
    "responseText": "Our answer",
    "responseDate": "Answered",
}


async def test_every_field(shelf: Shelf) -> None:
    """Each field comes from its column: as mapped, or by its usual name."""
    shelf.put("a.csv", FULL)
    (review,) = await shelf.reviews("a.csv", columns=COLUMNS)
    assert review == FetchedReview(
        external_id="r1",
        rating=4.0,
        title="Good",
        content="Lovely bread",
        author_name="T. Example",
        author_id="u1",
        reviewed_at=datetime(2026, 1, 30, 22, tzinfo=UTC),
        changed_at=datetime(2026, 2, 1, 7, tzinfo=UTC),
        response_text="Thank you",
        response_at=datetime(2026, 2, 2, 10, tzinfo=UTC),
        likes=3,
        replies=2,
        helpful=1,
        language="en",
    )


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            {"rating": "Score"},
            'settings.columns.rating is "Score", which is no column of the file: "Stars", "Text", "Day"',
        ),
        (
            {"date": None},
            'no column holds the reviews\' dates: set settings.columns.date to one of "Stars", "Text", "Day"',
        ),
        ({}, "no column holds the reviews' dates"),
        (
            {"date": "Day", "rating": None, "content": None},
            "no column holds a rating or a text: set settings.columns.rating",
        ),
    ],
)
async def test_columns_that_are_not_there(shelf: Shelf, columns: dict[str, Any], told: str) -> None:
    """A mapping that does not fit the file lists the columns that the file has."""
    shelf.put("a.csv", "Stars,Text,Day\n5,Fine,2026-01-31\n")
    with pytest.raises(BadSettings) as caught:
        await shelf.pages("a.csv", columns=columns)
    assert str(caught.value).startswith(told)


async def test_a_column_that_is_not_wanted(shelf: Shelf) -> None:
    """A field mapped to nothing is not read, whatever its column is called; a mapped column is read once."""
    shelf.put("a.csv", "Rating,Review,Title,Date\n5,Fine,Ms,2026-01-31\n")
    (review,) = await shelf.reviews("a.csv", columns={"title": None, "author": " title "})
    assert (review.title, review.author_name) == (None, "Ms")


async def test_outscrapers_own_columns(shelf: Shelf) -> None:
    """A review's rating is not taken for that of its place, nor the place's name for the author's."""
    shelf.put(
        "a.csv",
        "name,rating,reviews,review_id,author_title,review_text,review_rating,review_timestamp,owner_answer,review_likes\n"
        "Cafe,4.7,912,r1,T. E.,Fine,2,1769853600,Thank you,3\n",
    )
    (review,) = await shelf.reviews("a.csv", source_type="GOOGLE_OUTSCRAPER")
    assert (review.external_id, review.rating, review.author_name, review.likes) == ("r1", 2.0, "T. E.", 3)
    assert (review.response_text, review.replies) == ("Thank you", 1)
    assert review.reviewed_at == datetime(2026, 1, 31, 10, tzinfo=UTC)


async def test_a_key_that_no_line_has(shelf: Shelf) -> None:
    """A mapped key that is in no line is refused with those of the first line; in some lines it may be missing."""
    shelf.put("a.jsonl", '{"stars": 5, "text": "a", "date": "2026-01-31"}\n{"text": "b", "date": "2026-01-31"}\n')
    assert len(await shelf.reviews("a.jsonl", columns={"rating": "stars"})) == 2
    told = r'settings\.columns\.rating is "points", which no line has; the first has "stars", "text", "date"'
    with pytest.raises(BadSettings, match=told):
        await shelf.pages("a.jsonl", columns={"rating": "points"})
