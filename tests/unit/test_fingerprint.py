"""The fingerprint: the same for the same run, another for whatever could change a score."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec import structs

from jobs.scoring.default_rules import default_rules
from jobs.scoring.fingerprint import Basis, Stamp, fingerprint
from jobs.scoring.period import Period

BASIS = Basis(
    period=Period.of(date(2026, 1, 1), date(2026, 1, 31), "UTC"),
    parameters="a1",
    rules_id="default",
    rules=default_rules(),
    text_model="lexicon-1",
    extractor="words-1",
    theme_set="abc",
)
STAMPS = [Stamp("b", 1, removed=False, duplicate_of=None), Stamp("a", 2, removed=False, duplicate_of=None)]


def test_the_same_run_has_the_same_fingerprint() -> None:
    """It is 64 hex digits, and the same again for the same values."""
    read = structs.replace(BASIS, rules=default_rules())
    assert fingerprint(BASIS, STAMPS) == fingerprint(read, list(STAMPS))
    assert len(bytes.fromhex(fingerprint(BASIS, []))) == 32


@pytest.mark.parametrize(
    "stamps",
    [
        STAMPS[:1],
        STAMPS[::-1],
        [Stamp("b", 2, removed=False, duplicate_of=None), STAMPS[1]],
        [Stamp("b", 1, removed=True, duplicate_of=None), STAMPS[1]],
        [Stamp("b", 1, removed=False, duplicate_of="a"), STAMPS[1]],
    ],
)
def test_other_reviews_are_told_apart(stamps: list[Stamp]) -> None:
    """A review's absence, place, version, removal and original each count."""
    assert fingerprint(BASIS, stamps) != fingerprint(BASIS, STAMPS)


@pytest.mark.parametrize(
    "changed",
    [
        structs.replace(BASIS, period=Period.of(date(2026, 1, 1), date(2026, 1, 30), "UTC")),
        structs.replace(BASIS, period=Period.of(date(2026, 1, 1), date(2026, 1, 31), "Africa/Johannesburg")),
        structs.replace(BASIS, parameters="a2"),
        structs.replace(BASIS, rules_id="s1"),
        structs.replace(BASIS, rules=structs.replace(default_rules(), default_confidence_weight=0.9)),
        structs.replace(BASIS, text_model="lexicon-2"),
        structs.replace(BASIS, extractor="words-2"),
        structs.replace(BASIS, theme_set="abd"),
    ],
)
def test_another_way_to_score_is_told_apart(changed: Basis) -> None:
    """Period, zone, parameters, rules, text model, extractor and themes each count."""
    assert fingerprint(changed, STAMPS) != fingerprint(BASIS, STAMPS)
