"""A connector as its source is opened with: settings to show, credentials to hide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from jobs.connectors.errors import BadSettings

_S = TypeVar("_S", bound=Struct)

SaveCredentials = Callable[[dict[str, Any]], Awaitable[None]]
"""Stores the whole, refreshed credentials of a connector."""


class ConnectorConfig(Struct, frozen=True, kw_only=True):
    """What a source needs to know of a connector; its repr hides the credentials."""

    source_type: str
    external_id: str
    tenant_id: str = ""
    """Whose files it may read; empty before its tenant is known."""
    settings: dict[str, Any] = field(default_factory=dict)
    credentials: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"ConnectorConfig({self.source_type} {self.external_id})"


class Credentials(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What OAuth works with; its repr shows none of it."""

    access_token: str | None = None
    refresh_token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return "Credentials(…)"

    def __post_init__(self) -> None:
        # A header takes visible ASCII only, and the library that refuses the rest would quote it.
        for name in ("access_token", "refresh_token", "client_id", "client_secret"):
            value: str | None = getattr(self, name)
            if value is not None and not (value.isascii() and value.isprintable() and " " not in value):
                raise ValueError(f"{name} must be visible ASCII without spaces")
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            raise ValueError("expires_at must name its zone, as in 2026-01-31T12:00:00Z")


def read_credentials(config: ConnectorConfig) -> Credentials:
    """The connector's OAuth credentials; `BadSettings` names the field that is wrong, never its value."""
    try:
        return msgspec.convert(config.credentials, Credentials)
    except msgspec.ValidationError as error:
        raise BadSettings(f"the credentials of {config.external_id}: {error}") from None


def read_settings(config: ConnectorConfig, of: type[_S]) -> _S:
    """The connector's settings as `of`; fields unknown to `of` belong to others."""
    try:
        return msgspec.convert(config.settings, of)
    except msgspec.ValidationError as error:
        raise BadSettings(f"the settings of {config.external_id}: {error}") from None
