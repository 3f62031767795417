"""The ways to the sources, as the environment opens them."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from engine import SettingError
from jobs.connectors.errors import BadSettings
from jobs.connectors.http import Ask
from jobs.resources import open_access

pytestmark = pytest.mark.anyio


async def test_closed_unless_told() -> None:
    """Without a setting no file is read and no address of the operator's own network is reached."""
    async with open_access({}, Random(1)) as access:
        assert access.files is None
        with pytest.raises(BadSettings, match="loopback"):
            await access.http.send(Ask(method="GET", url="http://127.0.0.1:8080/"))


async def test_the_folder_for_files(tmp_path: Path) -> None:
    """CONNECTOR_FILES_DIR names the folder that connectors may read."""
    async with open_access({"CONNECTOR_FILES_DIR": f"{tmp_path}"}, Random(1)) as access:
        assert access.files == tmp_path


@pytest.mark.parametrize("env", [{"CONNECTOR_FILES_DIR": "/nowhere/at/all"}, {"CONNECTOR_ALLOW_PRIVATE": "localhost"}])
async def test_bad_settings_stop_the_start(env: dict[str, str]) -> None:
    """A variable that cannot be used is named before anything is opened."""
    with pytest.raises(SettingError, match=f"^{next(iter(env))}"):
        async with open_access(env, Random(1)):
            pytest.fail("it was opened")
