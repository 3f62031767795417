"""The OAuth side: who may read, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

CLIENT_ID = "simulator-client"
CLIENT_SECRET = "simulator-secret"  # noqa: S105 - opens nothing but the simulator
REFRESH_TOKEN = "simulator-refresh"  # noqa: S105 - the same

Answer = tuple[int, dict[str, Any]]


class TokenOffice:
    """Gives access tokens for the one refresh token, and knows which are good."""

    def __init__(self, now: Callable[[], datetime], lifetime_s: int = 3599) -> None:
        self.lifetime_s = lifetime_s
        self._now = now
        self._good_until: dict[str, datetime] = {}
        self._given = 0
        self._revoked = False

    def accepts(self, authorization: str) -> bool:
        """Whether an Authorization header carries a token that is good now."""
        until = self._good_until.get(authorization.removeprefix("Bearer "))
        return not self._revoked and until is not None and self._now() < until

    def grant(self, form: Mapping[str, str]) -> Answer:
        """Status and body of the answer to a token request."""
        if form.get("grant_type") != "refresh_token":
            return 400, {"error": "unsupported_grant_type"}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client", "error_description": "The OAuth client was not found."}
        if self._revoked or form.get("refresh_token") != REFRESH_TOKEN:
            text = "Token has been expired or revoked."
            return 400, {"error": "invalid_grant", "error_description": text}
        self._given += 1
        token = f"simulator-access-{self._given}"
        self._good_until[token] = self._now() + timedelta(seconds=self.lifetime_s)
        return 200, {
            "access_token": token,
            "expires_in": self.lifetime_s,
            "scope": "https://www.googleapis.com/auth/business.manage",
            "token_type": "Bearer",
        }

    def expire(self) -> None:
        """No access token given so far is good any longer; a refresh gives a new one."""
        self._good_until.clear()

    def revoke(self) -> None:
        """The owner withdrew the access: neither tokens nor refreshes are good."""
        self._revoked = True

    def restore(self) -> None:
        """Takes `revoke` back."""
        self._revoked = False
