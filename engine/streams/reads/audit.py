"""Reads of what is wrong: with jobs, and with the rights of the connection's user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from engine.streams.call import Arg, Call
from engine.streams.commands.build import build
from engine.streams.commands.repair import Fault, Mark, fault_of
from engine.streams.keys import Keys


class Odd(Struct, frozen=True):
    """What is wrong with one job; `state` and `run` are its record's, empty and 0 if it has none that can be read."""

    mark: Mark
    fault: Fault
    state: str
    run: int


def audit(k: Keys, marks: Sequence[Mark]) -> Call[list[Odd]]:
    """Where the records of these jobs and the places that name jobs disagree, decided at one moment."""
    args: list[Arg] = []
    for mark in marks:
        args += (mark.id, mark.place)

    def decode(reply: list[bytes]) -> list[Odd]:
        rows = [reply[i : i + 4] for i in range(0, len(reply), 4)]
        return [
            Odd(marks[int(number) - 1], fault_of(fault), state.decode(errors="replace"), int(run))
            for number, fault, state, run in rows
        ]

    return build("audit", k, args, decode, len(marks))


def rights(k: Keys, commands: Sequence[Sequence[str]]) -> Call[list[bool | None]]:
    """Whether the connection's user may send each of these commands; None: this server cannot tell."""
    args: list[Arg] = []
    for words in commands:
        args += (len(words), *words)
    meaning = {b"1": True, b"0": False}

    def decode(reply: list[Any]) -> list[bool | None]:
        return [meaning.get(answer) for answer in reply]

    return build("rights", k, args, decode, len(commands))
