"""What a script's header says of its reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import cast

from msgspec import Struct

_FOLDER = files("engine.streams") / "lua"
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_CODES = re.compile(r"\w+(?: \| \w+)+")
_FLAG = re.compile(r"(\w+) 1\|0")


class Header(Struct, frozen=True):
    """The text above a script's code, and what it says that the script answers.

    `codes` are the words of every `a | b (why) | c` in its `returns`, `flags` the names of every `name 1|0`.
    """

    text: str
    codes: frozenset[str]
    flags: frozenset[str]


@cache
def header_of(script: str) -> Header:
    """The header of a script."""
    text = (_FOLDER / f"{script}.lua").read_text().split("\n\n", 1)[0]
    returns = text.partition("\n-- returns ")[2]
    plain = " ".join(_IN_BRACKETS.sub("", " ".join(line.removeprefix("--") for line in returns.splitlines())).split())
    codes = frozenset(word for found in _CODES.findall(plain) for word in found.split(" | "))
    return Header(text, codes, frozenset(_FLAG.findall(plain)))


def codes_in(script: str, reply: object) -> list[str]:
    """The words of a raw reply that are codes of the script's header, as often as they are there."""
    codes = header_of(script).codes
    return [word for word in words(reply) if word in codes]


def words(reply: object) -> Iterator[str]:
    """Every text of a raw reply, however deep."""
    if isinstance(reply, list):
        for part in cast("list[object]", reply):
            yield from words(part)
    elif isinstance(reply, bytes):
        yield reply.decode(errors="backslashreplace")
