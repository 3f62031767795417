"""The error tree: its drawing in the docstring is the one that the classes make."""

from __future__ import annotations

import inspect
import re

import pytest

from engine import errors
from engine.errors import EngineError, Snooze, UnrecoverableError

CLASSES = {
    name: error
    for name, error in inspect.getmembers(errors, inspect.isclass)
    if error.__module__ == errors.__name__ and issubclass(error, Exception)
}


def drawn() -> dict[str, str | None]:
    """Each error of the module's docstring and the one that it is drawn under."""
    parents: list[tuple[int, str]] = []
    tree: dict[str, str | None] = {}
    for indent, name in re.findall(r"^( *)[*+-] (\w+)", errors.__doc__ or "", re.MULTILINE):
        parents = [parent for parent in parents if parent[0] < len(indent)]
        tree[name] = parents[-1][1] if parents else None
        parents.append((len(indent), name))
    return tree


def test_the_drawn_tree_is_the_real_one() -> None:
    """Every class is drawn once, under its base; the roots are plain exceptions."""
    bases = {name: error.__mro__[1] for name, error in CLASSES.items()}
    assert drawn() == {name: None if base is Exception else base.__name__ for name, base in bases.items()}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_each_error_says_what_it_means(name: str) -> None:
    """In the drawing, and in a sentence of its own."""
    sentence = inspect.cleandoc(CLASSES[name].__doc__ or "")
    assert sentence.endswith(".")
    if name != "EngineError":
        assert re.search(rf"[*+-] {name} +\S", errors.__doc__ or "")


def test_exit_codes_are_the_stated_ones() -> None:
    """1 the job or check failed, 2 bad input, 3 unreachable, 4 the app refused to start."""
    codes = {name: error.exit_code for name, error in CLASSES.items() if issubclass(error, EngineError)}
    assert {name for name, code in codes.items() if code == 2} == {
        "SettingError",
        "UnknownQueue",
        "UnknownJob",
        "PayloadError",
    }
    assert {name for name, code in codes.items() if code == 3} == {
        "Unreachable",
        "EnqueueUnknown",
        "StoreMisused",
        "EmbeddedError",
    }
    assert {name for name, code in codes.items() if code == 4} == {"StartRefused"}
    assert set(codes.values()) == {1, 2, 3, 4}


def test_what_handlers_raise_is_no_error_of_the_engine() -> None:
    """Code that catches EngineError never swallows a handler's word to the engine."""
    assert not issubclass(Snooze, EngineError)
    assert not issubclass(UnrecoverableError, EngineError)


def test_a_snooze_tells_its_delay_and_reason() -> None:
    """The text is the reason, or says for how long."""
    assert (Snooze(2.5).delay_s, str(Snooze(2.5))) == (2.5, "snoozed for 2.5 s")
    assert str(Snooze(0, "rate limited")) == "rate limited"
