"""Every way in which a source can fail, one sentence each; `type` is what a stored error row says.

* SourceError
  + Terminal              trying again cannot help: fails the job at once
    - AuthFailure           the credentials are refused, and refreshing them did not help
    - AccessDenied          the credentials are good, but not for this location
    - NotFound              the location does not exist, or no longer
    - BadSettings           the connector's settings or credentials cannot be used as they are
    - RequestRefused        the source refuses the request for another reason
  + RateLimited           the source asks to come back later: puts the job off, uncharged
  + SourceUnavailable     no answer after several tries: a failed attempt
  + BadAnswer             an answer that cannot be read as a whole: a failed attempt
  + StaleCursor           the source no longer knows the cursor: start again from the first page

No text of these errors holds a token, a secret or a body.
"""

from __future__ import annotations

from engine import Snooze, UnrecoverableError
from jobs.connectors.source import ErrorType


class SourceError(Exception):
    """The base of every error below."""

    type: ErrorType = "UNKNOWN"


class Terminal(SourceError, UnrecoverableError):
    """Trying again cannot help; the text says what to do."""

    type: ErrorType = "API_ERROR"


class AuthFailure(Terminal):
    """The credentials are refused, and refreshing them did not help."""

    type: ErrorType = "AUTH_FAILURE"


class AccessDenied(Terminal):
    """The credentials are good, but not for this location."""

    type: ErrorType = "AUTH_FAILURE"


class NotFound(Terminal):
    """The location does not exist, or no longer."""


class BadSettings(Terminal):
    """The connector's settings or credentials cannot be used as they are."""

    type: ErrorType = "VALIDATION_ERROR"


class RequestRefused(Terminal):
    """The source refuses the request for a reason of its own."""


class RateLimited(SourceError, Snooze):
    """The source asks to come back in `delay_s` seconds."""

    type: ErrorType = "RATE_LIMIT"


class SourceUnavailable(SourceError):
    """The source gave no answer, or a 5xx, on every one of several tries."""

    def __init__(self, text: str, type: ErrorType = "API_ERROR") -> None:  # noqa: A002 - the field's name
        super().__init__(text)
        self.type = type


class BadAnswer(SourceError):
    """The answer as a whole cannot be read: not JSON, another shape, or too large."""

    type: ErrorType = "PARSE_ERROR"


class StaleCursor(SourceError):
    """The source no longer knows the cursor; start again from the first page."""

    type: ErrorType = "API_ERROR"
