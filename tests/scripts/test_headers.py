"""The header of a Lua file is its contract: this checks that the code keeps it, and that Python calls all of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from engine.streams import Call, Keys, commands, reads
from engine.streams.scripts import load, names
from engine.types import Keep, QueueLimits, State
from tests.support.lua.uses import numbers_of
from tests.support.queue import Rig

FOLDER = files("engine.streams") / "lua"
K, KEEP = Keys("p", "s", "q"), Keep(60)
CALLS: dict[str, Callable[[], Call[Any]]] = {
    "enqueue": lambda: commands.enqueue(K, 1, "op", 60, [commands.NewJob("a", "work", b"{}")]),
    "acquire": lambda: commands.acquire(K, 1, "w", 1, alone=True),
    "settle": lambda: commands.settle(K, 1, [commands.Settle("a", 1, "complete")]),
    "renew": lambda: commands.renew(K, 1, "w", [commands.Holding("a", 1, renew=True)], strays=True, lease_ms=15_000),
    "reclaim": lambda: commands.reclaim(K, 1, ["w"]),
    "cancel": lambda: commands.cancel(K, 1, "a", 1),
    "note": lambda: commands.note(K, 1, [commands.Note("a", 1, "log", b"x")]),
    "prune": lambda: commands.prune(K, 1, {State.COMPLETED: KEEP}),
    "configure": lambda: commands.configure(K, QueueLimits()),
    "set_limits": lambda: commands.set_limits(K, {"rate": "10"}),
    "pause": lambda: commands.pause(K, paused=True),
    "requeue": lambda: commands.requeue(K, 1, 60, [("a", 1)]),
    "promote": lambda: commands.promote(K, 1, [("a", 1)]),
    "repair": lambda: commands.repair(K, 1, [commands.Mark(b"a")]),
    "drop_consumers": lambda: commands.drop_consumers(K, [b"w"]),
    "audit": lambda: reads.audit(K, [commands.Mark(b"a")]),
    "rights": lambda: reads.rights(K, [("PING",)]),
    "counts": lambda: reads.counts(K, 1, KEEP, KEEP),
    "show": lambda: reads.show(K, "a"),
    "follow": lambda: reads.follow(K, "a", ""),
    "limits": lambda: reads.limits(K, 1, 10),
    "stats": lambda: reads.stats(K, 1, 5),
    "recent": lambda: reads.recent(K, "t", 10, 0),
    "list_jobs": lambda: reads.list_jobs(K, State.WAITING, 1),
}
OTHER_NAMES = {
    "configure": "control",
    "set_limits": "control",
    "pause": "control",
    "promote": "requeue",
    "drop_consumers": "repair",
    "follow": "show",
    "list_jobs": "list",
}
"""Functions that are not called like their script: it has several verbs, or Python has the word."""


def code_of(script: str) -> str:
    """The file's own code, without comments."""
    return re.sub(r"--[^\n]*", "", (FOLDER / f"{script}.lua").read_text())


def included() -> dict[str, str]:
    """Each include's text by its name."""
    folder = FOLDER / "include"
    return {f.name.removesuffix(".lua"): f.read_text() for f in folder.iterdir() if f.name.endswith(".lua")}


@pytest.mark.parametrize("script", names())
def test_every_declared_key_is_used_and_every_used_one_declared(script: str) -> None:
    """KEYS are numbered from 1, each is used, and the code uses no other."""
    used = numbers_of(code_of(script), "KEYS")
    assert used.fixed == set(range(1, len(load(script).keys) + 1))
    assert not used.computed


@pytest.mark.parametrize("script", names())
def test_every_declared_argument_is_used_and_every_used_one_declared(script: str) -> None:
    """ARGV are numbered from 1, each is used, and only an open end is read by a computed number."""
    found = load(script)
    fixed = len(found.args) - found.open_ended
    used = numbers_of(code_of(script), "ARGV")
    assert {n for n in used.fixed if n <= fixed} == set(range(1, fixed + 1))
    assert used.computed == found.open_ended


