"""The command line that does the same: each is one that the engine's own parser takes."""

from __future__ import annotations

import shlex

import pytest

from admin_tui.actions.command import command
from admin_tui.actions.deeds import DEEDS, DeedName
from admin_tui.actions.targets import All, Done, Earlier, Jobs, OneQueue, Target
from engine import LimitSettings, Matching
from engine.cli.main import _parser as make_parser  # pyright: ignore[reportPrivateUsage]  the command line as it is
from tests.support.operator import limits, line, operation, queue

HERE = OneQueue("score_run", limits(), queue().counts)


@pytest.mark.parametrize(
    ("name", "target", "reason", "number", "expected"),
    [
        ("retry", Jobs("score_run", (line("a b"),), "failed"), "", 1, "retry score_run 'a b'"),
        ("cancel", Jobs("q", (line("a"), line("b")), "waiting"), "not needed", 2,
         "cancel q a b --reason 'not needed'"),
        ("trash", Jobs("q", (line("--all"),), "failed"), "why", 1, "trash --reason why -- q --all"),
        ("retry", All("q", Matching("failed", "group:a1b2")), "ads back", 874,
         "retry q --in failed --where group:a1b2 --reason 'ads back'"),
        ("retry", All("q", Matching("cancelled")), "", 1_001, "retry q --in cancelled --yes 1001"),
        ("delete", All("q", Matching("trash")), "full", 5, "delete q --in trash --reason full"),
        ("clean", All("q", Matching("completed")), "full", 5, "trash q --in completed --reason full"),
        ("pause", HERE, "incident 4411", 0, "pause score_run --reason 'incident 4411'"),
        ("undo", Done(operation("op-7")), "oops", 5, "undo score_run op-7"),
        ("stop", Done(operation("op-7")), "", 5, "stop score_run op-7"),
    ],
)  # fmt: skip
def test_command(name: DeedName, target: Target, reason: str, number: int, expected: str) -> None:
    """The command names the same jobs, and the engine understands it."""
    made = command(DEEDS[name], target, reason, number=number)
    assert made == f"python -m engine {expected}"
    make_parser().parse_args(shlex.split(made)[3:])


def test_command_of_limits() -> None:
    """Limits are set by their names; what a dialog takes back one by one has no command."""
    changed = LimitSettings(rate=20.0, max_active=8)
    made = command(DEEDS["limits"], HERE, changed=changed)
    assert made == "python -m engine limit score_run --rate 20 --max-active 8"
    make_parser().parse_args(shlex.split(made)[3:])
    assert command(DEEDS["limits"], HERE, changed=LimitSettings(rate=None)) == ""


def test_command_names_the_app() -> None:
    """The app that was given to the admin is given to the engine too."""
    made = command(DEEDS["pause"], HERE, app="shop:app")
    assert made == "python -m engine --app shop:app pause score_run"
    make_parser().parse_args(shlex.split(made)[3:])


def test_where_there_is_no_command() -> None:
    """Many jobs one by one, what was revealed, and a way back of settings are left to the dialog."""
    many = Jobs("q", tuple(line(f"j{n}") for n in range(21)), "failed")
    assert command(DEEDS["retry"], many) == ""
    assert command(DEEDS["reveal"], Jobs("q", (line("a"),), "failed")) == ""
    assert command(DEEDS["undo"], Earlier("q", "resume", LimitSettings())) == ""
