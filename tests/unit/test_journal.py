"""Transitions in the log: which fields they have, how loud they are, and what they cost when nobody listens."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import journal
from engine.journal import LEVELS, Journal, error_text, names_in, tell, wants
from tests.support.runs import delivery

PAYLOAD = b'{"tenantId":"t1","correlationId":"c1","text":"x"}'


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that the journal tells."""
    caplog.set_level(logging.DEBUG, "engine.jobs")
    return caplog


def test_a_delivery_has_every_field(heard: pytest.LogCaptureFixture) -> None:
    """The record carries them as attributes, as if given by `extra`, and a text made of them."""
    Journal("w1", {"q": "tenantId"}).tell("complete", delivery("a", 7, payload=PAYLOAD, attempts=2), durationMs=12)
    (record,) = heard.records
    assert (record.name, record.levelno) == ("engine.jobs", logging.INFO)
    found = vars(record)
    expected = {
        "event": "complete",
        "queue": "q",
        "jobId": "a",
        "tenantId": "t1",
        "correlationId": "c1",
        "workerId": "w1",
        "attempt": 3,
        "fence": 7,
        "durationMs": 12,
    }
    assert {name: found[name] for name in expected} == expected
    assert record.getMessage() == (
        "complete queue=q jobId=a tenantId=t1 correlationId=c1 workerId=w1 attempt=3 fence=7 durationMs=12"
    )


def test_an_event_without_a_delivery(heard: pytest.LogCaptureFixture) -> None:
    """It has what is known: the queue, perhaps a job, and who tells it."""
    Journal("w1", {}).tell_of("reclaim", "q", "a", error="silent")
    tell("pause", "q")
    assert [record.getMessage() for record in heard.records] == [
        "reclaim queue=q jobId=a workerId=w1 error=silent",
        "pause queue=q",
    ]


def test_a_text_of_a_job_forges_no_line(heard: pytest.LogCaptureFixture) -> None:
    """Line breaks and controls in an id or an error are shown as escapes, also by others' formatters."""
    tell("fail", "q", "a\ncomplete queue=q", error="\x1b[2J\u202e")
    assert heard.records[0].getMessage() == r"fail queue=q jobId=a\ncomplete queue=q error=\x1b[2J\u202e"


def test_nothing_is_looked_at_for_a_level_that_is_off(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disabled event leaves no record, and its payload is not parsed."""
    caplog.set_level(logging.WARNING, "engine.jobs")
    monkeypatch.setattr(journal, "names_in", None)
    assert not wants("complete")
    Journal("w1", {"q": "tenantId"}).tell("complete", delivery(payload=PAYLOAD))
    tell("pause", "q")
    assert caplog.records == []


def test_levels() -> None:
    """What ends well is info, what is tried again or taken back a warning, what fails an error, the rest debug."""
    by_level: dict[int, list[str]] = {}
    for event, level in LEVELS.items():
        by_level.setdefault(level, []).append(event)
    assert by_level[logging.ERROR] == ["fail"]
    assert by_level[logging.WARNING] == ["retry", "reclaim", "lost", "timeout"]
    assert by_level[logging.DEBUG] == ["enqueue", "acquire", "prune"]


@pytest.mark.parametrize(
    ("payload", "group_by", "names"),
    [
        (PAYLOAD, "tenantId", {"tenantId": "t1", "correlationId": "c1"}),
        (b'{"shop":"s","correlationId":"c"}', "shop", {"tenantId": "s", "correlationId": "c"}),
        (PAYLOAD, None, {"correlationId": "c1"}),
        (PAYLOAD, "correlationId", {"correlationId": "c1"}),
        (b'{"tenantId":7,"correlationId":["c"]}', "tenantId", {}),
        (b'{"tenantId":"","correlationId":null}', "tenantId", {}),
        (b"[1]", "tenantId", {}),
        (b"no json", "tenantId", {}),
        (b'{"tenantId":"\xff"}', "tenantId", {}),
        (b"", "tenantId", {}),
        (b"[" * 100_000, "tenantId", {}),
    ],
    ids=lambda value: str(value)[:20],
)
def test_names_of_a_payload(payload: bytes, group_by: str | None, names: dict[str, str]) -> None:
    """Texts that are there; nothing of another kind, and no error for a payload that is none."""
    assert names_in(payload, group_by) == names


@given(st.binary() | st.dictionaries(st.text(), st.text() | st.integers()).map(msgspec.json.encode))
def test_no_payload_breaks_a_line(payload: bytes) -> None:
    """Whatever is in the queue, names are short texts or absent."""
    names: dict[str, Any] = names_in(payload, "tenantId")
    assert all(isinstance(text, str) and text for text in names.values())


def test_a_long_name_is_cut() -> None:
    """A line stays a line: 200 bytes of a name, and a mark."""
    name = names_in(msgspec.json.encode({"tenantId": "ü" * 5_000}), "tenantId")["tenantId"]
    assert len(name.encode()) <= 200
    assert "cut" in name


def test_the_error_of_a_failure() -> None:
    """The exception's name and text, without the stack."""
    assert error_text(b'{"type":"ValueError","message":"no","stack":"File"}') == "ValueError: no"