@pytest.mark.parametrize("script", names())
def test_the_header_numbers_without_a_gap_and_says_what_returns(script: str) -> None:
    """The header begins with the file's name, numbers keys and arguments in order and has a `returns` line."""
    header = (FOLDER / f"{script}.lua").read_text().split("\n\n", 1)[0]
    assert header.startswith(f"--- {script}: ")
    assert re.search(r"^-- returns \S", header, re.MULTILINE)
    for table in ("KEYS", "ARGV"):
        numbers = [int(n) for n in re.findall(rf"^-- {table}\[(\d+)", header, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("script", names())
def test_keys_are_declared_by_the_names_of_keys(script: str) -> None:
    """Each declared key is one that `Keys` spells, in the one slot of the queue; the code spells none."""
    for key in load(script).keys:
        assert key == "op" or getattr(K, key).startswith(("p:{s}:bucket:", K.base))
    spelled = {text for text in re.findall(r"'([^'\n]*)'", code_of(script)) if ":" in text}
    assert spelled <= {"wait:", "run:", "set:"} | {t for t in spelled if t.startswith("{")}, "a key literal in Lua"


@pytest.mark.parametrize("script", names())
def test_every_include_exists_and_is_used(script: str) -> None:
    """A file includes what it calls and nothing else."""
    texts = included()
    wanted = re.findall(r"^--- @include (\w+)$", (FOLDER / f"{script}.lua").read_text(), re.MULTILINE)
    for include in wanted:
        functions = re.findall(r"^local function (\w+)", texts[include], re.MULTILINE)
        assert any(f"{function}(" in code_of(script) for function in functions), f"{include} is not used"
    assert len(wanted) == len(set(wanted))


def test_no_include_is_left_over() -> None:
    """Each file of `include` is pasted into some script."""
    everything = "".join((FOLDER / f"{script}.lua").read_text() for script in names()) + "".join(included().values())
    assert all(f"--- @include {include}\n" in everything for include in included())


def test_each_script_has_its_python_function() -> None:
    """Each public function that returns a Call has a script of its name, and no script is without a function."""
    functions = {
        name
        for module in (commands, reads)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__.startswith(module.__name__)
        and not name.startswith("_")
        and str(inspect.signature(function).return_annotation).startswith("Call[")
    }
    assert functions == set(CALLS)
    called = {name: build().script.name for name, build in CALLS.items()}
    assert called == {name: OTHER_NAMES.get(name, name) for name in CALLS}
    assert sorted(set(called.values())) == names()


@pytest.mark.parametrize("script", names())
def test_the_server_compiles_the_script(bare: Rig, script: str) -> None:
    """The whole text, includes pasted once, is Lua to the server and has the hash that calls name."""
    found = load(script)
    assert "@include" not in found.text
    assert bare.command("SCRIPT", "LOAD", found.text).decode() == found.sha


@pytest.mark.parametrize("script", names())
def test_no_global_is_set(script: str) -> None:
    """Each assigned name is local: a global would be shared by all scripts of the server, which refuses it."""
    code = re.sub(r"--[^\n]*", "", load(script).text)
    local_names = set(re.findall(r"\b(?:local|for)\s+(?:function\s+)?([\w, ]+)", code))
    known = {name.strip() for names_ in local_names for name in names_.split(",")}
    parameters = {name.strip() for group in re.findall(r"function\s*\w*\(([^)]*)\)", code) for name in group.split(",")}
    assigned = {
        name.strip() for group in re.findall(r"^\s*(\w+(?:, \w+)*) = ", code, re.MULTILINE) for name in group.split(",")
    }
    assert {name for name in assigned if name not in known | parameters} <= table_fields(code)


def table_fields(code: str) -> set[str]:
    """Names on the left of a `=` inside braces: fields, not variables."""
    return {name for body in re.findall(r"\{([^{}]*)\}", code) for name in re.findall(r"(\w+) = ", body)}


def test_a_call_that_does_not_fit_its_header_is_refused() -> None:
    """A wrong number of keys or arguments is an error where the call is built, not on the server."""
    show = load("show")
    with pytest.raises(TypeError, match="show takes 3 keys, not 1"):
        Call(show, (K.active,), ["a"], bool)
    with pytest.raises(TypeError, match="show takes 2 arguments, not 3"):
        Call(show, K.of(show.keys), ["a", "b", "c"], bool)
    with pytest.raises(TypeError, match="renew takes 4 arguments, not 1"):
        Call(load("renew"), K.of(load("renew").keys), [1], bool)
