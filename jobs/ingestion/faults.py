"""Why an ingest stops short of its end, and how that is recorded."""

from __future__ import annotations

from engine import UnrecoverableError
from jobs.connectors import ErrorType, SourceError


class ConnectorRefused(UnrecoverableError):
    """There is no such connector of this tenant, or it is switched off: nothing was touched."""


class CredentialsRefused(ConnectorRefused):
    """The connector's credentials cannot be opened here; the text says which key to set."""

    type: ErrorType = "AUTH_FAILURE"


class BadConnectorSettings(UnrecoverableError):
    """The connector's settings cannot be used as they are."""

    type: ErrorType = "VALIDATION_ERROR"


class RateLimitedTooLong(UnrecoverableError):
    """The source has put the job off for a day and given nothing in that time."""

    type: ErrorType = "RATE_LIMIT"


class StaleFence(Exception):
    """A newer delivery writes to this connector; this one wrote nothing and must stop."""


def error_type(error: BaseException) -> ErrorType:
    """The type under which the error is stored."""
    if isinstance(error, SourceError | CredentialsRefused | BadConnectorSettings | RateLimitedTooLong):
        return error.type
    return "TIMEOUT" if isinstance(error, TimeoutError) else "UNKNOWN"
