"""An engine that knows of no rate limit: what the limiter costs where it is off is measured against it."""

from __future__ import annotations

import hashlib

from msgspec.structs import replace

from engine.streams.commands import build
from engine.streams.scripts import Script, load

_SETTINGS = (
    ("'rate', 'burst', 'max_active', 'shared_rate', 'shared_burst',\n", "'max_active',\n"),
    ("'rate', 'burst', 'max_active',\n    'shared_rate', 'shared_burst', ", "'max_active',\n    "),
    ("'set:rate',\n    'set:burst', 'set:max_active', 'set:shared_rate', 'set:shared_burst',", "'set:max_active',"),
    ("whole(values[19]) or 0, paused = values[20]", "whole(values[11]) or 0, paused = values[12]"),
    ("values[i + 9]", "values[i + 5]"),
)
"""The limiter's settings are not asked for; those that stay move up."""
_BUCKETS = (
    ("local own = read_bucket(KEYS[6], limits.rate, limits.burst, now)\n", ""),
    ("local shared = read_bucket(KEYS[12], limits.shared_rate, limits.shared_burst, now)\n", ""),
    ("math.min(places, MOST, whole_tokens(own), whole_tokens(shared))", "math.min(places, MOST)"),
    ("math.max(take_tokens(own, now, taken), take_tokens(shared, now, taken))", "-1"),
)
"""No bucket is looked at."""


def cut() -> Script:
    """The acquire script without its limiter, which no other knows; ValueError if it is not as this file knows it."""
    script = load("acquire")
    text = script.text
    for old, new in _SETTINGS + _BUCKETS:
        if text.count(old) != 1:
            raise ValueError(f"acquire has {old!r} {text.count(old)} times, not once")
        text = text.replace(old, new)
    return replace(script, text=text, sha=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def work_without_limiter() -> None:
    """From now on this process acquires without one."""
    acquire = cut()
    build.load = lambda name: acquire if name == acquire.name else load(name)  # type: ignore[attr-defined,assignment]
