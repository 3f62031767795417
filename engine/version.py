"""The version of this package, and of a checkout that was never installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def _installed() -> str:
    try:
        return version("pickd-worker")
    except PackageNotFoundError:
        return "0+source"


VERSION = _installed()
