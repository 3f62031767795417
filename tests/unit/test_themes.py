"""Themes: which a text names, by whose words, and how their clauses feel."""

from __future__ import annotations

import pytest

from jobs.scoring.text import Lexicon, Mention, ThemeMatcher, ThemeRecord, ThemeSet, effective_themes

NAMES = [
    "Food Quality",
    "Service",
    "Wait Time",
    "Ambiance",
    "Cleanliness",
    "Value for Money",
    "Menu Variety",
    "Portion Size",
    "Location",
]
SYSTEM = [ThemeRecord(name, None, name) for name in NAMES]
lexicon = Lexicon()


def mentions(text: str, themes: ThemeSet | None = None) -> dict[str, Mention]:
    matcher = ThemeMatcher(themes or effective_themes(SYSTEM))
    return {mention.theme_id: mention for mention in matcher.mentions(lexicon.read(text))}


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("The food was good", {"Food Quality"}),
        ("Our waitress was lovely", {"Service"}),
        ("We waited for 40 minutes", {"Wait Time"}),
        ("Great music", {"Ambiance"}),
        ("Spotless toilets", {"Cleanliness"}),
        ("Overpriced!", {"Value for Money"}),
        ("A big selection", {"Menu Variety"}),
        ("Tiny portions", {"Portion Size"}),
        ("Easy parking", {"Location"}),
        ("Die kos was heerlik", {"Food Quality"}),
        ("Die diens was swak en stadig", {"Service", "Wait Time"}),
        ("Die spyskaart is klein", {"Menu Variety"}),
        ("Te duur", {"Value for Money"}),
        ("Vuil badkamers", {"Cleanliness"}),
        ("Maklike parkering", {"Location"}),
        ("Klein porsies", {"Portion Size"}),
        ("Gesellige atmosfeer", {"Ambiance"}),
        ("A lovely evening", set[str]()),
    ],
)
def test_system_themes_are_known_in_both_languages(text: str, themes: set[str]) -> None:
    """The nine themes are found by their own words, English and Afrikaans."""
    assert set(mentions(text)) == themes


@pytest.mark.parametrize("text", ["They intrude", "A foodie", "Disservice", "The waiters' prewar car"])
def test_words_count_as_wholes(text: str) -> None:
    """A theme's word inside another word names nothing."""
    assert set(mentions(text)) - {"Service"} == set()


def test_each_theme_has_its_own_clauses() -> None:
    """Praise of the food and blame of the service score apart."""
    found = mentions("The food was lovely, but the service was terrible.")
    food, service = found["Food Quality"], found["Service"]
    assert food.score is not None
    assert service.score is not None
    assert food.score > 0.5
    assert service.score < -0.5
    assert (food.excerpt, service.excerpt) == ("The food was lovely", "the service was terrible")


def test_a_mention_is_the_mean_of_its_clauses() -> None:
    """Clauses without an opinion do not count; if none tells one, the mention has no score."""
    text = "The food was good. The food was bad. We ordered food at noon."
    scores = [clause.score for clause in lexicon.read(text).clauses]
    good, bad, _ = scores
    assert good is not None
    assert bad is not None
    assert mentions(text)["Food Quality"].score == pytest.approx((good + bad) / 2)
    assert mentions("We ordered food at noon")["Food Quality"].score is None


def test_longer_phrases_win() -> None:
    """The "wait staff" are about service, not about waiting."""
    assert set(mentions("The wait staff")) == {"Service"}


def test_more_words_make_a_mention_surer() -> None:
    """Confidence grows with the words found, up to 0.9."""
    assert mentions("The food")["Food Quality"].confidence == pytest.approx(0.6)
    assert mentions("The food, dishes, meals, taste, flavour and bread")["Food Quality"].confidence == 0.9


def test_an_organisation_overrides_by_name() -> None:
    """Its theme of the same name takes the system's place, with its own words; others are added."""
    own = [ThemeRecord("own", "o1", "service", ("Crew",)), ThemeRecord("coffee", "o1", "Coffee", ("flat white",))]
    themes = effective_themes([*own, *SYSTEM])
    assert "Service" not in themes.names
    assert set(mentions("The crew and the waiter", themes)) == {"own"}
    assert set(mentions("A Flat  White", themes)) == {"coffee"}


def test_an_organisation_can_switch_a_theme_off() -> None:
    """An inactive theme of its own hides the system's."""
    themes = effective_themes([*SYSTEM, ThemeRecord("own", "o1", "Location", is_active=False)])
    assert mentions("Easy parking", themes) == {}


def test_a_theme_without_words_has_those_of_its_name() -> None:
    """An organisation's Service without words is found by the system's."""
    themes = effective_themes([*SYSTEM, ThemeRecord("own", "o1", "Service")])
    assert set(mentions("The waiter", themes)) == {"own"}


def test_versions_tell_sets_apart() -> None:
    """The version follows the themes and their words, not their order."""
    themes = effective_themes(SYSTEM)
    assert themes.version == effective_themes(reversed(SYSTEM)).version
    assert themes.version != effective_themes(SYSTEM[1:]).version
    assert themes.version != effective_themes([*SYSTEM, ThemeRecord("x", "o1", "Service", ("crew",))]).version


def test_no_theme_names_nothing() -> None:
    """Without themes, and with a theme that has no words, nothing is found."""
    assert mentions("The food", effective_themes([ThemeRecord("x", "o1", "Unheard of")])) == {}
