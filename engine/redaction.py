"""Secrets taken out of what a reader is shown; pure. What is taken out leaves a mark that says how much it was.

A secret is what stands under a name that sounds like one, and what looks like one wherever it stands. JSON is kept as
its own text, so that no number loses a digit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial

from msgspec import Struct

_NAMES = (
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "authorization",
    "credential",
    "cookie",
)
_ALONE = ("auth", "pass")
"""In free text these are words like others."""
_MARK = "[redacted: "

# Every pattern takes what it matches for good, or begins where no word goes on: hostile text costs linear time.
_LOOKS = (
    (re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----([^-]*+)(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"), 0),
    (re.compile(r"(?i:\b(?:bearer|basic)\s++)((?=\S+[A-Z0-9+/=_])[\w.~+/=-]{6,}+|[\w.~+/=-]{20,}+)"), 1),
    (re.compile(r"(?i:(?<![\w-])(?:set-)?cookie2?\s*+[:=]\s*+)(?!\[redacted)([^\r\n\"'\\]++)"), 1),
    (re.compile(r"(?<![\w-])(eyJ[\w-]++\.[\w-]++\.[\w-]*+)"), 1),
    (re.compile(r"://[^\s/@:\"\\]*+:(?!\[redacted)([^\s/@\"\\]++)@"), 1),
)
"""What looks like a secret, and which group of it is one."""
_NAMED = re.compile(r"(?<![\w.-])([\w.-]++)\\?[\"']?\s*+[=:]\s*+\\?[\"']?")
_VALUE = re.compile(r"(?!\[redacted|(?i:bearer|basic)\s)[^\s\"'\\&,;()\[\]{}<>]++")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_SCALAR = re.compile(r"-?\d[\d.eE+-]*\Z")


class Redacted(Struct, frozen=True):
    """A text without its secrets, and how many were taken out."""

    text: str
    count: int


def is_secret(name: str) -> bool:
    """Whether what stands under this name in JSON is a secret."""
    return name.lower() in _ALONE or _sounds_secret(name)


def _sounds_secret(name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return any(word in plain for word in _NAMES)


def redact_text(text: str) -> Redacted:
    """Free text without passwords, tokens, keys and cookies that are named or look like it."""
    count = 0
    for pattern, group in _LOOKS:
        text, times = pattern.subn(partial(_marked, group), text)
        count += times
    parts: list[str] = []
    done = 0
    for named in _NAMED.finditer(text):
        value = _VALUE.match(text, named.end()) if named.start() >= done and _sounds_secret(named[1]) else None
        if value is not None and not _is_count(named[1], value[0]):
            parts += (text[done : value.start()], _mark("text", len(value[0])))
            done = value.end()
            count += 1
    return Redacted("".join([*parts, text[done:]]), count)


def _marked(group: int, found: re.Match[str]) -> str:
    start, end = found.span(group)
    text = found.string
    return text[found.start() : start] + _mark("text", end - start) + text[end : found.end()]


def redact_json(text: str) -> Redacted:
    """JSON that is the same but for its secrets; what is no JSON is read as far as it goes."""
    parts: list[str] = []
    count = done = 0
    for start, end, mark in _secrets_of(text):
        parts += (text[done:start], mark.text)
        done = end
        count += mark.count
    return Redacted("".join([*parts, text[done:]]), count)


def _secrets_of(text: str) -> Iterator[tuple[int, int, Redacted]]:
    """Where each secret begins and ends, and what is to stand there."""
    name, before, depth, begun = "", "", 0, -1
    """The name before the last colon, the token before this one; inside a secret: how deep, and since where."""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if begun >= 0:
            depth += (word in "{[") - (word in "}]")
            if depth == 0:
                kind = "object" if word == "}" else "list"
                yield begun, token.end(), Redacted(f'"{_mark(kind, token.end() - begun)}"', 1)
                begun = -1
        elif before == ":" and is_secret(name) and word in ("{", "["):
            begun, depth = token.start(), 1
        elif before == ":" and is_secret(name):
            if (mark := _mark_of(name, word)) is not None:
                yield token.start(), token.end(), mark
        elif word[0] == '"' and not _is_name(text, token.end()):
            inner = redact_text(word)
            if inner.count:
                yield token.start(), token.end(), inner
        if word[0] == '"' and before != ":":
            name = _plain(word)
        before = word
    if begun >= 0:
        yield begun, len(text), Redacted(f'"{_mark("object", len(text) - begun)}"', 1)


def _mark_of(name: str, word: str) -> Redacted | None:
    """What stands in the place of a secret's value; None if it stays: nothing, yes or no, a count of tokens."""
    if word[0] == '"':
        plain = _plain(word)
        return Redacted(f'"{_mark("text", len(plain))}"', 1) if plain and not plain.startswith(_MARK) else None
    if not _SCALAR.match(word) or _is_count(name, word):
        return None
    return Redacted(f'"{_mark("number", len(word))}"', 1)


def _is_count(name: str, value: str) -> bool:
    """Whether the value counts tokens, as in `max_tokens`."""
    return value.isdigit() and "token" in name.lower()


def _is_name(text: str, at: int) -> bool:
    return text[at : at + 1] == ":" or text[at : at + 20].lstrip().startswith(":")


def _plain(word: str) -> str:
    try:
        return str(json.loads(word))
    except ValueError:
        return word.strip('"')


def _mark(kind: str, length: int) -> str:
    return f"{_MARK}{kind}, {length} chars]"
