"""Finds the app that a command line names."""

from __future__ import annotations

import importlib
import os
import shlex
import sys

from engine.app import App
from engine.errors import SettingError

DEFAULT = "jobs:app"


def engine_command(app: str | None) -> str:
    """How the engine's command line is called for this app: ENGINE_APP needs no word, what `--app` named does."""
    return f"python -m engine --app {shlex.quote(app)}" if app else "python -m engine"


def load_app(name: str | None = None) -> App:
    """The app at `module:attribute`, else at ENGINE_APP, else `jobs:app`; SettingError says what was not found.

    The working directory is looked at first, so that a service's own modules need no installation.
    """
    spec = name or os.environ.get("ENGINE_APP") or DEFAULT
    module_name, _, attribute = spec.partition(":")
    if not module_name or not attribute:
        raise SettingError(f"app {spec!r}: write module:attribute")
    if "" not in sys.path and os.getcwd() not in sys.path:  # noqa: PTH109 - sys.path holds texts
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and not f"{module_name}.".startswith(f"{error.name}."):
            raise SettingError(
                f"app {spec!r} needs the module {error.name!r}: install it (Pick'd's jobs: pickd-worker[jobs])"
            ) from error
        raise SettingError(f"app {spec!r}: no module {module_name!r} here; pass --app module:attribute") from error
    except SyntaxError as error:
        raise SettingError(f"app {spec!r}: {error.filename} line {error.lineno}: {error.msg}") from error
    app = getattr(module, attribute, None)
    if not isinstance(app, App):
        raise SettingError(f"app {spec!r}: {module_name} has no App named {attribute!r}")
    return app
