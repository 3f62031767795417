"""The admin runs on asyncio's own loop, and so do its tests."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Textual makes its loop itself: asyncio's."""
    return "asyncio", {"use_uvloop": False}
