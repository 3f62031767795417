"""What each package offers: its `__all__` is sorted, complete and true."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import engine

PACKAGES = ["engine", "engine.backoff", "engine.doctor", "engine.embedded", "engine.streams", "engine.testing"]


def order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, each by name."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def offered(module: ModuleType) -> set[str]:
    """The public names of a package that are no modules."""
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_sorted_and_complete(package: str) -> None:
    """Every public name that the package imports is in `__all__`, once, in order; and nothing else is."""
    module = importlib.import_module(package)
    assert module.__all__ == sorted(set(module.__all__), key=order)
    assert set(module.__all__) == offered(module)


def test_every_error_is_public() -> None:
    """Whoever embeds the engine can name what it raises."""
    from engine import errors  # noqa: PLC0415 - its members are listed here only

    raised = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert raised <= set(engine.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_says_what_it_is(package: str) -> None:
    """Classes and functions have a docstring whose first line is a sentence."""
    module = importlib.import_module(package)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            first = (inspect.getdoc(value) or "").split("\n")[0]
            assert first, f"{package}.{name} has no docstring"


def test_every_module_has_a_docstring() -> None:
    """The first line of a file says what it is for."""
    for found in pkgutil.walk_packages(engine.__path__, "engine."):
        if not found.name.endswith("__main__"):
            assert importlib.import_module(found.name).__doc__, found.name
