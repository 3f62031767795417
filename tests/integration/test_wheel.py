"""The wheel, installed without extras where nothing of this repository is: it has all that it needs, and is enough."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from engine.embedded import EmbeddedValkey
from tests.support import asgi
from tests.support.servers import scratch

ROOT = Path(__file__).parents[2]
BASE = ("redis", "hiredis", "msgspec", *(("async-timeout",) if sys.version_info < (3, 11, 3) else ()))
"""What the engine needs; redis-py asks for the third where Python's own came too late."""
HOST = ("starlette", "anyio", "idna", "typing_extensions")
"""What the service that embeds the engine brings along; no part of the engine needs it."""
SNIPPET = re.compile(r"### In an ASGI service\n.*?```python\n(.*?)```", re.DOTALL)


class Place:
    """A virtual environment outside the repository, and a shell in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        venv.create(directory / "venv", symlinks=True, with_pip=False)
        self.python = directory / "venv/bin/python"
        self.packages = next((directory / "venv/lib").glob("python*/site-packages"))

    def copy(self, *names: str) -> None:
        """These distributions of the running environment are here too: no index is asked for them."""
        for name in names:
            found = distribution(name)
            for file in found.files or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    target = self.packages / file
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(str(file.locate()), target)

    def run(self, *words: str | Path, **variables: str) -> str:
        """What the command prints; it must end well, without a word on standard error."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        ran = subprocess.run(
            [str(word) for word in words],
            cwd=self.directory,
            env=kept | variables,
            capture_output=True,
            text=True,
            timeout=40,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
        return ran.stdout


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """The wheel of this tree and what it declares that it needs."""
    with scratch() as directory:
        place = Place(directory)
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory / "dist")]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = (directory / "dist").iterdir()
        place.copy(*BASE)
        place.run(*_pip(place), "install", "--quiet", "--no-index", "--no-cache-dir", wheel)
        yield place


def _pip(place: Place) -> list[str | Path]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", place.python]


def test_the_base_is_enough(place: Place) -> None:
    """What the wheel requires is there, nothing of it is missing, and no module comes from the repository."""
    assert place.run(*_pip(place), "check") == "No broken requirements found.\n"
    code = "import engine, engine.cli, engine.embedded, engine.testing, redis, msgspec; print(engine.__file__)"
    assert Path(place.run(place.python, "-W", "error", "-c", code).strip()).is_relative_to(place.packages)
    assert "enqueue" in place.run(place.python, "-m", "engine", "--help")
    place.run(place.python, "-m", "engine", "init", "new")
    assert (place.directory / "new/service.py").is_file()


def test_the_readmes_asgi_service_lives_and_lives_again(
    place: Place, own_valkey: Callable[..., EmbeddedValkey]
) -> None:
    """A server starts it, asks it, stops it and starts it again: its worker answers, and no task is left."""
    place.copy(*HOST)
    found = SNIPPET.search((ROOT / "README.md").read_text())
    assert found, "the README shows no ASGI service"
    (place.directory / "service.py").write_text(found[1])
    shutil.copy(asgi.__file__, place.directory / "server.py")
    told = place.run(place.python, "-W", "error", "server.py", REDIS_URL=own_valkey().url)
    life = "lifespan.startup.complete\n200 {}\nlifespan.shutdown.complete\ntasks left: 0\n"
    assert told == life.format('{"said":"Hello Ada"}') + life.format('{"said":"Hello Grace"}')
