"""The header of a Lua file is its contract: this checks that the code keeps it, and that Python calls all of it."""

from __future__ import annotations

import inspect
import re
from importlib.resources import files

import pytest

from engine.streams import Call, commands, reads
from engine.streams.scripts import load, names
from tests.support.calls import CALLS, OTHER_NAMES, K
from tests.support.lua import functions, literals, numbers_of
from tests.support.queue import Rig

FOLDER = files("engine.streams") / "lua"


def code_of(script: str) -> str:
    """The file's own code, without comments."""
    return re.sub(r"--[^\n]*", "", (FOLDER / f"{script}.lua").read_text())


def included() -> dict[str, str]:
    """Each include's text by its name."""
    folder = FOLDER / "include"
    return {f.name.removesuffix(".lua"): f.read_text() for f in folder.iterdir() if f.name.endswith(".lua")}


@pytest.mark.parametrize("script", names())
def test_every_declared_key_is_used_and_every_used_one_declared(script: str) -> None:
    """KEYS are numbered from 1, each is used, and the code reads more only where the header repeats some."""
    found = load(script)
    used = numbers_of(code_of(script), "KEYS")
    assert used.fixed == set(range(1, len(found.keys) + 1))
    assert used.computed == bool(found.each)


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
    found = load(script)
    for key in (*found.keys, *found.each):
        assert key == "op" or getattr(K, key).startswith(("p:{s}:bucket:", K.base))
    spelled = {text for text in literals(code_of(script)) if ":" in text and not text.startswith("{")}
    assert spelled <= {"wait:", "run:", "set:", "group:"}, "a key literal in Lua"


@pytest.mark.parametrize("script", names())
def test_every_include_exists_and_is_used(script: str) -> None:
    """A file includes what it calls and nothing else."""
    texts = included()
    wanted = re.findall(r"^--- @include (\w+)$", (FOLDER / f"{script}.lua").read_text(), re.MULTILINE)
    for include in wanted:
        assert any(f"{function}(" in code_of(script) for function in functions(texts[include])), (
            f"{include} is not used"
        )
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
def test_what_reads_says_so(script: str) -> None:
    """A script of `reads` has the line that lets it be sent by EVALSHA_RO, one of `commands` has not."""
    reading = {OTHER_NAMES.get(name, name) for name in CALLS if hasattr(reads, name)}
    assert load(script).reads == (script in reading)


@pytest.mark.parametrize("script", names())
def test_the_server_compiles_the_script(bare: Rig, script: str) -> None:
    """The whole text, includes pasted once, is Lua to the server and has the hash that calls name."""
    found = load(script)
    assert "@include" not in found.text
    assert bare.command("SCRIPT", "LOAD", found.text).decode() == found.sha


def test_a_call_that_does_not_fit_its_header_is_refused() -> None:
    """A wrong number of keys or arguments is an error where the call is built, not on the server."""
    show = load("show")
    with pytest.raises(TypeError, match="show takes 3 keys, not 1"):
        Call(show, (K.active,), ["a"], bool)
    with pytest.raises(TypeError, match="show takes 2 arguments, not 3"):
        Call(show, K.of(show.keys), ["a", "b", "c"], bool)
    with pytest.raises(TypeError, match="renew takes 4 arguments, not 1"):
        Call(load("renew"), K.of(load("renew").keys), [1], bool)
