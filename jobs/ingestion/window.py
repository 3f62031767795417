"""How far back an ingest reads, and whether it leaves a hole behind: pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from jobs.ingestion.faults import BadConnectorSettings
from jobs.payloads import IngestReviews


class SyncSettings(Struct, frozen=True, rename="camel"):
    """The part of a connector's settings that is about syncing; the rest is its source's."""

    overlap_hours: Annotated[float, Meta(ge=0, le=24 * 365)] = 48
    """How far before the last sync the next one begins: sources show some changes late."""


def read_back_to(payload: IngestReviews, last_synced_at: datetime | None, settings: SyncSettings) -> datetime | None:
    """Only reviews changed at or after this are read; None reads everything."""
    if payload.since is not None:
        return payload.since
    if payload.force_full_sync or last_synced_at is None:
        return None
    return last_synced_at - timedelta(hours=settings.overlap_hours)


def leaves_no_hole(since: datetime | None, last_synced_at: datetime | None, *, cut: bool) -> bool:
    """Whether all changes up to the run's start are stored after a run that read back to `since`.

    A run cut by `maxReviews`, one that a review slipped past, or one begun later than the last complete one ended
    would hide older reviews for ever.
    """
    if cut:
        return False
    return since is None or (last_synced_at is not None and since <= last_synced_at)


def read_sync_settings(settings: dict[str, object]) -> SyncSettings:
    """The connector's settings about syncing; BadConnectorSettings names the field that is wrong."""
    try:
        return msgspec.convert(settings, SyncSettings)
    except msgspec.ValidationError as error:
        raise BadConnectorSettings(f"the connector's settings: {error}") from None
