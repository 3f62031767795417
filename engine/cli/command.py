"""What the commands share: how one is declared, and what to check when Redis does not answer it."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from engine.config import Settings, no_redis, refused
from engine.errors import SettingError, StoreMisused, Unreachable
from engine.loading import engine_command

EXITS = (
    "exit codes: 0 done, 1 the job or check failed, 2 bad input, 3 unreachable, 4 the app refused to start, 70 blocked"
)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
Run = Callable[[argparse.Namespace, Settings], int]


class Commands(Protocol):
    """Where commands are added: what `add_subparsers` answers, whose type argparse keeps to itself."""

    def add_parser(self, name: str, *, help: str, description: str, epilog: str) -> argparse.ArgumentParser: ...  # noqa: A002 - argparse's own words


def add_command(commands: Commands, name: str, run: Run, text: str, *, json: bool = True) -> argparse.ArgumentParser:
    """The parser of a new command, which takes `--app`, and `--json` unless it prints no data."""
    parser = commands.add_parser(name, help=text, description=text, epilog=EXITS)
    parser.add_argument("--app", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=run)
    return parser


def reach(settings: Settings, work: Coroutine[Any, Any, int]) -> int:
    """The exit code of the work; what to check, if Redis does not answer it."""
    try:
        return asyncio.run(work)
    except Unreachable as error:
        raise no_redis(settings, error) from error
    except StoreMisused as error:
        raise refused(settings, error) from error


def as_typed(arguments: argparse.Namespace, text: str) -> str:
    """The text with commands that work as they stand: they name the app that was named here."""
    return text.replace("python -m engine", engine_command(arguments.app))


def read_span_s(option: str, text: str) -> float:
    """The seconds of a span such as 90, 90s, 30m, 24h or 7d; SettingError names the option."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if found is None:
        raise SettingError(f"{option} {text}: write a number with s, m, h or d, as in 24h")
    return float(found[1]) * _UNITS[found[2] or "s"]
