"""Text from jobs made safe to show: nothing in it can drive a terminal or forge a log line."""

from __future__ import annotations

import re

# C0 but for \t, DEL, C1, line and paragraph separators, bidi controls and other invisible format characters,
# lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def escape(text: str) -> str:
    """The text on one line, each control, bidi or invisible character as its visible escape."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def escape_lines(text: str) -> str:
    """The same, but line breaks stay."""
    return "\n".join(escape(line) for line in text.split("\n"))


def escape_json(text: str) -> str:
    """JSON that means the same and drives no terminal: what `escape` shows is there as JSON's own escapes."""
    return text if text.isascii() and "\x7f" not in text else _UNSAFE.sub(_json_escape, text)


def _json_escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] == "\n":
        return "\n"  # between values, where JSON may have it; inside a text it is escaped already
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def clean(text: str) -> str:
    """The text as it can be stored: lone surrogates, which no encoding takes, become their escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def cut(text: str, max_bytes: int) -> str:
    """The text, cut visibly if its UTF-8 is longer than `max_bytes`."""
    data = clean(text).encode()
    if len(data) <= max_bytes:
        return data.decode()
    mark = f"… [cut: {len(data)} bytes]"
    return data[: max_bytes - len(mark.encode())].decode(errors="ignore") + mark
