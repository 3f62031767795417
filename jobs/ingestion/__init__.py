"""Fetches a connector's reviews and stores them as the source shows them."""

from jobs.ingestion.job import ingest

__all__ = ["ingest"]
