"""What the two jobs take: names, optional fields, dates, and errors that name the field."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.dates import day, moment, wire
from jobs.payloads import IngestReviews, ScoreRun

INGEST: dict[str, Any] = {"tenantId": "tenant-1", "connectorId": "connector-1"}
SCORE: dict[str, Any] = {"tenantId": "tenant-1", "periodStart": "2024-01-01", "periodEnd": "2024-01-31"}
AWARE = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.timezones() | st.just(UTC),
    allow_imaginary=False,
)


def ingest(**fields: Any) -> IngestReviews:
    return msgspec.json.decode(msgspec.json.encode(INGEST | fields), type=IngestReviews)


def score(**fields: Any) -> ScoreRun:
    return msgspec.json.decode(msgspec.json.encode(SCORE | fields), type=ScoreRun)


def test_the_wire_is_camel_case_and_lean() -> None:
    """On the wire are the document's names, and nothing that was not given."""
    payload = IngestReviews(tenant_id="t", connector_id="c", since_date="2024-01-01", max_reviews=5)
    assert msgspec.to_builtins(payload) == {
        "tenantId": "t",
        "connectorId": "c",
        "sinceDate": "2024-01-01",
        "maxReviews": 5,
    }


def test_every_field_of_the_document_is_taken() -> None:
    """All fields that the document names are read, also from JavaScript's null."""
    full = ingest(sinceDate=None, forceFullSync=True, maxReviews=10_000, triggeredById="u", correlationId="r")
    assert (full.force_full_sync, full.max_reviews, full.triggered_by_id) == (True, 10_000, "u")
    run = score(
        parameterVersionId="p",
        ruleSetVersionId="r",
        branchId="b",
        computeFixScores=True,
        fixScoresSince="2024-01-01",
        triggeredById="u",
        createdAt="2024-02-01T08:00:00.000Z",
    )
    assert (run.parameter_version_id, run.rule_set_version_id, run.compute_fix_scores) == ("p", "r", True)
    assert run.fixes_since == datetime(2024, 1, 1, tzinfo=UTC)
    assert run.created_at == datetime(2024, 2, 1, 8, tzinfo=UTC)


def test_unknown_fields_are_no_error() -> None:
    """A newer web application may send more than this worker knows."""
    assert ingest(colour="blue") == ingest()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"tenantId": None}, "tenantId"),
        ({"connectorId": ""}, "connectorId"),
        ({"maxReviews": 0}, "maxReviews"),
        ({"maxReviews": 10_001}, "maxReviews"),
        ({"maxReviews": "5"}, "maxReviews"),
        ({"forceFullSync": "yes"}, "forceFullSync"),
        ({"sinceDate": "yesterday"}, "sinceDate"),
        ({"sinceDate": "2024-02-30"}, "sinceDate"),
        ({"sinceDate": "2024-01-31T10:00:00"}, "sinceDate"),
        ({"sinceDate": 1_706_659_200}, "sinceDate"),
        ({"createdAt": "2024-01-31T10:00:00"}, "createdAt"),
    ],
)
def test_a_wrong_ingest_field_is_named(fields: dict[str, Any], name: str) -> None:
    """What does not fit is refused with the field's name as it is on the wire."""
    with pytest.raises(msgspec.ValidationError, match=name):
        ingest(**fields)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"periodStart": "2024-02-01"}, "periodEnd"),
        ({"periodEnd": "2025-01-01"}, "periodEnd"),
        ({"periodStart": "01/01/2024"}, "periodStart"),
        ({"periodEnd": "2024-01-31T00:00:00"}, "periodEnd"),
        ({"fixScoresSince": "soon"}, "fixScoresSince"),
        ({"parameterVersionId": ""}, "parameterVersionId"),
    ],
)
def test_a_wrong_score_field_is_named(fields: dict[str, Any], name: str) -> None:
    """The same holds for score runs, their period's order and length included."""
    with pytest.raises(msgspec.ValidationError, match=name):
        score(**fields)


def test_a_missing_field_is_named() -> None:
    """A payload without a tenant is refused by that name."""
    with pytest.raises(msgspec.ValidationError, match="tenantId"):
        msgspec.json.decode(b'{"connectorId": "c"}', type=IngestReviews)


@pytest.mark.parametrize("end", ["2024-01-01", "2024-12-31"])
def test_a_day_and_a_leap_year_are_periods(end: str) -> None:
    """A period of one day and one of 366 days (a difference of 365) are both taken."""
    assert score(periodEnd=end).end == date.fromisoformat(end)


def test_javascript_dates_are_utc_days() -> None:
    """What JavaScript's toISOString gives for a day means that day."""
    run = score(periodStart="2024-01-31T00:00:00.000Z", periodEnd="2024-01-31T23:59:59.999Z")
    assert run.start == run.end == date(2024, 1, 31)


def test_offsets_count() -> None:
    """The UTC date part of a time with another offset may be another day."""
    assert day("2024-02-01T01:00:00+02:00", "x") == date(2024, 1, 31)
    assert day(datetime(2024, 2, 1, 1, tzinfo=timezone(timedelta(hours=2))), "x") == date(2024, 1, 31)


def test_a_bare_date_is_midnight_utc() -> None:
    """`sinceDate` without a time begins with the day in UTC."""
    assert ingest(sinceDate="2024-01-31").since == datetime(2024, 1, 31, tzinfo=UTC)


def test_a_naive_datetime_is_refused() -> None:
    """A datetime without a zone is refused by the field's name, whoever gives it."""
    with pytest.raises(ValueError, match=r"sinceDate is a datetime without a zone"):
        moment(datetime(2024, 1, 31), "sinceDate")  # noqa: DTZ001 - the point of the test


@given(AWARE)
def test_moments_survive_the_wire(at: datetime) -> None:
    """Any aware datetime means the same instant after it was written and read."""
    # In UTC: Python calls two zones unequal at an hour that a clock change repeats.
    assert moment(wire(at), "x") == at.astimezone(UTC)


@given(st.dates())
def test_days_survive_the_wire(one: date) -> None:
    """Any date means itself after it was written and read."""
    assert day(one.isoformat(), "x") == day(one, "x") == one


@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Whatever is given is a moment in UTC or a ValueError that names the field."""
    try:
        assert moment(text, "field").utcoffset() == timedelta(0)
    except ValueError as error:
        assert "field" in str(error)  # noqa: PT017 - either outcome is right


@given(AWARE, st.integers(0, 9))
def test_any_fraction_is_taken(at: datetime, digits: int) -> None:
    """Fractions of 0 to 9 digits are read; what lies past the microsecond is dropped."""
    whole = at.replace(microsecond=0)
    fraction = f".{'9' * digits}" if digits else ""
    text = f"{whole.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S')}{fraction}Z"
    assert 0 <= (moment(text, "x") - whole).total_seconds() < 1
