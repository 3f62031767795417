"""Lua files as data: their text with its includes, their hash, and the header that says what they take."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files

from msgspec import Struct

_FOLDER = files("engine.streams") / "lua"
_INCLUDE = re.compile(r"^--- @include (\w+)\n", re.MULTILINE)
_KEY = re.compile(r"^-- KEYS\[(\d+)\] (\w+)", re.MULTILINE)
_EACH = re.compile(r"^-- KEYS\[\d+\.\.\.\] \w+ +\w+ each: (.+?)$(?!\n--   )", re.MULTILINE | re.DOTALL)
_READS = "\n-- writes nothing"
_ARG = re.compile(r"^-- ARGV\[(\d+)(\.\.\.)?\] (\w+)", re.MULTILINE)


class Script(Struct, frozen=True):
    """One Lua file, ready to send."""

    name: str
    text: str
    sha: str
    keys: tuple[str, ...]
    args: tuple[str, ...]
    open_ended: bool
    """Whether the last argument of the header stands for any number of them."""
    each: tuple[str, ...] = ()
    """The keys that are given again and again behind the others."""
    reads: bool = False
    """Whether it says that it writes nothing: a user who may only read can send it, and a replica runs it."""


@cache
def load(name: str) -> Script:
    """The script `lua/<name>.lua`, each of its includes pasted once, where it is first named."""
    source = (_FOLDER / f"{name}.lua").read_text()
    header = source[: source.index("\n\n")]
    seen: set[str] = set()

    def paste(found: re.Match[str]) -> str:
        include = found[1]
        if include in seen:
            return ""
        seen.add(include)
        return _INCLUDE.sub(paste, (_FOLDER / "include" / f"{include}.lua").read_text())

    text = _INCLUDE.sub(paste, source)
    args = _ARG.findall(header)
    each = _EACH.search(header)
    return Script(
        name=name,
        text=text,
        sha=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(),
        keys=tuple(key for _, key in _KEY.findall(header)),
        args=tuple(arg for _, _, arg in args),
        open_ended=bool(args and args[-1][1]),
        each=tuple(re.findall(r"\w+", each[1])) if each else (),
        reads=_READS in header,
    )


def names() -> list[str]:
    """The names of all scripts, sorted."""
    return sorted(f.name.removesuffix(".lua") for f in _FOLDER.iterdir() if f.name.endswith(".lua"))
