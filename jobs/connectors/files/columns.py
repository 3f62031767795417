"""Which column of a table holds which field of a review: as stated, else by the usual names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from engine import escape
from jobs.connectors.errors import BadSettings

FIELDS: dict[str, tuple[str, ...]] = {
    # Field → what exports and people call it, the most telling first (an export of
    # Outscraper has the place's own `rating` beside `review_rating`); case, spaces and signs do not count.
    "id": ("reviewid", "externalid", "id"),
    "rating": ("reviewrating", "rating", "stars", "starrating", "score"),
    "title": ("reviewtitle", "title", "headline", "subject"),
    "content": ("reviewtext", "reviewcontent", "review", "content", "text", "comment", "body", "message"),
    "author": ("author", "authorname", "authortitle", "reviewer", "reviewername", "customer"),
    "authorId": ("authorid", "reviewerid"),
    "date": ("reviewtimestamp", "reviewdate", "date", "createdat", "created", "timestamp", "submittedat", "time"),
    "updated": ("updated", "updatedat", "updatedate", "editedat", "modifiedat"),
    "responseText": ("responsetext", "response", "owneranswer", "ownerresponse", "reply"),
    "responseDate": ("responsedate", "owneranswertimestamp", "replydate", "repliedat"),
    "likes": ("reviewlikes", "likes", "likescount"),
    "replies": ("replies", "repliescount"),
    "helpful": ("helpful", "helpfulcount", "helpfulvotes"),
    "language": ("language", "lang"),
}
_MOST_SHOWN = 30
_NOT_TOLD = re.compile(r"[\W_]+")


def match_columns(stated: Mapping[str, str | None], columns: Sequence[str]) -> dict[str, str]:
    """Field → column. A stated column that is not there is left out, and no other stands in for it."""
    here = {_plain(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for name, column in stated.items():
        if column is not None and (is_called := _called(column, columns)) is not None:
            found[name] = is_called
    taken = set(found.values())
    for name, usual in FIELDS.items():
        if name not in stated:
            column = next((here[word] for word in usual if word in here and here[word] not in taken), None)
            if column is not None:
                found[name] = column
    return found


def check_columns(stated: Mapping[str, str | None], columns: Sequence[str], found: Mapping[str, str]) -> None:
    """Passes if every stated column is there, and a date with a rating or a text; BadSettings lists what is."""
    for name, column in stated.items():
        if column is not None and name not in found:
            raise BadSettings(
                f'settings.columns.{name} is "{escape(column)}", which is no column of the file: {listed(columns)}'
            )
    if "date" not in found:
        raise BadSettings(f"no column holds the reviews' dates: set settings.columns.date to one of {listed(columns)}")
    if not found.keys() & {"rating", "title", "content"}:
        raise BadSettings(
            f"no column holds a rating or a text: set settings.columns.rating or .content to one of {listed(columns)}"
        )


def listed(columns: Iterable[str]) -> str:
    """The columns as an error lists them: the first thirty, each on one line."""
    names = [f'"{escape(column[:60])}"' for column in columns]
    more = len(names) - _MOST_SHOWN
    return ", ".join(names[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _called(wanted: str, columns: Sequence[str]) -> str | None:
    """The column of this name, which is exact but for case and the spaces around it."""
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    return wanted if wanted in columns else by_name.get(wanted.strip().casefold())


def _plain(column: str) -> str:
    return _NOT_TOLD.sub("", column.casefold())
