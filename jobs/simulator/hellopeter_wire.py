"""The world in Hellopeter's words: rows with their messages, and numbered pages."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from msgspec import Struct

from jobs.simulator.names import slug_of
from jobs.simulator.world import Message, TrueReview

Json = dict[str, Any]

SAST = timezone(timedelta(hours=2))
REPORTER = {"name": "Invented Reporter", "email": "reporter@canary.test", "phone": "+27 00 000 0000"}
"""Whoever reported a review: what the real site shows and nobody may keep."""


class PageOf(Struct, frozen=True):
    """Which page of a listing, and of whom."""

    slug: str
    business: str
    number: int
    size: int


def page_json(reviews: Sequence[TrueReview], page: PageOf) -> Json:
    """One page of a business's listing, empty past the end."""
    before = (page.number - 1) * page.size
    rows = reviews[before : before + page.size]
    last_page = max(1, -(-len(reviews) // page.size))
    path = f"https://consumer.example/{page.slug}/reviews"
    return {
        "current_page": page.number,
        "data": [review_json(review, page) for review in rows],
        "first_page_url": f"{path}?page=1",
        "from": before + 1 if rows else None,
        "last_page": last_page,
        "last_page_url": f"{path}?page={last_page}",
        "next_page_url": f"{path}?page={page.number + 1}" if page.number < last_page else None,
        "path": path,
        "per_page": page.size,
        "prev_page_url": f"{path}?page={page.number - 1}" if page.number > 1 else None,
        "to": before + len(rows) if rows else None,
        "total": len(reviews),
    }


def review_json(review: TrueReview, page: PageOf) -> Json:
    """One row, with much that a reader must leave alone."""
    number = int(review.review_id)
    reported = number % 7 == 0
    return {
        "id": number,
        "user_id": review.author_id,
        "created_at": stamp(review.created),
        "authorDisplayName": review.author,
        "author": review.author,
        "authorAvatar": None,
        "author_id": review.author_id,
        "review_title": review.title,
        "review_rating": review.rating,
        "review_content": review.text,
        "business_name": page.business,
        "business_slug": page.slug,
        "permalink": f"{slug_of(review.title or 'review')}-{number}",
        "replied": int(review.reply_text is not None),
        "messages": [message_json(message, number, place, page) for place, message in enumerate(_messages(review))],
        "industry_name": "Restaurants",
        "industry_slug": "restaurants",
        "status_id": 1,
        "nps_rating": number % 11 if number % 3 else None,
        "source": "WEBSITE",
        "is_reported": reported,
        "business_reporting": REPORTER if reported else None,
        "author_created_date": "2023-01-02",
        "author_total_reviews_count": 1 + number % 9,
        "attachments": [],
    }


def message_json(message: Message, review: int, place: int, page: PageOf) -> Json:
    """One message; every other review's are in markup."""
    return {
        "id": review * 10 + place,
        "body": _markup(message.text) if review % 2 else message.text,
        "created_at": stamp(message.at),
        "type": "Public" if message.public else "Private",
        "origin": 1,
        "owner": 2 if message.by_owner else 1,
        "from": page.business if message.by_owner else "Consumer",
        "businessSlug": page.slug,
        "showPrivateBadge": not message.public,
        "isLinkedToUser": True,
    }


def stamp(moment: datetime) -> str:
    """The wall clock in South Africa, which does not say so."""
    return moment.astimezone(SAST).strftime("%Y-%m-%d %H:%M:%S")


def error_json(message: str) -> Json:
    """The body of a refusal."""
    return {"message": message}


def bad_rows() -> list[Json]:
    """Rows that no reader can make a review of, each for another reason."""
    good: Json = {"created_at": "2025-11-02 17:03:11", "review_rating": 3, "review_content": "It was good enough"}
    return [
        {**good, "id": 1, "review_rating": 6},
        {**good, "id": 2, "created_at": "yesterday"},
        {**good, "id": 3, "review_rating": None, "review_content": None},
        {**good, "id": 4, "messages": "none"},
        {**good, "id": None},
        good,
    ]


def _messages(review: TrueReview) -> list[Message]:
    """The whole conversation, oldest first."""
    if review.reply_text is None or review.reply_at is None:
        return sorted(review.thread, key=_at)
    answer = Message(text=review.reply_text, at=review.reply_at, by_owner=True, public=True)
    return sorted((answer, *review.thread), key=_at)


def _at(message: Message) -> datetime:
    return message.at


def _markup(text: str) -> str:
    body = html.escape(text, quote=False).replace("\n", "<br>").replace(". ", ".&nbsp;")
    return f"<div><!--block-->{body}</div>"
