"""An access token that is good now: refreshed when it is about to expire, or when the source refuses it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from jobs.connectors.config import ConnectorConfig, Credentials, SaveCredentials, read_credentials
from jobs.connectors.errors import AuthFailure, BadAnswer
from jobs.connectors.http import Answer, Ask, Http

_EARLY = timedelta(seconds=60)
"""A token is refreshed this long before it expires: a page must not start with one that dies on the way."""


_CODES = (
    "invalid_request",
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
)
"""What RFC 6749 lets a token endpoint say, beside invalid_grant."""


class _Grant(Struct, frozen=True):
    access_token: str
    expires_in: float | None = None
    refresh_token: str | None = None

    def __post_init__(self) -> None:
        if self.expires_in is not None and not 0 <= self.expires_in <= 10 * 365 * 86_400:
            raise ValueError("expires_in is out of range")


class _Refused(Struct, frozen=True):
    error: str = ""


class AccessToken:
    """The bearer token of one connector; refreshed credentials are handed to `save` before they are used."""

    def __init__(self, config: ConnectorConfig, token_url: str, http: Http, save: SaveCredentials) -> None:
        self._who = config.external_id
        self._stored = config.credentials
        self._credentials = read_credentials(config)
        self._token_url = token_url
        self._http = http
        self._save = save

    async def bearer(self) -> str:
        """A token that is not known to be expired; refreshes first where it is."""
        token = self._credentials.access_token
        expires_at = self._credentials.expires_at
        if token and (expires_at is None or expires_at - _EARLY > self._http.now()):
            return token
        return await self.renew()

    async def renew(self) -> str:
        """A new token, saved. Raises `AuthFailure` if the source gives none for these credentials."""
        known = self._credentials
        if not (known.refresh_token and known.client_id and known.client_secret):
            raise AuthFailure(
                f"{self._who}: there is no access token that is good now, and nothing to refresh it with; connect the "
                "source again, with refreshToken, clientId and clientSecret"
            )
        form = {
            "grant_type": "refresh_token",
            "refresh_token": known.refresh_token,
            "client_id": known.client_id,
            "client_secret": known.client_secret,
        }
        answer = await self._http.send(Ask(method="POST", url=self._token_url, form=form))
        if not answer.ok:
            self._refused(answer)
        grant = self._grant(answer)
        return await self._keep(grant, known)

    async def _keep(self, grant: _Grant, known: Credentials) -> str:
        expires_at = None
        if grant.expires_in is not None:
            expires_at = self._http.now() + timedelta(seconds=grant.expires_in)
        try:
            self._credentials = msgspec.structs.replace(
                known,
                access_token=grant.access_token,
                refresh_token=grant.refresh_token or known.refresh_token,
                expires_at=expires_at,
            )
        except ValueError as error:
            raise BadAnswer(f"{self._who}: the new token cannot be used: {error}") from None
        fresh: dict[str, Any] = msgspec.to_builtins(self._credentials)
        stored = {name: value for name, value in self._stored.items() if name != "expiresAt"}
        await self._save(stored | fresh)
        return grant.access_token

    def _grant(self, answer: Answer) -> _Grant:
        try:
            return msgspec.json.decode(answer.body, type=_Grant, strict=False)  # some send expires_in as text
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise BadAnswer(f"{self._who}: the token endpoint's answer cannot be read") from None

    def _refused(self, answer: Answer) -> NoReturn:
        try:
            code = msgspec.json.decode(answer.body, type=_Refused).error
        except (msgspec.DecodeError, UnicodeDecodeError):
            code = ""
        if code == "invalid_grant":
            raise AuthFailure(f"{self._who}: the refresh token has expired or was revoked; connect the source again")
        shown = code if code in _CODES else f"HTTP {answer.status}"  # any other text may quote what was sent
        raise AuthFailure(f"{self._who}: no new access token ({shown}); check the client id and secret")
