"""Reviews from CSV and JSON Lines: columns, encodings, quotes, and rows that cannot be read."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.connectors.errors import BadAnswer, BadSettings
from tests.support.files import Shelf
from tests.support.loops import one_loop

pytestmark = pytest.mark.anyio
anyio_backend = one_loop

AT = datetime(2026, 1, 30, 22, tzinfo=UTC)
"""31 January 2026 in Johannesburg."""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "Rating,Review,Date\n5,Fine,31/01/2026\n",
        "Rating;Review;Date\n5;Fine;31/01/2026\n",
        "Rating\tReview\tDate\n5\tFine\t31/01/2026\n",
        "\ufeffrating,REVIEW TEXT,review_date\n5,Fine,31/01/2026",
        '"Rating","Review","Date"\r\n"5","Fine","31/01/2026"\r\n',
        "Date,Review,Stars\n\n31/01/2026,Fine,5\n\n,,\n",
        "Rating,Review,Date,Extra\n5,Fine,31/01/2026\n",
        "Rating,Review,Date\n5,Fine,31/01/2026,,\n",
    ],
)
async def test_shapes_of_csv(shelf: Shelf, text: str) -> None:
    """Delimiter, mark, line ends, case and empty rows make no difference."""
    shelf.put("a.csv", text)
    (review,) = await shelf.reviews("a.csv")
    assert (review.rating, review.content, review.reviewed_at) == (5.0, "Fine", AT)


async def test_texts_that_need_quotes(shelf: Shelf) -> None:
    """A quoted text keeps its delimiters, quotes and lines."""
    shelf.put("a.csv", 'Rating,Review,Date\n5,"Bread, ""warm"",\r\nand soup",31/01/2026\n4,Plain,31/01/2026\n')
    first, second = await shelf.reviews("a.csv")
    assert first.content == 'Bread, "warm",\nand soup'
    assert second.content == "Plain"


async def test_text_is_cleaned(shelf: Shelf) -> None:
    """Markup, entities and control characters do not get into a review."""
    shelf.put("a.csv", "Rating,Review,Author,Date\n5,Fish &amp; chips<br>\x07again,<b>T.</b>  E.,31/01/2026\n")
    (review,) = await shelf.reviews("a.csv")
    assert (review.content, review.author_name) == ("Fish & chips\nagain", "T. E.")


async def test_bad_rows_spoil_only_themselves(shelf: Shelf) -> None:
    """Each bad row is an error that names its row, and its id where that can be read; the others are read."""
    shelf.put(
        "a.csv",
        "ID,Rating,Review,Date\n"
        "a,5,Fine,31/01/2026\n"
        "b,9,Fine,31/01/2026\n"
        "c,5,Fine,soon\n"
        "d,,,31/01/2026\n"
        "e,5,Fine, with a comma,31/01/2026\n"
        'f,5,Fine "bread" here,31/01/2026\n'
        'g,5,"Never "ended,31/01/2026\n'
        "h,5,Fine,31/01/2026\n",
    )
    (page,) = await shelf.pages("a.csv")
    assert [review.external_id for review in page.reviews] == ["a", "f", "h"]
    assert [(error.external_id, error.type, error.message) for error in page.errors] == [
        ("b", "VALIDATION_ERROR", 'row 3: rating is not between 1 and 5: "9"'),
        ("c", "VALIDATION_ERROR", page.errors[1].message),
        ("d", "VALIDATION_ERROR", "row 5: neither a rating nor a text"),
        (None, "PARSE_ERROR", "row 6: it has 5 cells and the header 4; put texts that hold the delimiter in quotes"),
        (None, "PARSE_ERROR", page.errors[4].message),
    ]
    assert page.errors[1].message.startswith('row 4: date is not a date: "soon"; write ')
    assert page.errors[4].message == ("row 8: ',' expected after '\"'; a quote inside a quoted text is written twice")
    assert page.total == 8


async def test_a_quote_without_an_end(shelf: Shelf) -> None:
    """A quote that never ends costs its own row, not those after it."""
    rows = "".join(f"r{n},5,Fine,31/01/2026\n" for n in range(50))
    shelf.put("a.csv", f'ID,Rating,Review,Date\nx,5,"Fine,31/01/2026\n{rows}')
    (page,) = await shelf.pages("a.csv")
    assert len(page.reviews) == 50
    assert [error.message for error in page.errors] == [
        "row 2: unexpected end of data; a quote inside a quoted text is written twice"
    ]


async def test_endless_lines(shelf: Shelf) -> None:
    """A cell or a line of more than a row can have is an error of its own."""
    head, tail = "ID,Rating,Review,Date\n", "z,5,Fine,31/01/2026\n"
    shelf.put("a.csv", f"{head}x,5,{'y' * 200_000},31/01/2026\nv,5,{'y' * 3_000_000},31/01/2026\n{tail}")
    (page,) = await shelf.pages("a.csv")
    assert [review.external_id for review in page.reviews] == ["z"]
    assert ["field larger" in page.errors[0].message, "longer than 1,048,576 bytes" in page.errors[1].message] == [
        True
    ] * 2
    shelf.put("a.jsonl", '{"text": "' + "y" * 3_000_000 + '"}\n{"id": "z", "rating": 5, "date": "2026-01-31"}\n')
    (page,) = await shelf.pages("a.jsonl")
    assert [review.external_id for review in page.reviews] == ["z"]
    assert [error.message for error in page.errors] == ["row 1: the line is longer than 1,048,576 bytes"]


async def test_no_csv_at_all(shelf: Shelf) -> None:
    """A file whose rows break again and again is given up with its name."""
    shelf.put("a.csv", "rating,date\n" + '"a"b\n' * 1_001)
    with pytest.raises(BadAnswer, match=r"a\.csv: more than 1,000 rows are not CSV; the last: row 1002: "):
        await shelf.pages("a.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
async def test_encodings(shelf: Shelf, name: str) -> None:
    """Text is UTF-8 unless the settings say cp1252; another byte is an error of its row that says so."""
    text = "Rating,Review,Date\n5,Crème brûlée,31/01/2026\n4,Plain,31/01/2026\n"
    if name == "a.jsonl":
        one, two = '{"rating":5,"review":"Crème brûlée","date":', '{"rating":4,"review":"Plain","date":'
        text = f'{one}"31/01/2026"}}\n{two}"31/01/2026"}}\n'
    shelf.put(name, text)
    assert [review.content for review in await shelf.reviews(name)] == ["Crème brûlée", "Plain"]
    shelf.put(name, text.encode("cp1252"))
    assert [review.content for review in await shelf.reviews(name, encoding="cp1252")] == ["Crème brûlée", "Plain"]
    (page,) = await shelf.pages(name)
    assert [review.content for review in page.reviews] == ["Plain"]
    told = "it is not UTF-8 text; set settings.encoding to cp1252, if the file comes from Excel"
    assert [error.message.split(": ", 1)[1] for error in page.errors] == [told]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "a.csv has no header in its first row; is the file whole?"),
        (b"\xef\xbb\xbf", "a.csv has no header in its first row; is the file whole?"),
        (b"\n5,x\n", "a.csv has no header in its first row; is the file whole?"),
        (b"x" * 2_000_000, "a.csv: the first row is no header: the line is longer than 1,048,576 bytes"),
        (b'"a"b,c\n', "a.csv: the header cannot be read: ',' expected after '\"'"),
        (b"Cr\xe8me,b\n", "a.csv: the header cannot be read: it is not UTF-8 text; set settings.encoding to cp1252"),
    ],
)
async def test_no_header(shelf: Shelf, content: bytes, told: str) -> None:
    """A file without a header to go by fails the attempt and says what was found."""
    shelf.put("a.csv", content)
    with pytest.raises(BadAnswer) as caught:
        await shelf.pages("a.csv")
    assert str(caught.value).startswith(told)


async def test_a_header_alone(shelf: Shelf) -> None:
    """A file with a header and no rows is one empty page."""
    shelf.put("a.csv", "Rating,Date\n")
    (page,) = await shelf.pages("a.csv")
    assert (page.reviews, page.errors, page.next_cursor, page.total) == ((), (), None, 0)


async def test_utf_16(shelf: Shelf) -> None:
    """A file in UTF-16 says how to save it."""
    shelf.put("a.csv", "Rating,Date\n5,2026-01-31\n".encode("utf-16"))
    with pytest.raises(BadSettings, match=r"a\.csv is UTF-16 text; save it as UTF-8"):
        await shelf.pages("a.csv")


async def test_rows_without_an_id(shelf: Shelf) -> None:
    """A row without an id has the same one wherever it stands; a row equal to another is the same review."""
    head, one, two = "Author,Rating,Review,Date\n", "A,5,Fine,31/01/2026\n", "B,5,Fine,31/01/2026\n"
    shelf.put("a.csv", head + one + two + one)
    shelf.put("b.csv", head + two + one)
    first, second = await shelf.reviews("a.csv"), await shelf.reviews("b.csv")
    assert {review.external_id for review in first} == {review.external_id for review in second}
    assert len(first) == 2
    assert all(review.external_id.startswith("row-") for review in first)


async def test_rows_that_cannot_be_told_apart(shelf: Shelf) -> None:
    """A row of a rating and a date only is refused: two guests would become one."""
    shelf.put("a.csv", "Rating,Date\n5,31/01/2026\n")
    (error,) = await shelf.errors("a.csv")
    assert error.message.startswith("row 2: without an id, an author or a text it could not be told from other rows")


async def test_json_lines(shelf: Shelf) -> None:
    """Each line is a review by its keys, mapped or usual, of any JSON type; a bad line spoils only itself."""
    lines = [
        '{"id": 7, "stars": 4.5, "text": "Fine", "date": 1769853600, "likes": null}',
        '{"id": "b", "stars": "FIVE", "date": "31/01/2026", "more": {"x": [1]}}',
        "",
        "not json",
        '["a", "list"]',
        '{"id": "c", "stars": 5}',
        '{"id": "d", "stars": true, "date": "31/01/2026"}',
    ]
    shelf.put("a.jsonl", "\ufeff" + "\r\n".join(lines))
    (page,) = await shelf.pages("a.jsonl", columns={"rating": "stars"})
    assert [(review.external_id, review.rating) for review in page.reviews] == [("7", 4.5), ("b", 5.0)]
    assert [(error.external_id, error.type) for error in page.errors] == [
        (None, "PARSE_ERROR"),
        (None, "PARSE_ERROR"),
        ("c", "VALIDATION_ERROR"),
        ("d", "VALIDATION_ERROR"),
    ]
    assert page.errors[0].message.startswith("row 3: it is not a JSON object: ")
    assert page.errors[2].message == "row 5: date is missing"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
async def test_whatever_is_written_is_read(shelf: Shelf, texts: list[str], delimiter: str, end: str) -> None:
    """Rows that a CSV or JSON writer made give the same reviews in both formats, whatever their texts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "rating", "content", "date"])
    writer.writerows([f"{n}", "5", text, "2026-01-31"] for n, text in enumerate(texts))
    shelf.put("a.csv", out.getvalue())
    rows = [{"id": n, "rating": 5, "content": text, "date": "2026-01-31"} for n, text in enumerate(texts)]
    shelf.put("a.jsonl", end.join(json.dumps(row) for row in rows))
    found = await shelf.reviews("a.csv")
    assert found == await shelf.reviews("a.jsonl")
    assert [review.external_id for review in found] == [f"{n}" for n in range(len(texts))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400))
