"""Which failures count as one: those that differ only in what varies from job to job."""

from __future__ import annotations

import pytest

from engine.fingerprint import fingerprint, plain
from engine.types import Failure

STACK = """  File "/srv/app/jobs/handler.py", line 30, in run
    await store(row)
  File "/srv/app/jobs/store.py", line 7, in store
    raise ValueError(row)
"""


def test_a_fingerprint_is_twelve_hex_digits() -> None:
    """The same for the same failure, in every process."""
    assert fingerprint(Failure("ValueError", "no")) == "6691e4a182f2"
    assert fingerprint(Failure("ValueError", "no", STACK)) == "c827b1eba9ae"


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        ("review 4711 of 12,5 stars", "review <n> of <n> stars"),
        ("no run 3f2b8c1e-90aa-4cde-8f00-1234567890ab", "no run <uuid>"),
        ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8 is gone", "commit <hex> is gone"),
        ("<Row object at 0x7f3a10>", "<Row object at <hex>>"),
        ("no key 'ingest:42' in \"reviews\"", "no key <text> in <text>"),
        ("GET https://a.example/x?page=3 said 503", "GET <url> said <n>"),
        ("a  decade\n of   facade", "a decade of facade"),
        ("at 12:30:05 on 2026-01-31", "at <n> on <n>-<n>-<n>"),
    ],
)
def test_what_varies_is_left_out(message: str, seen: str) -> None:
    """Numbers, hashes, addresses and quoted texts; words stay, and so does their order."""
    assert plain(message) == seen


def test_the_same_error_elsewhere_in_the_code_is_another() -> None:
    """File and function of the innermost frame count; its line and its folder do not, nor what called it."""
    here = fingerprint(Failure("ValueError", "no", STACK))
    moved = STACK.replace("line 7", "line 70").replace("/srv/app/jobs/store", "C:\\app\\store").replace("run", "walk")
    assert fingerprint(Failure("ValueError", "no", moved)) == here
    assert fingerprint(Failure("ValueError", "no", STACK.replace("in store", "in load"))) != here
    assert fingerprint(Failure("ValueError", "no", STACK.replace("store.py", "load.py"))) != here
    assert fingerprint(Failure("ValueError", "no")) != here


def test_another_name_or_another_sentence_is_another_failure() -> None:
    """Parts are told apart: no text of one can pass for another."""
    prints = {
        fingerprint(failure)
        for failure in (Failure("A", "b"), Failure("A", "c"), Failure("C", "b"), Failure("Ab", ""), Failure("", "Ab"))
    }
    assert len(prints) == 5


def test_any_text_has_a_fingerprint() -> None:
    """However long it is, and where it is no text at all; only its beginning is looked at."""
    assert fingerprint(Failure("A", "\ud800")) != fingerprint(Failure("A", ""))
    assert fingerprint(Failure("A", "x" * 2_000)) == fingerprint(Failure("A", "x" * 1_000_000))
