"""Redis's protocol, as far as clients write it."""

from __future__ import annotations


def pack(commands: list[list[bytes]]) -> bytes:
    """The commands as a client would write them."""
    parts: list[bytes] = []
    for words in commands:
        parts.append(b"*%d\r\n" % len(words))
        parts += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"".join(parts)
