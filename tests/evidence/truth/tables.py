"""What stands in the tables, and every way in which that differs from the truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from msgspec import Struct

from jobs.database import Connection
from jobs.ingestion.similarity import Comparable, similarities
from tests.evidence.truth.chronicle import Chronicle, Said, tells
from tests.evidence.truth.expected import Key, expected_originals, expected_rows
from tests.evidence.truth.lines import LINES

_VERSIONS = "SELECT * FROM review_versions ORDER BY review_id, version"
_CONNECTORS = "SELECT id, status, error_count, last_synced_at FROM connectors ORDER BY id"
_WRITTEN = (
    "SELECT tableoid::regclass::text, ctid::text, xmin::text FROM reviews"
    " UNION ALL SELECT tableoid::regclass::text, ctid::text, xmin::text FROM review_versions"
)
_LEFT = (
    "SELECT (SELECT count(*) FROM ingestion_seen) AS seen, count(*) AS running FROM ingestion_runs WHERE status = $1"
)


Row = Mapping[str, Any]


class Tables(Struct, frozen=True):
    """The reviews and their earlier versions, as one reading found them."""

    rows: dict[Key, Row]
    versions: dict[str, list[Row]]
    """By the row id of their review."""

    @property
    def copies(self) -> int:
        """How many reviews point at another one."""
        return sum(row["duplicate_of"] is not None for row in self.rows.values())

    @property
    def removed(self) -> int:
        """How many reviews are marked as gone."""
        return sum(row["removed_at"] is not None for row in self.rows.values())

    @property
    def earlier(self) -> int:
        """How many earlier versions there are."""
        return sum(map(len, self.versions.values()))


async def read_tables(connection: Connection) -> Tables:
    """Everything that is stored of reviews."""
    rows = await connection.fetch("SELECT * FROM reviews")
    versions: defaultdict[str, list[Row]] = defaultdict(list)
    for version in await connection.fetch(_VERSIONS):
        versions[version["review_id"]].append(dict(version))
    return Tables({(row["connector_id"], row["external_review_id"]): dict(row) for row in rows}, versions)


async def row_versions(connection: Connection) -> set[tuple[Any, ...]]:
    """Every row of the reviews and their versions as the place and transaction that wrote it."""
    return {tuple(row) for row in await connection.fetch(_WRITTEN)}


async def unrest(connection: Connection) -> Iterator[str]:
    """What a quiet sync should not have left: an unwell connector, a running run, ids kept for comparing."""
    connectors = await connection.fetch(_CONNECTORS)
    left = await connection.fetchrow(_LEFT, "RUNNING")
    assert left is not None
    well = [
        f"{row['id']} is {row['status']} with {row['error_count']} errors"
        for row in map(dict, connectors)
        if not _well(row)
    ]
    return iter([*well, *(f"{count} rows are left {what}" for what, count in left.items() if count)])


def _well(row: Row) -> bool:
    return row["status"] == "ACTIVE" and row["error_count"] == 0 and row["last_synced_at"] is not None


def differences(world: Chronicle, tables: Tables) -> Iterator[str]:
    """Where the tables are not as the world: a sentence each."""
    expected = expected_rows(world)
    for key in expected.keys() | tables.rows.keys():
        yield from _row_differences(key, expected.get(key), tables.rows.get(key))
    yield from _history_differences(world, tables)
    yield from _copy_differences(world, tables, expected)


def _row_differences(key: Key, wanted: Mapping[str, Any] | None, row: Row | None) -> Iterator[str]:
    if row is None:
        yield f"{key}: is not stored"
    elif wanted is None:
        if row["removed_at"] is None:
            yield f"{key}: is stored, and is not there"
    else:
        for column, value in (dict(wanted) | {"removed_at": None}).items():
            if row[column] != value:
                yield f"{key}: {column} is {row[column]!r}, the truth is {value!r}"


def _history_differences(world: Chronicle, tables: Tables) -> Iterator[str]:
    """Versions must be numbered from 1 on and say, in order, what the review said; also of one that is gone."""
    for line in LINES:
        for review in (*world.truth(line.location), *world.gone(line.location)):
            key = (line.id, review.review_id)
            row = tables.rows.get(key)
            stored = [] if row is None else [*tables.versions.get(row["id"], []), row]
            if [version["version"] for version in stored] != list(range(1, len(stored) + 1)):
                yield f"{key}: its versions are numbered {[version['version'] for version in stored]}"
            if not tells(list(map(_said, stored)), world.moments(line.location, review.review_id)):
                yield f"{key}: its {len(stored)} versions are not what it has said"


def _said(row: Row) -> Said:
    rating: Decimal | None = row["rating"]
    stars = None if rating is None else int(rating)
    return Said(stars, row["title"], row["content"], row["response_text"], row["response_date"])


def _copy_differences(world: Chronicle, tables: Tables, expected: Mapping[Key, object]) -> Iterator[str]:
    ids: dict[Key, str] = {key: row["id"] for key, row in tables.rows.items()}
    originals = expected_originals(world, ids)
    for key in expected.keys() & ids.keys():
        wanted = ids.get(originals[key]) if key in originals else None
        if tables.rows[key]["duplicate_of"] != wanted:
            yield f"{key}: duplicate_of is {tables.rows[key]['duplicate_of']}, the truth is {wanted}"


def likeness_differences(tables: Tables, tenant: str, sample: int, random: Random) -> Iterator[str]:
    """Where the likeness of some of a tenant's reviews is not what comparing them all afresh gives."""
    rows = [row for row in tables.rows.values() if row["tenant_id"] == tenant]
    reviews = [_comparable(row) for row in rows]
    wanted: Sequence[Row] = random.sample(rows, min(len(rows), sample))
    afresh = similarities(reviews, {row["id"] for row in wanted})
    for row in wanted:
        if row["duplicate_similarity"] != afresh[row["id"]]:
            stored, key = row["duplicate_similarity"], (row["connector_id"], row["external_review_id"])
            yield f"{key}: duplicate_similarity is {stored}, comparing afresh gives {afresh[row['id']]}"


def _comparable(row: Row) -> Comparable:
    author = row["author_id"] or row["author_name"]
    return Comparable.of(row["id"], row["review_date"], row["connector_id"], author, row["content"])
