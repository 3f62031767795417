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
        others = len(keys) - len(script.keys)
        if others < 0 or (others % len(script.each) if script.each else others):
            raise TypeError(f"{script.name} takes {len(script.keys)} keys{_each(script)}, not {len(keys)}")
        fixed = len(script.args) - script.open_ended
        if len(args) < fixed or (len(args) > fixed and not script.open_ended):
            raise TypeError(f"{script.name} takes {fixed} arguments, not {len(args)}")
        self.script, self.keys, self.args, self.decode = script, keys, args, decode

    def command(self) -> list[Arg]:
        """The call by the script's hash."""
        return ["EVALSHA_RO" if self.script.reads else "EVALSHA", self.script.sha, *self._words()]

    def command_with_text(self) -> list[Arg]:
        """The call with the script's whole text, which the server keeps from then on."""
        return ["EVAL_RO" if self.script.reads else "EVAL", self.script.text, *self._words()]

    def _words(self) -> list[Arg]:
        return [len(self.keys), *self.keys, *self.args]


def _each(script: Script) -> str:
    return f" and then {len(script.each)} for each queue" if script.each else ""
