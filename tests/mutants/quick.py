"""A pytest plugin: property tests end at the first example that fails, and keep none; it tells what each test sends."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import msgspec
import pytest
from hypothesis import Phase, settings

from engine.streams.call import Arg, Call

# An example that fails is enough to catch a fault; a smaller one would only take its time.
settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate), database=None)
settings.load_profile("mutants")

SENT = "MUTANTS_SENT"
"""The file that is told, if the environment names one: a line for each test, its id and the scripts that it sent."""
_command = Call[object].command
_sent: set[str] = set()


def _noted(call: Call[object]) -> list[Arg]:
    _sent.add(call.script.name)
    return _command(call)


if SENT in os.environ:
    Call.command = _noted  # type: ignore[method-assign, assignment]  # every call passes here


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What the test and its fixtures sent is told once both have ended."""
    _sent.clear()
    answer = yield
    if SENT in os.environ:
        with Path(os.environ[SENT]).open("ab") as file:
            file.write(msgspec.json.encode((item.nodeid, sorted(_sent))) + b"\n")
    return answer
