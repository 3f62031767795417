"""Redis's protocol, as far as clients write it."""

from __future__ import annotations


def words_of(packed: bytes) -> list[list[bytes]]:
    """The commands in these bytes, each as its words."""
    commands: list[list[bytes]] = []
    at = 0
    while at < len(packed):
        count, at = _number(packed, at)
        words: list[bytes] = []
        for _ in range(count):
            size, at = _number(packed, at)
            words.append(packed[at : at + size])
            at += size + 2
        commands.append(words)
    return commands


def pack(commands: list[list[bytes]]) -> bytes:
    """The commands as a client would write them."""
    parts: list[bytes] = []
    for words in commands:
        parts.append(b"*%d\r\n" % len(words))
        parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"".join(parts)


def _number(packed: bytes, at: int) -> tuple[int, int]:
    end = packed.index(b"\r\n", at)
    return int(packed[at + 1 : end]), end + 2
