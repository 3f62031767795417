"""How long a source asks to be left alone: reads the Retry-After header."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_S = 24 * 3600.0
"""No source is waited for longer than this in one go, whatever it says."""

_SECONDS = re.compile(r"\d{1,12}(\.\d{1,6})?")


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After of seconds or an HTTP date; None if there is none to be read.

    A date in the past is 0.
    """
    text = (header or "").strip()
    if not text:
        return None
    if _SECONDS.fullmatch(text):
        return min(LONGEST_S, float(text))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:  # "-0000" is how RFC 5322 says UTC without a place
        at = at.replace(tzinfo=UTC)
    return min(LONGEST_S, max(0.0, (at - now).total_seconds()))
