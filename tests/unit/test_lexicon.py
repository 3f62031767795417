"""The lexicon: what English and Afrikaans reviews sound like, and what must not mislead it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.scoring.text import Lexicon

lexicon = Lexicon()


def score(text: str) -> float:
    found = lexicon.read(text).score
    assert found is not None, f"no opinion in {text!r}"
    return found


@pytest.mark.parametrize(
    "text",
    [
        "The food was delicious and the staff friendly.",
        "Absolutely wonderful evening, we will be back!",
        "We could not fault it",
        "No complaints from us",
        "Die kos was heerlik en die diens vriendelik.",
        "Baie lekker, ons kom beslis weer.",
        "Vreeslik lekker koffie",
        "Terribly good cake",
    ],
)
def test_praise_is_positive(text: str) -> None:
    """Praise scores above 0.2 in both languages."""
    assert score(text) > 0.2


@pytest.mark.parametrize(
    "text",
    [
        "The food was cold and the waiter rude.",
        "Worst lunch ever, never again.",
        "We will not be back.",
        "The steak was not good.",
        "I wouldn't recommend it",
        "Die kos was koud en die kelner onbeskof.",
        "Die pasta was nie lekker nie.",
        "Ons sal nie weer kom nie.",
        "Ek beveel dit nie aan nie.",
        "Vreeslik!",
    ],
)
def test_complaints_are_negative(text: str) -> None:
    """Complaints score below -0.2 in both languages, negated praise among them."""
    assert score(text) < -0.2


@pytest.mark.parametrize(
    "text", ["Die tafel by die venster", "We sat by the window on Friday.", "Intrude", "12:30", ""]
)
def test_no_opinion_is_none(text: str) -> None:
    """Text without an opinion has no score: "die" is an article, and "intrude" does not hold "rude"."""
    assert lexicon.read(text).score is None


def test_unclean_is_not_clean() -> None:
    """A word counts as a whole: "unclean" is a complaint."""
    assert score("The tables were unclean") < -0.2 < 0.2 < score("The tables were clean")


def test_strong_words_strengthen() -> None:
    """Praise is better for a "very" before it, and "slightly dry" is less bad than "dry"."""
    assert score("very good") > score("good")
    assert score("slightly dry") > score("dry")
    assert score("baie goed") > score("goed")


def test_what_follows_but_counts_more() -> None:
    """The side after "but" decides, in both languages, whichever way it turns."""
    assert score("The food was good but the service was bad") < 0 < score("The service was bad but the food was good")
    assert score("Die kos was goed maar die diens was swak") < 0 < score("Die diens was swak maar die kos was goed")


def test_negation_ends_with_its_clause() -> None:
    """What is denied in one clause is not denied in the next, and a closing "nie" denies nothing more."""
    assert score("No parking, great food") > 0
    assert score("Dit was nie sleg nie en die wyn was puik") > 0.3


def test_phrases_deny_nothing_else() -> None:
    """The "not" of "not bad" is used up by its phrase."""
    assert score("Not bad and good value") > score("Not bad") > 0


def test_clauses_are_scored_apart() -> None:
    """A text's clauses keep their own scores."""
    clauses = lexicon.read("The food was lovely, but the service was terrible. We came on Friday.").clauses
    assert [clause.text for clause in clauses] == [
        "The food was lovely",
        "the service was terrible",
        "We came on Friday",
    ]
    food, service, friday = (clause.score for clause in clauses)
    assert food is not None
    assert service is not None
    assert food > 0.5
    assert service < -0.5
    assert friday is None


def test_apostrophes_of_either_kind() -> None:
    """A typographic apostrophe reads as a plain one."""
    assert score("It wasn’t good") == score("It wasn't good") < 0


@given(st.text(max_size=300))
def test_any_text_has_a_bounded_score(text: str) -> None:
    """Whatever the text, its scores lie in [-1, 1] and reading it again gives the same."""
    reading = lexicon.read(text)
    assert all(-1 <= one <= 1 for one in (reading.score, *(c.score for c in reading.clauses)) if one is not None)
    assert lexicon.read(text) == reading
