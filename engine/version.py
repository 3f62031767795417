"""The version of this package, and of a checkout that was never installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("pickd-worker")
except PackageNotFoundError:
    VERSION = "0+source"
