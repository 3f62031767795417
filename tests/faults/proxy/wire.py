"""What clients ask, told from the bytes that they send."""

from __future__ import annotations

import hashlib

from engine.streams.scripts import load, names

_NAMES = {load(name).sha: name for name in names()}


class Requests:
    """Cuts commands out of a client's bytes, in whatever pieces these come."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """The commands that are whole by now, in order: a script's by its own name, others by the command's."""
        self._rest += data
        asked: list[str] = []
        while (found := _first(self._rest)) is not None:
            words, end = found
            del self._rest[:end]
            asked.append(_name(words))
        return asked


def _first(data: bytearray) -> tuple[list[bytes], int] | None:
    """The first two words of the first command and where it ends; None if it is not whole."""
    words: list[bytes] = []
    line = _line(data, 0)
    if line is None:
        return None
    count, at = line
    for _ in range(count):
        line = _line(data, at)
        if line is None or line[1] + line[0] + 2 > len(data):
            return None
        size, at = line
        if len(words) < 2:
            words.append(bytes(data[at : at + size]))
        at += size + 2
    return words, at


def _line(data: bytearray, at: int) -> tuple[int, int] | None:
    """The number that this line gives behind its first character, and where the next begins."""
    end = data.find(b"\r\n", at)
    return None if end < 0 else (int(data[at + 1 : end]), end + 2)


def _name(words: list[bytes]) -> str:
    command = words[0].decode().lower()
    if command.removesuffix("_ro") == "evalsha":
        return _NAMES[words[1].decode()]
    if command.removesuffix("_ro") == "eval":
        return _NAMES[hashlib.sha1(words[1], usedforsecurity=False).hexdigest()]
    return command
