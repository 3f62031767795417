"""What a limits editor makes of what was typed."""

from __future__ import annotations

import pytest

from admin_tui.actions.limits import Field, back, settings, texts, what_if
from engine import Limit, SettingError
from tests.support.operator import limits

SHOWN = limits(rate=Limit(5.0, 10.0), burst=Limit(1.0, 2.0), max_active=Limit(4.0))


def test_the_fields_hold_what_was_set() -> None:
    """What is only configured is no text of a field, so that leaving it alone changes nothing."""
    assert texts(SHOWN) == {
        "concurrency": "", "rate": "10", "burst": "2", "max_active": "", "shared_rate": "", "shared_burst": "",
    }  # fmt: skip
    assert settings(SHOWN, texts(SHOWN)) == {}


def test_changed_fields_become_settings() -> None:
    """Only what is another value is set; an emptied field takes back what was set."""
    assert settings(SHOWN, {**texts(SHOWN), "rate": "", "max_active": " 8 "}) == {"rate": None, "max_active": 8}


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("rate", "fast", "rate: give a number, not 'fast'; empty takes back what was set"),
        ("burst", "1.5", "burst: give a whole number, not '1.5'; empty takes back what was set"),
    ],
)
def test_a_text_that_is_no_number(field: Field, text: str, words: str) -> None:
    """It is told which field, and what to give."""
    with pytest.raises(SettingError) as error:
        settings(SHOWN, {field: text})
    assert str(error.value) == words


def test_the_way_back() -> None:
    """A change is undone by what was set before; with a rate comes its burst."""
    assert back(SHOWN, {"rate": 20.0}) == {"rate": 10.0, "burst": 2}
    assert back(SHOWN, {"max_active": 8}) == {"max_active": None}


def test_what_if() -> None:
    """What waits takes as long as the lower of both rates lets it; a reset counts as the configured rate."""
    assert what_if(SHOWN, 1_000, {"rate": 20.0}) == (100.0, 50.0)
    assert what_if(SHOWN, 1_000, {"rate": None}) == (100.0, 200.0)
    assert what_if(SHOWN, 1_000, {"shared_rate": 2.0}) == (100.0, 500.0)
    assert what_if(limits(), 1_000, {"max_active": 3}) == (None, None)
