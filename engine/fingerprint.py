"""Which failures are one: the fingerprint of an error, the same whenever only ids, numbers or texts in it vary."""

from __future__ import annotations

import re
from hashlib import blake2b

from engine.types import Failure

_MOST = 2_000
"""Characters of a message that are looked at."""
_VARYING = (
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"\bhttps?://[^\s'\"<>]+"), "<url>"),
    (re.compile(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`"), "<text>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<hex>"),
    # A word of digits and letters up to f with a digit in it: a hash, or the id of an object. `decade` is none.
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{8,}\b", re.IGNORECASE), "<hex>"),
    (re.compile(r"\d+(?:[.,:]\d+)*"), "<n>"),
)
"""What differs from one failure to the next though the cause is the same, in this order."""
_FRAME = re.compile(r'^ *File "(.*)", line \d+, in (.+)$', re.MULTILINE)


def fingerprint(failure: Failure) -> str:
    """12 hex digits: of the error's name, its text without what varies, and its innermost frame without the line."""
    parts = (failure.type, plain(failure.message), *_innermost(failure.stack))
    return blake2b("\0".join(parts).encode(errors="backslashreplace"), digest_size=6).hexdigest()


def plain(message: str) -> str:
    """The text with a placeholder for each number, hash, uuid, address and quoted text."""
    text = message[:_MOST]
    for pattern, placeholder in _VARYING:
        text = pattern.sub(placeholder, text)
    return " ".join(text.split())


def _innermost(stack: str) -> tuple[str, str]:
    """The file and the function of the last frame; the file's own name alone, since folders differ by machine."""
    frames = _FRAME.findall(stack)
    if not frames:
        return "", ""
    path, function = frames[-1]
    return re.split(r"[/\\]", path)[-1], function
