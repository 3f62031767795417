"""Review text made plain, and its fingerprint."""

from __future__ import annotations

import html
import re
import unicodedata
from hashlib import sha256

SHORTEST_HASHED = 20
"""Below this many characters equal texts say nothing: many people write "Great food!"."""

_BREAK = re.compile(r"<br\s{0,10}/?>|</(?:p|div|li|h[1-6]|blockquote)\s{0,10}>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--[^<>]{0,200}-->")
# Only names that reviews come wrapped in: "price <cost and cost> value" and "<3" are text.
_TAG = re.compile(
    r"</?(?:p|div|span|b|i|u|em|strong|a|ul|ol|li|font|small|h[1-6]|blockquote)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
# What PostgreSQL cannot store (NUL, lone surrogates) and what has no place in text (other controls).
_UNSTORABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACE_AROUND_BREAK = re.compile(r"[ \t\xa0]*\n[ \t\xa0]*")


def clean_text(raw: str | None) -> str | None:
    """Plain text: no markup, entities, control characters or runs of blank lines; None if nothing is left."""
    if raw is None:
        return None
    text = _BREAK.sub("\n", _COMMENT.sub("", raw))
    text = html.unescape(_TAG.sub("", text))
    text = _UNSTORABLE.sub("", _LINE_END.sub("\n", text))
    text = _SPACE_AROUND_BREAK.sub("\n", text.replace("\xa0", " "))
    return _BLANK_LINES.sub("\n\n", text).strip() or None


def clean_line(raw: str | None) -> str | None:
    """`clean_text` on one line, for names and titles."""
    text = clean_text(raw)
    return None if text is None else " ".join(text.split())


def normalise(text: str) -> str:
    """The form in which two texts are compared: compatibility characters, case and spacing do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def content_hash(text: str | None) -> str | None:
    """SHA-256 (hex) of the normalised text; None without text or under 20 characters."""
    plain = normalise(text or "")
    if len(plain) < SHORTEST_HASHED:
        return None
    return sha256(plain.encode("utf-8", "replace")).hexdigest()
