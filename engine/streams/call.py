"""A script call as data: who sends it decides how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from engine.streams.scripts import Script

R = TypeVar("R")
Arg = str | bytes | int


class Call(Generic[R]):
    """One call of one script, and the function that makes a typed value of its reply.

    Its keys and arguments are checked against the script's header when it is built.
    """

    __slots__ = ("args", "decode", "keys", "script")

    def __init__(self, script: Script, keys: tuple[str, ...], args: list[Arg], decode: Callable[[Any], R]) -> None:
        if len(keys) != len(script.keys):
            raise TypeError(f"{script.name} takes {len(script.keys)} keys, not {len(keys)}")
        fixed = len(script.args) - script.open_ended
        if len(args) < fixed or (len(args) > fixed and not script.open_ended):
            raise TypeError(f"{script.name} takes {fixed} arguments, not {len(args)}")
        self.script, self.keys, self.args, self.decode = script, keys, args, decode

    def command(self) -> list[Arg]:
        """The call as the words of EVALSHA."""
        return ["EVALSHA", self.script.sha, len(self.keys), *self.keys, *self.args]
