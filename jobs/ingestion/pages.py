"""One page of reviews stored: rows, history, counts and cursor in one transaction, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from jobs.connectors import FetchedReview, Page, RowError
from jobs.database import Connection
from jobs.ingestion.changes import Change, Stored, compare, fault_of
from jobs.ingestion.duplicates import mark_duplicates
from jobs.ingestion.rows import Fetched, find_stored, insert_reviews, keep_versions, update_reviews
from jobs.ingestion.run import MOST_ERROR_ROWS, Counts, Run

_SEEN = "SELECT external_review_id FROM ingestion_seen WHERE ingestion_run_id = $1 AND external_review_id = ANY($2)"
_SEE = """
    INSERT INTO ingestion_seen (ingestion_run_id, external_review_id, changed)
    SELECT $1, id, id = ANY($3) FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING
"""
_NOTE_ERRORS = """
    INSERT INTO ingestion_errors (tenant_id, ingestion_run_id, error_type, external_review_id, error_message)
    SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[])
"""
_SAVE_RUN = """
    UPDATE ingestion_runs
    SET pagination_state = $2, updated_at = now(), reviews_fetched = $3, reviews_created = $4, reviews_updated = $5,
        reviews_skipped = $6, duplicates_found = $7, error_count = $8
    WHERE id = $1
"""


class Intake(Struct, frozen=True):
    """What of a page is to be stored: not seen in this run before, and within what the run may fetch."""

    reviews: tuple[FetchedReview, ...]
    errors: tuple[RowError, ...]
    cut: bool

    @property
    def seen(self) -> list[str]:
        """Every id that the page shows to exist."""
        errors = (error.external_id for error in self.errors if error.external_id)
        return [*(review.external_id for review in self.reviews), *errors]

    @property
    def unsure(self) -> bool:
        """Whether a row did not even tell its id."""
        return any(not error.external_id for error in self.errors)


async def store_page(connection: Connection, run: Run, page: Page, now: datetime) -> Run:
    """The page is stored and the run says so; gives the run as it is then.

    Raises StaleFence, and writes nothing, if a newer delivery has the connector.
    """
    async with connection.transaction():
        await run.claim.hold(connection)
        intake = take_in(page, await _seen_before(connection, run, page), run.room)
        fetched = [Fetched.of(review, run.claim, now) for review in intake.reviews]
        stored = await find_stored(connection, run.claim, [row.external_id for row in fetched])
        changes = {row.external_id: compare(stored.get(row.external_id), row.review) for row in fetched}

        await _write(connection, run, fetched, changes)
        duplicates = await mark_duplicates(connection, run.claim, _hashes(fetched, stored, changes), fetched)
        words_changed = [id_ for id_, change in changes.items() if change in (Change.NEW, Change.EDITED)]
        await connection.execute(_SEE, run.id, intake.seen, words_changed)
        await _note_errors(connection, run, intake.errors)
        return await _save(connection, run, page, intake, count(changes, duplicates, len(intake.errors)))


def take_in(page: Page, seen: set[str], room: int | None) -> Intake:
    """What is left of a page without what the run has `seen`, cut to the `room` it has."""
    reviews: dict[str, FetchedReview] = {}
    errors = [error for error in page.errors if error.external_id is None or error.external_id not in seen]
    for review in page.reviews:
        if review.external_id in seen or review.external_id in reviews:
            continue
        fault = fault_of(review)
        if fault is None:
            reviews[review.external_id] = review
        else:
            errors.append(fault)
    room = len(reviews) + len(errors) if room is None else room
    kept = tuple(reviews.values())[:room]
    return Intake(kept, tuple(errors[: room - len(kept)]), cut=len(reviews) + len(errors) > room)


def count(changes: dict[str, Change], duplicates: set[str], errors: int) -> Counts:
    """How a page counts: a new or unchanged review that repeats another connector's is skipped."""
    found = list(changes.values())
    new_copies = sum(change is Change.NEW for id_, change in changes.items() if id_ in duplicates)
    same_copies = sum(change is Change.SAME for id_, change in changes.items() if id_ in duplicates)
    return Counts(
        fetched=len(found) + errors,
        created=found.count(Change.NEW) - new_copies,
        updated=found.count(Change.EDITED) + found.count(Change.TOUCHED),
        skipped=found.count(Change.SAME) + new_copies,
        duplicates=new_copies + same_copies,
        errors=errors,
    )


async def _seen_before(connection: Connection, run: Run, page: Page) -> set[str]:
    ids = [review.external_id for review in page.reviews] + [error.external_id for error in page.errors]
    return {row["external_review_id"] for row in await connection.fetch(_SEEN, run.id, [id_ for id_ in ids if id_])}


async def _write(connection: Connection, run: Run, fetched: list[Fetched], changes: dict[str, Change]) -> None:
    """New reviews are inserted, changed ones updated with what they said kept; unchanged ones are left alone."""

    def having(*wanted: Change) -> list[Fetched]:
        return [row for row in fetched if changes[row.external_id] in wanted]

    await insert_reviews(connection, run.claim, having(Change.NEW))
    await keep_versions(connection, run.id, [row.external_id for row in having(Change.EDITED)], run.claim)
    await update_reviews(connection, run.claim, having(Change.EDITED), new_version=True)
    await update_reviews(connection, run.claim, having(Change.TOUCHED), new_version=False)


def _hashes(fetched: list[Fetched], stored: dict[str, Stored], changes: dict[str, Change]) -> set[str]:
    """The texts whose groups of equals may have changed: those that came and those that went."""
    moved = [row for row in fetched if changes[row.external_id] is not Change.SAME]
    before = [stored[row.external_id].content_hash for row in moved if row.external_id in stored]
    return {hash_ for hash_ in (*before, *(row.content_hash for row in moved)) if hash_}


async def _note_errors(connection: Connection, run: Run, errors: Sequence[RowError]) -> None:
    kept = errors[: max(0, MOST_ERROR_ROWS - run.counts.errors)]
    if kept:
        columns = zip(*((error.type, error.external_id, error.message) for error in kept), strict=True)
        await connection.execute(_NOTE_ERRORS, run.claim.tenant_id, run.id, *map(list, columns))


async def _save(connection: Connection, run: Run, page: Page, intake: Intake, counts: Counts) -> Run:
    totals = run.counts + counts
    full = run.max_reviews is not None and totals.fetched >= run.max_reviews
    cut = intake.cut or (full and page.next_cursor is not None)
    state = msgspec.structs.replace(
        run.state,
        cursor=page.next_cursor,
        pages=run.state.pages + 1,
        ended=cut or page.next_cursor is None,
        cut=cut,
        unsure=run.state.unsure or intake.unsure or page.shifted,
        slipped=run.state.slipped or page.slipped,
    )
    await connection.execute(_SAVE_RUN, run.id, state, *msgspec.structs.astuple(totals))
    return msgspec.structs.replace(run, state=state, counts=totals)
