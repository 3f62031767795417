"""What `python -m engine` prints as JSON: the same values, and nothing that drives a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine import escape
from engine.cli.output import print_events, print_json
from engine.types import Event

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
@example("\U000e0041\ufff9\x7f\x9b\u202e")
def test_json_is_the_same_value_and_safe(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """Any text of a job comes out as it was; each line is one that `escape` leaves as it is."""
    capsys.readouterr()
    print_json([text])
    out = capsys.readouterr().out
    assert json.loads(out) == [text]
    assert all(escape(line) == line for line in out.split("\n"))
    print_events([Event("play", "1-0", 1, "enqueue", text)], as_json=True)
    line, _, rest = capsys.readouterr().out.partition("\n")
    assert (json.loads(line)["jobId"], escape(line), rest) == (text, line, "")
