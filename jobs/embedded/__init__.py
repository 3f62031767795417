"""PostgreSQL for development and tests, started beside the worker and never outliving it."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from jobs.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "start_embedded"]


@contextmanager
def start_embedded(directory: Path) -> Generator[dict[str, str]]:
    """PostgreSQL serves from `directory`/postgres inside the block; the value is the environment to add."""
    with EmbeddedPostgres(directory / "postgres") as postgres:
        yield {"DATABASE_URL": postgres.url}
