"""What a connector is given that reads from the simulator."""

from __future__ import annotations

from typing import Any

from jobs.simulator import tokens
from jobs.simulator.world import is_slug


def source_type_of(location: str) -> str:
    """The source type of a connector for one of a world's locations."""
    return "HELLOPETER" if is_slug(location) else "GOOGLE"


def connector_settings(url: str, source_type: str = "GOOGLE") -> dict[str, Any]:
    """The settings of a connector that reads from the simulator at `url`: large pages, without pauses.

    On Hellopeter that is the newer host; `{url}/consumer/business` is the older one, with eleven reviews a page.
    """
    if source_type == "HELLOPETER":
        return {"mode": "consumer", "baseUrl": f"{url}/api/consumer/business", "count": 50, "pauseS": 0}
    return {"mode": "business", "baseUrl": f"{url}/v4", "tokenUrl": f"{url}/token"}


def connector_credentials(source_type: str = "GOOGLE") -> dict[str, str]:
    """Credentials that the simulator knows; the first request fetches an access token. Hellopeter needs none."""
    if source_type == "HELLOPETER":
        return {}
    return {
        "refreshToken": tokens.REFRESH_TOKEN,
        "clientId": tokens.CLIENT_ID,
        "clientSecret": tokens.CLIENT_SECRET,
    }
