"""Files as people export them, with the reviews of a location as they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from jobs.simulator import TrueReview, World
from tests.evidence.truth.lines import CSV_COLUMNS, LINES, Line

LOCAL = ZoneInfo("Africa/Johannesburg")


def write_files(world: World, folder: Path) -> None:
    """Every file connector finds its location's reviews as they stand now, in no order."""
    for line in LINES:
        if line.file is not None:
            write_file(world, line, folder)


def write_file(world: World, line: Line, folder: Path) -> None:
    """The line's file is another one at once, as when somebody uploads it anew."""
    path = folder / line.tenant / (line.file or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(_FORMATS[line.reads](line, _shuffled(world.truth(line.location))))
    fresh.replace(path)


def likes(review: TrueReview) -> int:
    """How many like the review, where a format can say it; the world knows nothing of that."""
    return int(review.review_id) % 7


def helpful(review: TrueReview) -> int:
    """How many found it helpful, where a format can say it."""
    return int(review.review_id) % 3


def _shuffled(reviews: Sequence[TrueReview]) -> list[TrueReview]:
    return sorted(reviews, key=lambda review: sha256(review.review_id.encode()).digest())


def _csv(_line: Line, reviews: Sequence[TrueReview]) -> bytes:
    """As a spreadsheet writes it: local times without a zone, day first, and texts over several lines."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(CSV_COLUMNS))
    writer.writerow(CSV_COLUMNS)
    for review in reviews:
        writer.writerow({**_fields(review), "date": _local(review.created), "responseDate": _local(review.reply_at)})
    return out.getvalue().encode()


def _jsonl(_line: Line, reviews: Sequence[TrueReview]) -> bytes:
    """As a program writes it: an object a line, under the usual names."""
    return b"\n".join(msgspec.json.encode(_fields(review)) for review in reviews)


def _outscraper(line: Line, reviews: Sequence[TrueReview]) -> bytes:
    rows: list[dict[str, Any]] = [
        {
            "review_id": review.review_id,
            "review_rating": review.rating,
            "review_title": review.title,
            "review_text": review.text,
            "review_timestamp": int(review.created.timestamp()),
            "review_likes": likes(review),
            "author_title": review.author,
            "author_id": review.author_id,
            "owner_answer": review.reply_text,
            "owner_answer_timestamp": review.reply_at and int(review.reply_at.timestamp()),
        }
        for review in reviews
    ]
    return msgspec.json.encode([{"place_id": line.location, "reviews": len(rows), "reviews_data": rows}])


def _fields(review: TrueReview) -> dict[str, Any]:
    return {
        "id": review.review_id,
        "rating": review.rating,
        "title": review.title,
        "content": review.text,
        "author": review.author,
        "authorId": review.author_id,
        "date": review.created.astimezone(UTC),
        "responseText": review.reply_text,
        "responseDate": review.reply_at and review.reply_at.astimezone(UTC),
        "likes": likes(review),
        "replies": review.replies,
        "helpful": helpful(review),
        "language": review.language,
    }


def _local(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(LOCAL).strftime("%d/%m/%Y %H:%M:%S")


_FORMATS: dict[str, Callable[[Line, Sequence[TrueReview]], bytes]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "outscraper": _outscraper,
}
