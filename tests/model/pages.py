"""The scripts as they are, or with small pages: the same text, but so many jobs in one call that a few make several."""

from __future__ import annotations

import hashlib
import re
from functools import cache

import msgspec
from msgspec import Struct

from engine.streams.commands import MAX_BYTES
from engine.streams.scripts import Script, load


class Pages(Struct, frozen=True):
    """How much one call does at most."""

    most: int
    """Entries that an acquire reads."""
    few: int
    """Entries of its first read, and of each once payloads are large."""
    large: int
    """Bytes from which on a payload is large."""
    due: int
    """Delayed jobs that an acquire promotes."""
    idle: int
    """Entries of each stream that a sweep or a beat takes back."""
    groups: int
    """Error groups that there are at most."""
    max_bytes: int = MAX_BYTES
    """Payload bytes after which an acquire reads no further."""


_READ = re.compile(r"(?<=local LARGE, FEW, MOST, LATEST_MS = )(\d+), (\d+), (\d+)")
_DUE = re.compile(r"(?<='LIMIT', '0', ')(\d+)(?='\))|(?<=return #due == )(\d+)")
_IDLE = re.compile(r"(?<=local PAGE = )(\d+)")
_GROUPS = re.compile(r"(?<=local MOST_GROUPS = )(\d+)")
"""Where the scripts say how much they do."""
_IN = {
    "acquire": ((_READ, 1), (_DUE, 2)),
    "renew": ((_IDLE, 1),),
    "reclaim": ((_IDLE, 1), (_GROUPS, 1)),
    **dict.fromkeys(("settle", "trash", "revert"), ((_GROUPS, 1),)),
}
"""Which of that each script says, and how often."""


def _numbers(script: str, pattern: re.Pattern[str]) -> list[int]:
    return [int(number) for found in pattern.finditer(load(script).text) for number in found.groups() if number]


_large, _few, _most = _numbers("acquire", _READ)
WHOLE = Pages(
    most=_most,
    few=_few,
    large=_large,
    due=_numbers("acquire", _DUE)[0],
    idle=_numbers("reclaim", _IDLE)[0],
    groups=_numbers("settle", _GROUPS)[0],
)
SMALL = Pages(most=4, few=2, large=10, due=2, idle=2, groups=2, max_bytes=25)
LARGE_PAYLOAD = b'{"size":"large"}'
"""Above `SMALL.large`; two of them are above its `max_bytes`."""


@cache
def paged(script: Script, pages: Pages) -> Script:
    """The script with these pages; its other words are untouched."""
    if pages == WHOLE:
        return script
    text = script.text
    for pattern, times in _IN.get(script.name, ()):
        text, found = pattern.subn(_new(pattern, pages), text)
        if found != times:
            raise ValueError(f"{script.name} has {pattern.pattern} {found} times, not {times}: see what it says now")
    return msgspec.structs.replace(script, text=text, sha=hashlib.sha1(text.encode()).hexdigest())


def _new(pattern: re.Pattern[str], pages: Pages) -> str:
    if pattern is _READ:
        return f"{pages.large}, {pages.few}, {pages.most}"
    return str({_DUE: pages.due, _IDLE: pages.idle, _GROUPS: pages.groups}[pattern])