async def test_any_bytes_after_a_header(shelf: Shelf, content: bytes) -> None:
    """Whatever stands in a file, its rows become reviews or errors, and nothing else is raised."""
    for name, head in (("a.csv", b"id,rating,text,date\n1,5,x,2026-01-31\n"), ("a.jsonl", b"")):
        shelf.put(name, head + content)
        for page in await shelf.pages(name):
            assert len(page.reviews) + len(page.errors) <= 401


async def test_a_row_nested_without_end_spoils_only_itself(shelf: Shelf) -> None:
    """What is too deep to be read is an unreadable row, as any other that is no review."""
    row = '{"id":"1","date":"2026-01-31","rating":5}'
    shelf.put("a.jsonl", f'{row}\n{{"id":"2","x":{"[" * 100_000}{"]" * 100_000}}}\n{row.replace("1", "3", 1)}\n')
    (page,) = await shelf.pages("a.jsonl")
    assert [review.external_id for review in page.reviews] == ["1", "3"]
    assert [(error.type, error.message[:5]) for error in page.errors] == [("PARSE_ERROR", "row 2")]


@pytest.mark.parametrize("source_type", ["GOOGLE", "GOOGLE_OUTSCRAPER"])
async def test_a_document_nested_without_end(shelf: Shelf, source_type: str) -> None:
    """It cannot be read, which is told as of any other."""
    shelf.put("a.json", f'{{"reviews":[{"[" * 100_000}{"]" * 100_000}]}}')
    with pytest.raises(BadAnswer, match="is the file whole"):
        await shelf.pages("a.json", source_type=source_type)


async def test_a_broken_row_counts_once(shelf: Shelf) -> None:
    """It is read when rows are ordered and again for its page: 1,000 are borne, and 1,001 are not."""
    broken = "id,date,rating\n" + '1,2026-01-31,"5"x\n' * 1_000
    shelf.put("a.csv", f"{broken}2,2026-01-31,5\n")
    assert len(await shelf.errors("a.csv")) == 1_000
    shelf.put("a.csv", f'{broken}1,2026-01-31,"5"x\n')
    with pytest.raises(BadAnswer, match="more than 1,000 rows are not CSV"):
        await shelf.errors("a.csv")
